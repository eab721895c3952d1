#include "vmdriver/cluster_lifecycle.h"

#include "cluster/base/files.h"
#include "vmdriver/cluster_access.h"
#include "vmdriver/cluster_lock.h"
#include "vmdriver/native/native_driver.h"
#include "vmdriver/operation.h"
#include "vmdriver/user_kubeconfig.h"

namespace slipway::vmdriver {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

constexpr auto lockPatience = 60s;
constexpr int apiPort = 6443;
constexpr int samplePort = 30080;
const fs::path serverData = "/var/lib/slipway/server";

ClusterProfile newProfile(const std::string& name, const std::string& driver) {
    ClusterProfile profile{.name = name, .driver = driver};
    profile.nodes.push_back({.name = name + "-1"});
    return profile;
}

} // namespace

namespace {

/// A cluster that an operation works on, alone.
struct Opened {
    ClusterLock lock;
    ClusterProfile profile;
    std::unique_ptr<Driver> driver;
    bool isNew = false;
    bool wasRunning = false; ///< before the operation
};

/// After these a started cluster is left as it is: its logs tell why it is not ready, and a kubeconfig that cannot be
/// written is no reason to take the cluster away.
bool leavesRunning(DriverErrc code) {
    return code == DriverErrc::notReady || code == DriverErrc::kubeconfig;
}

} // namespace

struct ClusterLifecycle::Impl {
    LifecyclePaths paths;
    ProfileStore store;

    /// Locks the cluster and reads it. With `create`, one that does not exist yet is thought up.
    Result<Opened> open(const std::string& cluster, const StartOptions* create, const std::stop_token& stop) const;
    Result<void> allocate(ClusterProfile& profile, Driver& driver, const std::stop_token& stop) const;
    Result<ClusterStatus> bringUp(Opened& cluster, const StartOptions& options, Reporter& report,
                                  const std::stop_token& stop) const;
    void giveUp(Opened& cluster, Reporter& report) const;

    Result<std::unique_ptr<Driver>> driverFor(const std::string& name) const;
    Result<void> startNodes(ClusterProfile& profile, Driver& driver, Reporter& report,
                            const std::stop_token& stop) const;
    Result<void> waitReady(const ClusterProfile& profile, const Driver& driver, const StartOptions& options,
                           std::chrono::system_clock::time_point since, Reporter& report,
                           const std::stop_token& stop) const;
    Result<void> mergeContext(ClusterProfile& profile, const Driver& driver, Reporter& report) const;
    Result<std::string> deploySample(const ClusterProfile& profile, const Driver& driver, const StartOptions& options,
                                     Reporter& report, const std::stop_token& stop) const;
    Result<void> stopNodes(const ClusterProfile& profile, Driver& driver, Reporter& report) const;
    fs::path adminKubeconfig(const ClusterProfile& profile, const Driver& driver) const {
        return driver.hostPath(profile, profile.nodes.front(), serverData / "admin.kubeconfig");
    }
    ClusterStatus statusOf(const ClusterProfile& profile) const;
    fs::path sampleManifest() const { return paths.nodeImage / "samples/hello.yaml"; }
};

ClusterLifecycle::ClusterLifecycle(LifecyclePaths paths)
    : impl_(std::make_unique<Impl>(paths, ProfileStore(paths.stateDir))) {}
ClusterLifecycle::~ClusterLifecycle() = default;

Result<std::unique_ptr<Driver>> ClusterLifecycle::Impl::driverFor(const std::string& name) const {
    if (name == "native")
        return makeNativeDriver({paths.stateDir, paths.runDir, paths.nodeImage});
    return failure(DriverErrc::badProfile, "there is no driver \"" + name + "\"; this slipway has: native");
}

Result<Opened> ClusterLifecycle::Impl::open(const std::string& cluster, const StartOptions* create,
                                            const std::stop_token& stop) const {
    if (auto good = checkClusterName(cluster); !good)
        return std::unexpected(good.error());
    auto lock = ClusterLock::take(paths.runDir, cluster, lockPatience, stop);
    if (!lock)
        return std::unexpected(lock.error());
    auto profile = store.load(cluster);
    const bool isNew = create && !profile && profile.error().code == DriverErrc::notFound;
    if (isNew)
        profile = newProfile(cluster, create->driver);
    if (!profile)
        return std::unexpected(profile.error());
    auto driver = driverFor(profile->driver);
    if (!driver)
        return std::unexpected(driver.error());
    return Opened{std::move(*lock), std::move(*profile), std::move(*driver), isNew, false};
}

