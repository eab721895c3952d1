// The nodes of a cluster one by one: added, removed, changed, entered.
#include "vmdriver/lifecycle_parts.h"

#include <algorithm>
#include <mutex>
#include <semaphore>
#include <thread>

namespace slipway::vmdriver {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

constexpr auto joinPatience = 120s;
constexpr auto machinePatience = 60s;

std::vector<NodeProfile> withRole(const ClusterProfile& profile, bool controlPlane) {
    std::vector<NodeProfile> found;
    std::ranges::copy_if(profile.nodes, std::back_inserter(found),
                         [&](const auto& node) { return node.controlPlane == controlPlane; });
    return found;
}

} // namespace

Result<NodeProfile> Known::node(const std::string& name) const {
    if (name.empty())
        return profile.controlPlane();
    if (const auto* found = profile.find(name))
        return *found;
    return failure(DriverErrc::notFound, "cluster \"" + profile.name + "\" has no node \"" + name + "\"");
}

Result<void> onEach(const std::vector<NodeProfile>& nodes, const NodeAction& action) {
    if (nodes.size() == 1)
        return action(nodes.front());
    std::counting_semaphore<8> turns(8);
    std::mutex mutex;
    Result<void> outcome;
    {
        std::vector<std::jthread> threads;
        for (const auto& node : nodes) {
            turns.acquire();
            threads.emplace_back([&, &node = node] {
                auto done = action(node);
                {
                    const std::scoped_lock guard(mutex);
                    if (!done && outcome)
                        outcome = std::move(done);
                }
                turns.release();
            });
        }
    }
    return outcome;
}

void wakeAgents(const ClusterProfile& profile, Driver& driver, const std::vector<NodeProfile>& nodes) {
    (void)onEach(nodes, [&](const NodeProfile& node) -> Result<void> {
        std::string unused;
        (void)driver.run(profile, node, {"/usr/bin/pkill", "-TERM", "-x", "slipway-agent"}, {.output = &unused});
        return {};
    });
}

std::vector<NodeProfile> controlPlanes(const ClusterProfile& profile) {
    return withRole(profile, true);
}

std::vector<NodeProfile> workers(const ClusterProfile& profile) {
    return withRole(profile, false);
}

std::set<std::string> liveNodes(const ClusterProfile& profile, const Driver& driver) {
    std::set<std::string> live;
    for (const auto& node : profile.nodes)
        if (const auto status = driver.status(profile, node);
            status.keepsMemory || status.state == NodeState::running || status.state == NodeState::paused)
            live.insert(node.name);
    return live;
}

std::set<std::string> runningNodes(const ClusterProfile& profile, const Driver& driver) {
    std::set<std::string> running;
    for (const auto& node : profile.nodes)
        if (driver.status(profile, node).state == NodeState::running)
            running.insert(node.name);
    return running;
}

Result<std::string> ClusterLifecycle::addNode(const std::string& cluster, const std::string& name,
                                              const NodeResources& resources, const ProgressSink& progress,
                                              std::stop_token stop) {
    Reporter report(progress);
    auto opened = impl_->open(cluster, nullptr, stop);
    if (!opened)
        return std::unexpected(opened.error());
    auto& [lock, profile, driver, isNew, wasRunning] = *opened;
    NodeProfile node{
        .name = name.empty() ? profile.freeNodeName() : name, .controlPlane = false, .resources = resources};
    if (auto good = checkClusterName(node.name); !good)
        return failure(DriverErrc::badName,
                       "\"" + node.name + "\" cannot name a node: use lower-case letters, digits and dashes");
    if (profile.find(node.name))
        return failure(DriverErrc::badName, "there is a node \"" + node.name + "\" already");
    const auto running = runningNodes(profile, *driver);
    profile.nodes.push_back(node);
    if (auto allocated = impl_->allocate(profile, *driver, stop); !allocated)
        return std::unexpected(allocated.error());
    node = profile.nodes.back();
    if (!profile.started)
        return node.name;

    const auto since = std::chrono::system_clock::now();
    auto joined = impl_->startNodes(profile, *driver, {node}, report, stop);
    if (joined && running.contains(profile.controlPlane().name)) {
        report(Step::prepareNode, 0.4, "giving it the images of the others");
        joined = impl_->copyImages(profile, *driver, profile.controlPlane(), node, stop);
    }
    if (joined)
        joined = impl_->waitNodes(profile, {node}, since, Clock::now() + joinPatience, report, stop);
    if (!joined && joined.error().code != DriverErrc::notReady) { // as if it had never been asked for
        (void)driver->remove(profile, node);
        profile.nodes.pop_back();
        (void)impl_->store.save(profile);
    }
    if (!joined)
        return std::unexpected(joined.error());
    report(Step::done, 1, "node " + node.name + " is Ready");
    return node.name;
}

