// Bringing a cluster up: what its profile shall be, its machines, and waiting for what runs in them.
#include "vmdriver/lifecycle_parts.h"

#include <algorithm>
#include <format>

#include "vmdriver/user_kubeconfig.h"

namespace slipway::vmdriver {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

constexpr int samplePort = 30080;
const std::string logHint = "; `slipway node logs` shows why";

template <class T> void addMissing(std::vector<T>& list, const std::vector<T>& more) {
    for (const auto& entry : more)
        if (std::ranges::find(list, entry) == list.end())
            list.push_back(entry);
}

/// Brings the profile to what the options ask for. Nodes are only added here, never taken away.
Result<void> adjust(ClusterProfile& profile, const StartOptions& options) {
    const bool isNew = profile.nodes.empty();
    const int planes = isNew ? std::max(1, options.controlPlanes) : profile.controlPlaneCount();
    if (options.controlPlanes > 0 && options.controlPlanes != planes)
        return failure(DriverErrc::badProfile,
                       std::format("cluster \"{}\" was made with {} control plane(s), which cannot be changed",
                                   profile.name, planes));
    const int wanted = options.nodes > 0 ? options.nodes : std::max(planes, static_cast<int>(profile.nodes.size()));
    if (wanted < planes)
        return failure(DriverErrc::badProfile,
                       std::format("{} control planes need at least as many nodes, not {}", planes, wanted));
    if (wanted < static_cast<int>(profile.nodes.size()))
        return failure(DriverErrc::badProfile,
                       std::format("cluster \"{}\" has {} nodes; take some out with: slipway node remove NAME",
                                   profile.name, profile.nodes.size()));
    while (static_cast<int>(profile.nodes.size()) < wanted)
        profile.nodes.push_back({.name = profile.freeNodeName(),
                                 .controlPlane = static_cast<int>(profile.nodes.size()) < planes,
                                 .address = {},
                                 .resources = options.resources});
    addMissing(profile.ports, options.ports);
    addMissing(profile.folders, options.folders);
    for (const auto& registry : options.registries) {
        std::erase_if(profile.registries, [&](const auto& known) { return known.host == registry.host; });
        profile.registries.push_back(registry);
    }
    return {};
}

std::string named(const std::vector<NodeProfile>& nodes) {
    return nodes.size() == 1 ? "node " + nodes.front().name : std::format("{} nodes", nodes.size());
}

} // namespace

/// A cluster made before its keys were kept here has them on its first node.
Result<void> ClusterLifecycle::Impl::adoptAuthority(const ClusterProfile& profile, Driver& driver) const {
    const auto kept = credentials(profile);
    const auto& node = profile.controlPlane();
    if (kept.exist() || driver.status(profile, node).state == NodeState::absent)
        return {};
    const std::string pki = "/var/lib/slipway/server/pki/";
    auto certificate = driver.readFile(profile, node, pki + "ca.crt"),
         key = driver.readFile(profile, node, pki + "ca.key"),
         accounts = driver.readFile(profile, node, pki + "sa.key");
    return certificate && key && accounts ? kept.adopt({*certificate, *key, *accounts}) : Result<void>();
}