/// Chooses the addresses and writes them down, one new cluster at a time, so that no two choose the same.
Result<void> ClusterLifecycle::Impl::allocate(ClusterProfile& profile, Driver& driver,
                                              const std::stop_token& stop) const {
    const auto turn = ClusterLock::take(paths.runDir, ".addresses", lockPatience, stop);
    if (!turn)
        return std::unexpected(turn.error());
    if (auto allocated = driver.allocate(profile); !allocated)
        return allocated;
    return store.save(profile);
}

/// Everything between an opened cluster and one that answers.
Result<ClusterStatus> ClusterLifecycle::Impl::bringUp(Opened& cluster, const StartOptions& options, Reporter& report,
                                                      const std::stop_token& stop) const {
    auto& [lock, profile, driver, isNew, wasRunning] = cluster;
    if (auto good = driver->checkHost(); !good)
        return std::unexpected(good.error());
    if (isNew)
        if (auto allocated = allocate(profile, *driver, stop); !allocated)
            return std::unexpected(allocated.error());
    wasRunning = statusOf(profile).state == ClusterState::running;
    const auto since = wasRunning ? std::chrono::system_clock::time_point{} : std::chrono::system_clock::now();
    profile.started = true;
    if (auto saved = store.save(profile); !saved)
        return std::unexpected(saved.error());
    if (auto started = startNodes(profile, *driver, report, stop); !started)
        return std::unexpected(started.error());
    if (options.waitReady)
        if (auto ready = waitReady(profile, *driver, options, since, report, stop); !ready)
            return std::unexpected(ready.error());
    if (options.waitReady && options.mergeContext)
        if (auto merged = mergeContext(profile, *driver, report); !merged)
            return std::unexpected(merged.error());
    std::optional<std::string> sample;
    if (options.sample) {
        auto url = deploySample(profile, *driver, options, report, stop);
        if (!url)
            return std::unexpected(url.error());
        sample = std::move(*url);
    }
    ClusterStatus status = statusOf(profile);
    status.sampleUrl = std::move(sample);
    return status;
}

/// Undoes a start that failed or was cancelled: a new cluster vanishes, an old one is stopped again.
void ClusterLifecycle::Impl::giveUp(Opened& cluster, Reporter& report) const {
    (void)stopNodes(cluster.profile, *cluster.driver, report);
    cluster.profile.started = false;
    if (!cluster.isNew) {
        (void)store.save(cluster.profile);
        return;
    }
    for (const auto& node : cluster.profile.nodes)
        (void)cluster.driver->remove(cluster.profile, node);
    (void)removeFromUserKubeconfig(paths.userKubeconfig, contextName(cluster.profile.name),
                                   cluster.profile.previousContext);
    (void)store.remove(cluster.profile.name);
}

Result<void> ClusterLifecycle::Impl::startNodes(ClusterProfile& profile, Driver& driver, Reporter& report,
                                                const std::stop_token& stop) const {
    for (const auto& node : profile.nodes) {
        report(Step::prepareNode, 0.05, "preparing node " + node.name);
        if (auto prepared = driver.prepare(profile, node, stop); !prepared)
            return prepared;
        report(Step::createNode, 0.15, "starting node " + node.name + " at " + node.address);
        if (auto started = driver.start(profile, node, stop); !started)
            return started;
    }
    return {};
}

