#include "vmdriver/lifecycle_parts.h"

#include "vmdriver/user_kubeconfig.h"

namespace slipway::vmdriver {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

constexpr auto lockPatience = 60s;
/// How long a node may take to end: its pods get half a minute (app/node_init), its services five seconds each.
constexpr auto stopPatience = 60s;

/// After these a started cluster is left as it is: its logs tell why it is not ready, and a kubeconfig that cannot be
/// written is no reason to take the cluster away.
bool leavesRunning(DriverErrc code) {
    return code == DriverErrc::notReady || code == DriverErrc::kubeconfig;
}

/// What can still be removed of a cluster whose profile is unreadable: the nodes that left files here.
ClusterProfile salvaged(const fs::path& clusterDir, const std::string& name) {
    ClusterProfile profile{.name = name};
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(clusterDir / "nodes", ignored))
        profile.nodes.push_back({.name = entry.path().filename().string()});
    return profile;
}

} // namespace

ClusterLifecycle::ClusterLifecycle(LifecyclePaths paths)
    : impl_(std::make_unique<Impl>(paths, ProfileStore(paths.stateDir))) {}
ClusterLifecycle::~ClusterLifecycle() = default;

const LifecyclePaths& ClusterLifecycle::paths() const {
    return impl_->paths;
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
    if (isNew) {
        auto driver = create->driver == "auto" ? chooseDriver(paths) : Result<std::string>(create->driver);
        if (!driver)
            return std::unexpected(driver.error());
        profile = ClusterProfile{.name = cluster, .driver = *driver};
    }
    if (!profile)
        return std::unexpected(profile.error());
    if (create && create->driver != "auto" && create->driver != profile->driver)
        return failure(DriverErrc::badProfile, "cluster \"" + cluster + "\" is made with the driver " +
                                                   profile->driver +
                                                   "; delete it first, or name another with --cluster");
    auto driver = makeDriver(profile->driver, paths);
    if (!driver)
        return std::unexpected(driver.error());
    return Opened{std::move(*lock), std::move(*profile), std::move(*driver), isNew, false};
}

Result<Opened> ClusterLifecycle::Impl::openToRemove(const std::string& cluster) const {
    auto opened = open(cluster, nullptr, {});
    if (opened || opened.error().code != DriverErrc::badProfile)
        return opened;
    auto lock = ClusterLock::take(paths.runDir, cluster, lockPatience);
    if (!lock)
        return std::unexpected(lock.error());
    auto profile = salvaged(store.clusterDir(cluster), cluster);
    auto driver = makeDriver(profile.driver, paths);
    if (!driver)
        return std::unexpected(driver.error());
    return Opened{std::move(*lock), std::move(profile), std::move(*driver)};
}

Result<Known> ClusterLifecycle::Impl::look(const std::string& cluster) const {
    auto profile = store.load(cluster);
    if (!profile)
        return std::unexpected(profile.error());
    auto driver = makeDriver(profile->driver, paths);
    if (!driver)
        return std::unexpected(driver.error());
    return Known{std::move(*profile), std::move(*driver)};
}

Result<void> ClusterLifecycle::Impl::allocate(ClusterProfile& profile, Driver& driver,
                                              const std::stop_token& stop) const {
    const auto turn = ClusterLock::take(paths.runDir, ".addresses", lockPatience, stop);
    if (!turn)
        return std::unexpected(turn.error());
    const bool isNew = profile.subnet.empty();
    if (auto allocated = driver.allocate(profile); !allocated)
        return allocated;
    if (auto saved = store.save(profile); !saved)
        return saved;
    // From its network on the host's routes say what is taken, to whoever keeps clusters in another state folder, too.
    return isNew ? driver.setUp(profile, stop) : Result<void>();
}

/// Undoes a start that failed or was cancelled: a new cluster vanishes, an old one is stopped again.
void ClusterLifecycle::Impl::giveUp(Opened& cluster, Reporter& report) const {
    (void)stopNodes(cluster.profile, *cluster.driver, 0s, report);
    cluster.profile.started = false;
    if (!cluster.isNew) {
        (void)store.save(cluster.profile);
        return;
    }
    (void)removeAll(cluster.profile, *cluster.driver);
    (void)removeFromUserKubeconfig(paths.userKubeconfig, contextName(cluster.profile.name),
                                   cluster.profile.previousContext);
    (void)store.remove(cluster.profile.name);
}