/// Everything between an opened cluster and one that answers.
Result<ClusterStatus> ClusterLifecycle::Impl::bringUp(Opened& cluster, const StartOptions& options, Reporter& report,
                                                      const std::stop_token& stop) const {
    auto& [lock, profile, driver, isNew, wasRunning] = cluster;
    // First of all: what is refused below must leave a running cluster as it is.
    const auto before = isNew ? std::set<std::string>() : liveNodes(profile, *driver);
    wasRunning = std::ranges::any_of(
        profile.nodes, [&](const NodeProfile& node) { return node.controlPlane && before.contains(node.name); });
    if (auto good = driver->checkHost(); !good)
        return std::unexpected(good.error());
    if (auto adjusted = adjust(profile, options); !adjusted)
        return std::unexpected(adjusted.error());
    profile.started = true;
    if (auto allocated = allocate(profile, *driver, stop); !allocated)
        return std::unexpected(allocated.error());
    if (auto adopted = adoptAuthority(profile, *driver); !adopted)
        return std::unexpected(adopted.error());
    if (auto kubeconfig = credentials(profile).adminKubeconfig(profile); !kubeconfig)
        return std::unexpected(kubeconfig.error());

    const auto since = std::chrono::system_clock::now();
    if (auto started = startNodes(profile, *driver, profile.nodes, report, stop); !started)
        return std::unexpected(started.error());
    if (options.waitReady) {
        const auto deadline = Clock::now() + options.timeout;
        std::vector<NodeProfile> fresh, old;
        for (const auto& node : profile.nodes)
            (before.contains(node.name) ? old : fresh).push_back(node);
        if (auto ready = waitServer(profile, deadline, report, stop); !ready)
            return std::unexpected(ready.error());
        if (auto ready = waitNodes(profile, old, {}, deadline, report, stop); !ready)
            return std::unexpected(ready.error());
        if (auto ready = waitNodes(profile, fresh, since, deadline, report, stop); !ready)
            return std::unexpected(ready.error());
    }
    if (options.waitReady && options.mergeContext)
        if (auto merged = mergeContext(profile, report); !merged)
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

Result<void> ClusterLifecycle::Impl::prepareNode(const ClusterProfile& profile, Driver& driver, const NodeProfile& node,
                                                 const std::stop_token& stop) const {
    const auto authority = credentials(profile).authority();
    if (!authority)
        return std::unexpected(authority.error());
    const auto known = credentials(profile).forNode(profile, node);
    if (!known)
        return std::unexpected(known.error());
    return driver.prepare(profile, node, nodeConfig(profile, node, *authority, *known, driver.platform(profile)), stop);
}

Result<void> ClusterLifecycle::Impl::startNodes(const ClusterProfile& profile, Driver& driver,
                                                const std::vector<NodeProfile>& nodes, Reporter& report,
                                                const std::stop_token& stop) const {
    report(Step::prepareNode, 0.05, "preparing " + named(nodes));
    if (auto ready = driver.setUp(profile, stop); !ready)
        return ready;
    std::vector<NodeProfile> idle, frozen;
    for (const auto& node : nodes) {
        const auto status = driver.status(profile, node);
        if (status.state == NodeState::paused)
            if (auto resumed = driver.resume(profile, node); !resumed)
                return resumed;
        if (status.state == NodeState::paused || status.keepsMemory)
            frozen.push_back(node);
        if (status.state != NodeState::paused && status.state != NodeState::running)
            idle.push_back(node);
    }
    const auto prepare = [&](const NodeProfile& node) { return prepareNode(profile, driver, node, stop); };
    if (auto prepared = onEach(idle, prepare); !prepared)
        return prepared;
    report(Step::createNode, 0.15, "starting " + named(nodes));
    auto started = onEach(idle, [&](const NodeProfile& node) { return driver.start(profile, node, stop); });
    if (started)
        wakeAgents(profile, driver, frozen);
    return started;
}

Result<void> ClusterLifecycle::Impl::waitServer(const ClusterProfile& profile, Clock::time_point deadline,
                                                Reporter& report, const std::stop_token& stop) const {
    report(Step::startServer, 0.25, "waiting for the API server");
    const auto access = ClusterAccess::open(credentials(profile).adminKubeconfigPath());
    if (!access)
        return std::unexpected(access.error());
    return waitUntil([&] { return access->apiReady(); }, deadline, stop,
                     "the API server did not become ready" + logHint);
}

Result<void> ClusterLifecycle::Impl::waitNodes(const ClusterProfile& profile, const std::vector<NodeProfile>& nodes,
                                               std::chrono::system_clock::time_point since, Clock::time_point deadline,
                                               Reporter& report, const std::stop_token& stop) const {
    if (nodes.empty())
        return {};
    report(Step::joinNode, 0.5, "waiting for " + named(nodes) + " to be Ready");
    const auto access = ClusterAccess::open(credentials(profile).adminKubeconfigPath());
    if (!access)
        return std::unexpected(access.error());
    std::string missing;
    const auto allReady = [&] {
        const auto ready = access->readyNodes(since);
        const auto late = std::ranges::find_if(nodes, [&](const auto& node) { return !ready.contains(node.name); });
        missing = late == nodes.end() ? "" : late->name;
        return missing.empty();
    };
    auto ready = waitUntil(allReady, deadline, stop, "");
    if (!ready && ready.error().code == DriverErrc::notReady)
        ready.error().message = "node " + missing + " did not become Ready" + logHint;
    return ready;
}

Result<void> ClusterLifecycle::Impl::mergeContext(ClusterProfile& profile, Reporter& report) const {
    const std::string context = contextName(profile.name);
    report(Step::writeContext, 0.7, "context " + context + " in " + paths.userKubeconfig.string());
    if (auto merged = mergeIntoUserKubeconfig(paths.userKubeconfig, credentials(profile).adminKubeconfigPath(), context,
                                              profile.previousContext);
        !merged)
        return merged;
    return store.save(profile);
}

Result<std::string> ClusterLifecycle::Impl::deploySample(const ClusterProfile& profile, const Driver& driver,
                                                         const StartOptions& options, Reporter& report,
                                                         const std::stop_token& stop) const {
    report(Step::deploySample, 0.75, "deploying the sample application");
    const auto access = ClusterAccess::open(credentials(profile).adminKubeconfigPath());
    if (!access)
        return std::unexpected(access.error());
    if (auto created = access->createFrom(sampleManifest()); !created)
        return std::unexpected(created.error());
    report(Step::waitSample, 0.85, "waiting until the sample answers");
    const auto place = driver.endpoint(profile, profile.controlPlane(), samplePort);
    if (!place)
        return std::unexpected(place.error());
    const auto answers = [&] { return httpAnswers(place->address, place->port, "/healthz", 500ms); };
    if (auto ready = waitUntil(answers, Clock::now() + options.timeout, stop, "the sample does not answer"); !ready)
        return std::unexpected(ready.error());
    return std::format("http://{}:{}/", place->address, place->port);
}

} // namespace slipway::vmdriver