Result<void> ClusterLifecycle::Impl::waitReady(const ClusterProfile& profile, const Driver& driver,
                                               const StartOptions& options, std::chrono::system_clock::time_point since,
                                               Reporter& report, const std::stop_token& stop) const {
    const auto deadline = Clock::now() + options.timeout;
    const fs::path kubeconfig = adminKubeconfig(profile, driver);
    const std::string logs =
        "; logs are in " + driver.hostPath(profile, profile.nodes.front(), "/var/log/slipway").string();
    report(Step::startServer, 0.25, "waiting for the API server");
    std::optional<ClusterAccess> access;
    const auto serverReady = [&] {
        if (!access)
            if (auto opened = ClusterAccess::open(kubeconfig))
                access = std::move(*opened);
        return access && access->apiReady();
    };
    if (auto ready = waitUntil(serverReady, deadline, stop, "the API server did not become ready" + logs); !ready)
        return ready;
    for (const auto& node : profile.nodes) {
        report(Step::joinNode, 0.5, "waiting for node " + node.name + " to be Ready");
        const auto nodeReady = [&] { return access->nodeReady(node.name, since); };
        if (auto ready = waitUntil(nodeReady, deadline, stop, "node " + node.name + " did not become Ready" + logs);
            !ready)
            return ready;
    }
    return {};
}

Result<void> ClusterLifecycle::Impl::mergeContext(ClusterProfile& profile, const Driver& driver,
                                                  Reporter& report) const {
    const std::string context = contextName(profile.name);
    report(Step::writeContext, 0.7, "context " + context + " in " + paths.userKubeconfig.string());
    if (auto merged = mergeIntoUserKubeconfig(paths.userKubeconfig, adminKubeconfig(profile, driver), context,
                                              profile.previousContext);
        !merged)
        return merged;
    return store.save(profile);
}

Result<std::string> ClusterLifecycle::Impl::deploySample(const ClusterProfile& profile, const Driver& driver,
                                                         const StartOptions& options, Reporter& report,
                                                         const std::stop_token& stop) const {
    report(Step::deploySample, 0.75, "deploying the sample application");
    const auto access = ClusterAccess::open(adminKubeconfig(profile, driver));
    if (!access)
        return std::unexpected(access.error());
    if (auto created = access->createFrom(sampleManifest()); !created)
        return std::unexpected(created.error());
    report(Step::waitSample, 0.85, "waiting until the sample answers");
    const std::string& address = profile.nodes.front().address;
    const auto answers = [&] { return httpAnswers(address, samplePort, "/healthz", 500ms); };
    if (auto ready = waitUntil(answers, Clock::now() + options.timeout, stop, "the sample does not answer"); !ready)
        return std::unexpected(ready.error());
    return "http://" + address + ":" + std::to_string(samplePort) + "/";
}

Result<void> ClusterLifecycle::Impl::stopNodes(const ClusterProfile& profile, Driver& driver, Reporter& report) const {
    for (const auto& node : profile.nodes) {
        report(Step::stopNode, 0.1, "stopping node " + node.name);
        if (auto stopped = driver.stop(profile, node); !stopped)
            return stopped;
    }
    return {};
}

ClusterStatus ClusterLifecycle::Impl::statusOf(const ClusterProfile& profile) const {
    ClusterStatus status{.name = profile.name, .state = ClusterState::stopped, .driver = profile.driver};
    status.context = contextName(profile.name);
    const auto driver = driverFor(profile.driver);
    if (!driver)
        return status;
    status.server = "https://" + profile.nodes.front().address + ":" + std::to_string(apiPort);
    status.kubeconfig = adminKubeconfig(profile, **driver);
    bool allRun = true, anyDied = false;
    for (const auto& node : profile.nodes) {
        status.nodes.push_back((*driver)->status(profile, node));
        allRun = allRun && status.nodes.back().state == NodeState::running;
        anyDied = anyDied || status.nodes.back().state == NodeState::died;
    }
    status.state = allRun ? ClusterState::running : anyDied ? ClusterState::broken : ClusterState::stopped;
    if (allRun)
        if (const auto access = ClusterAccess::open(status.kubeconfig))
            status.apiReady = access->apiReady();
    return status;
}

Result<ClusterStatus> ClusterLifecycle::start(const std::string& cluster, const StartOptions& options,
                                              const ProgressSink& progress, std::stop_token stop) {
    Reporter report(progress);
    report(Step::checkHost, 0, "checking this machine");
    auto opened = impl_->open(cluster, &options, stop);
    if (!opened)
        return std::unexpected(opened.error());
    auto result = impl_->bringUp(*opened, options, report, stop);
    if (result)
        report(Step::done, 1, "cluster " + cluster + " is running");
    else if (!opened->wasRunning && !leavesRunning(result.error().code))
        impl_->giveUp(*opened, report);
    return result;
}

