// Looking at clusters.
#include "vmdriver/lifecycle_parts.h"

#include <algorithm>

#include "vmdriver/user_kubeconfig.h"

namespace slipway::vmdriver {

namespace fs = std::filesystem;

namespace {

ClusterState stateOf(const std::vector<NodeStatus>& nodes) {
    const auto any = [&](NodeState state) { return std::ranges::contains(nodes, state, &NodeStatus::state); };
    const auto all = [&](NodeState state) {
        return std::ranges::all_of(nodes, [&](const auto& node) { return node.state == state; });
    };
    if (nodes.empty())
        return ClusterState::stopped;
    if (all(NodeState::running))
        return ClusterState::running;
    if (all(NodeState::paused))
        return ClusterState::paused;
    // Part of it runs: one died, or an operation was cut off half way.
    return any(NodeState::died) || any(NodeState::running) || any(NodeState::paused) ? ClusterState::broken
                                                                                     : ClusterState::stopped;
}

} // namespace

ClusterStatus ClusterLifecycle::Impl::statusOf(const ClusterProfile& profile) const {
    ClusterStatus status{.name = profile.name, .state = ClusterState::stopped, .driver = profile.driver};
    status.context = contextName(profile.name);
    status.server = profile.serverUrl();
    status.kubeconfig = credentials(profile).adminKubeconfigPath();
    const auto driver = makeDriver(profile.driver, paths);
    if (!driver) {
        status.problem = driver.error().message;
        return status;
    }
    for (const auto& node : profile.nodes)
        status.nodes.push_back((*driver)->status(profile, node));
    status.state = stateOf(status.nodes);
    if (status.state == ClusterState::running || status.state == ClusterState::broken)
        if (const auto access = ClusterAccess::open(status.kubeconfig)) {
            status.apiReady = access->apiReady();
            const auto ready = status.apiReady ? access->readyNodes({}) : std::set<std::string>();
            for (auto& node : status.nodes)
                node.ready = ready.contains(node.name);
        }
    return status;
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
        all.push_back(one ? std::move(*one)
                          : ClusterStatus{.name = name, .state = ClusterState::broken, .problem = one.error().message});
    }
    return all;
}

Result<fs::path> ClusterLifecycle::kubeconfig(const std::string& cluster) const {
    const auto profile = impl_->store.load(cluster);
    if (!profile)
        return std::unexpected(profile.error());
    fs::path path = impl_->credentials(*profile).adminKubeconfigPath();
    std::error_code error;
    if (!fs::exists(path, error))
        return failure(DriverErrc::notRunning,
                       "cluster \"" + cluster + "\" has never been up, or " + path.string() + " is only for root");
    return path;
}

} // namespace slipway::vmdriver