Result<void> ClusterLifecycle::removeNode(const std::string& cluster, const std::string& name,
                                          std::chrono::seconds patience, const ProgressSink& progress,
                                          std::stop_token stop) {
    Reporter report(progress);
    auto opened = impl_->open(cluster, nullptr, stop);
    if (!opened)
        return std::unexpected(opened.error());
    auto& [lock, profile, driver, isNew, wasRunning] = *opened;
    const auto* found = profile.find(name);
    if (!found)
        return failure(DriverErrc::notFound, "cluster \"" + cluster + "\" has no node \"" + name + "\"");
    if (found->controlPlane)
        return failure(DriverErrc::badName, name + " runs a control plane; delete the cluster instead");
    const NodeProfile node = *found;
    const auto access = ClusterAccess::open(impl_->credentials(profile).adminKubeconfigPath());
    if (access && access->apiReady()) {
        if (driver->status(profile, node).state == NodeState::running) {
            report(Step::stopNode, 0.1, "moving the pods of " + name + " away");
            if (auto drained = access->drain(name, patience, stop); !drained)
                return drained;
        }
    }
    report(Step::stopNode, 0.5, "stopping node " + name);
    if (auto stopped = driver->stop(profile, node, machinePatience); !stopped)
        return stopped;
    // Only now: an agent that still runs would register its Node again.
    if (access && access->apiReady())
        if (auto deleted = access->deleteNode(name); !deleted)
            return deleted;
    report(Step::removeNode, 0.8, "removing node " + name);
    if (auto removed = driver->remove(profile, node); !removed)
        return removed;
    std::erase_if(profile.nodes, [&](const auto& one) { return one.name == name; });
    if (auto saved = impl_->store.save(profile); !saved)
        return saved;
    report(Step::done, 1, "node " + name + " is gone");
    return {};
}

Result<void> ClusterLifecycle::setResources(const std::string& cluster, const std::string& name,
                                            const NodeResources& resources) {
    auto opened = impl_->open(cluster, nullptr, {});
    if (!opened)
        return std::unexpected(opened.error());
    auto& profile = opened->profile;
    const auto node =
        std::ranges::find(profile.nodes, name.empty() ? profile.controlPlane().name : name, &NodeProfile::name);
    if (node == profile.nodes.end())
        return failure(DriverErrc::notFound, "cluster \"" + cluster + "\" has no node \"" + name + "\"");
    node->resources = resources;
    if (opened->driver->status(profile, *node).state == NodeState::running)
        if (auto applied = opened->driver->applyResources(profile, *node); !applied)
            return applied;
    return impl_->store.save(profile);
}

Result<int> ClusterLifecycle::run(const std::string& cluster, const std::string& node,
                                  const std::vector<std::string>& command, const RunStreams& streams,
                                  std::stop_token stop) const {
    const auto known = impl_->look(cluster);
    if (!known)
        return std::unexpected(known.error());
    const auto target = known->node(node);
    if (!target)
        return std::unexpected(target.error());
    return known->driver->run(known->profile, *target, command, streams, stop);
}

Result<std::string> ClusterLifecycle::readNodeFile(const std::string& cluster, const std::string& node,
                                                   const std::string& inside) const {
    const auto known = impl_->look(cluster);
    if (!known)
        return std::unexpected(known.error());
    const auto target = known->node(node);
    if (!target)
        return std::unexpected(target.error());
    return known->driver->readFile(known->profile, *target, inside);
}

Result<Endpoint> ClusterLifecycle::endpoint(const std::string& cluster, const std::string& node, int port) const {
    const auto known = impl_->look(cluster);
    if (!known)
        return std::unexpected(known.error());
    const auto target = known->node(node);
    if (!target)
        return std::unexpected(target.error());
    return known->driver->endpoint(known->profile, *target, port);
}

} // namespace slipway::vmdriver