Result<void> ClusterLifecycle::stop(const std::string& cluster, const ProgressSink& progress) {
    Reporter report(progress);
    auto opened = impl_->open(cluster, nullptr, {});
    if (!opened)
        return std::unexpected(opened.error());
    auto& [lock, profile, driver, isNew, wasRunning] = *opened;
    if (auto stopped = impl_->stopNodes(profile, *driver, report); !stopped)
        return stopped;
    profile.started = false;
    if (auto saved = impl_->store.save(profile); !saved)
        return saved;
    report(Step::done, 1, "cluster " + cluster + " is stopped");
    return {};
}

Result<void> ClusterLifecycle::remove(const std::string& cluster, const ProgressSink& progress) {
    Reporter report(progress);
    auto opened = impl_->open(cluster, nullptr, {});
    if (!opened)
        return std::unexpected(opened.error());
    auto& [lock, profile, driver, isNew, wasRunning] = *opened;
    if (auto stopped = impl_->stopNodes(profile, *driver, report); !stopped)
        return stopped;
    report(Step::removeNode, 0.7, "removing what is left");
    for (const auto& node : profile.nodes)
        if (auto removed = driver->remove(profile, node); !removed)
            return removed;
    const auto restored =
        removeFromUserKubeconfig(impl_->paths.userKubeconfig, contextName(cluster), profile.previousContext);
    if (auto removed = impl_->store.remove(cluster); !removed)
        return removed;
    if (!restored)
        return restored;
    report(Step::done, 1, "cluster " + cluster + " is deleted");
    return {};
}

Result<ClusterStatus> ClusterLifecycle::status(const std::string& cluster) const {
    const auto profile = impl_->store.load(cluster);
    if (profile)
        return impl_->statusOf(*profile);
    if (profile.error().code == DriverErrc::notFound)
        return ClusterStatus{.name = cluster};
    return std::unexpected(profile.error());
}

Result<std::vector<ClusterStatus>> ClusterLifecycle::list() const {
    std::vector<ClusterStatus> all;
    for (const auto& name : impl_->store.list()) {
        auto one = status(name);
        if (!one)
            return std::unexpected(one.error());
        all.push_back(std::move(*one));
    }
    return all;
}

Result<fs::path> ClusterLifecycle::kubeconfig(const std::string& cluster) const {
    const auto profile = impl_->store.load(cluster);
    if (!profile)
        return std::unexpected(profile.error());
    const auto driver = impl_->driverFor(profile->driver);
    if (!driver)
        return std::unexpected(driver.error());
    fs::path path = impl_->adminKubeconfig(*profile, **driver);
    std::error_code error;
    if (!fs::exists(path, error))
        return failure(DriverErrc::notRunning,
                       "cluster \"" + cluster + "\" has never been up, or " + path.string() + " is only for root");
    return path;
}

Result<void> ClusterLifecycle::loadImages(const std::string& cluster, const std::vector<fs::path>& archives,
                                          const ProgressSink& progress, std::stop_token stop) {
    Reporter report(progress);
    const auto profile = impl_->store.load(cluster);
    if (!profile)
        return std::unexpected(profile.error());
    auto driver = impl_->driverFor(profile->driver);
    if (!driver)
        return std::unexpected(driver.error());
    double done = 0;
    for (const auto& archive : archives) {
        for (const auto& node : profile->nodes) {
            if (stop.stop_requested())
                return failure(DriverErrc::cancelled, "cancelled");
            report(Step::prepareNode, done / static_cast<double>(archives.size()),
                   "loading " + archive.filename().string() + " into " + node.name);
            const auto code = (*driver)->run(
                *profile, node, {"/usr/bin/ctr", "--namespace", "k8s.io", "images", "import", "-"}, archive);
            if (!code)
                return std::unexpected(code.error());
            if (*code != 0)
                return failure(DriverErrc::sandbox, archive.string() + " could not be imported");
        }
        ++done;
    }
    report(Step::done, 1, "loaded");
    return {};
}

} // namespace slipway::vmdriver