Result<void> ClusterLifecycle::Impl::stopNodes(const ClusterProfile& profile, Driver& driver,
                                               std::chrono::seconds patience, Reporter& report) const {
    const auto end = [&](const NodeProfile& node) { return driver.stop(profile, node, patience); };
    // Workers first: their pods may still want to say something to the API.
    for (const auto& nodes : {workers(profile), controlPlanes(profile)}) {
        if (!nodes.empty())
            report(Step::stopNode, 0.1,
                   nodes.size() == 1 ? "stopping node " + nodes.front().name
                                     : "stopping " + std::to_string(nodes.size()) + " nodes");
        if (auto stopped = onEach(nodes, end); !stopped)
            return stopped;
    }
    return driver.tearDown(profile);
}

Result<void> ClusterLifecycle::Impl::removeAll(const ClusterProfile& profile, Driver& driver) const {
    if (auto removed = onEach(profile.nodes, [&](const auto& node) { return driver.remove(profile, node); }); !removed)
        return removed;
    return driver.tearDown(profile);
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
    auto& profile = opened->profile;
    if (auto stopped = impl_->stopNodes(profile, *opened->driver, stopPatience, report); !stopped)
        return stopped;
    profile.started = false;
    if (auto saved = impl_->store.save(profile); !saved)
        return saved;
    report(Step::done, 1, "cluster " + cluster + " is stopped");
    return {};
}

Result<void> ClusterLifecycle::remove(const std::string& cluster, const ProgressSink& progress) {
    Reporter report(progress);
    auto opened = impl_->openToRemove(cluster);
    if (!opened)
        return std::unexpected(opened.error());
    report(Step::removeNode, 0.1, "removing the nodes");
    if (auto removed = impl_->removeAll(opened->profile, *opened->driver); !removed)
        return removed;
    report(Step::removeNode, 0.7, "removing what is left");
    const auto restored =
        removeFromUserKubeconfig(impl_->paths.userKubeconfig, contextName(cluster), opened->profile.previousContext);
    if (auto removed = impl_->store.remove(cluster); !removed)
        return removed;
    if (!restored)
        return restored;
    report(Step::done, 1, "cluster " + cluster + " is deleted");
    return {};
}

Result<void> ClusterLifecycle::pause(const std::string& cluster, const ProgressSink& progress) {
    Reporter report(progress);
    auto opened = impl_->open(cluster, nullptr, {});
    if (!opened)
        return std::unexpected(opened.error());
    report(Step::stopNode, 0.1, "pausing the nodes");
    const auto pauseNode = [&](const NodeProfile& node) {
        const auto state = opened->driver->status(opened->profile, node).state;
        if (state == NodeState::paused)
            return Result<void>();
        if (state != NodeState::running)
            return Result<void>(failure(DriverErrc::notRunning, "node " + node.name + " is not running"));
        return opened->driver->pause(opened->profile, node);
    };
    if (auto paused = onEach(opened->profile.nodes, pauseNode); !paused)
        return paused;
    report(Step::done, 1, "cluster " + cluster + " is paused");
    return {};
}

Result<void> ClusterLifecycle::resume(const std::string& cluster, const ProgressSink& progress) {
    Reporter report(progress);
    auto opened = impl_->open(cluster, nullptr, {});
    if (!opened)
        return std::unexpected(opened.error());
    report(Step::createNode, 0.1, "resuming the nodes");
    const auto resumeNode = [&](const NodeProfile& node) {
        return opened->driver->status(opened->profile, node).state == NodeState::paused
                   ? opened->driver->resume(opened->profile, node)
                   : Result<void>();
    };
    if (auto resumed = onEach(opened->profile.nodes, resumeNode); !resumed)
        return resumed;
    wakeAgents(opened->profile, *opened->driver, opened->profile.nodes);
    report(Step::done, 1, "cluster " + cluster + " runs again");
    return {};
}

} // namespace slipway::vmdriver
