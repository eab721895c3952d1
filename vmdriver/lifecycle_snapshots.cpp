// A cluster's state saved, brought back, and made into another cluster.
#include "vmdriver/lifecycle_parts.h"

#include <algorithm>

#include "vmdriver/snapshots.h"

namespace slipway::vmdriver {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

/// Freezes the running nodes of a cluster while it lives: their files then belong to one moment.
class FrozenNodes {
public:
    FrozenNodes(const ClusterProfile& profile, Driver& driver) : profile_(profile), driver_(driver) {
        for (const auto& node : profile.nodes)
            if (driver.status(profile, node).state == NodeState::running)
                frozen_.push_back(node);
        outcome_ = onEach(frozen_, [&](const NodeProfile& node) { return driver_.pause(profile_, node); });
    }
    ~FrozenNodes() {
        (void)onEach(frozen_, [&](const NodeProfile& node) { return driver_.resume(profile_, node); });
        if (std::chrono::steady_clock::now() - began_ > 20s)
            wakeAgents(profile_, driver_, frozen_);
    }
    FrozenNodes(const FrozenNodes&) = delete;
    FrozenNodes& operator=(const FrozenNodes&) = delete;
    const Result<void>& outcome() const { return outcome_; }

private:
    const ClusterProfile& profile_;
    Driver& driver_;
    std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
    std::vector<NodeProfile> frozen_;
    Result<void> outcome_;
};

/// What of a snapshot's profile another cluster begins with: everything but its places on this host.
ClusterProfile forked(ClusterProfile profile, const std::string& name) {
    profile.name = name;
    profile.subnet.clear();
    profile.virtualAddress.clear();
    profile.apiAddress.clear();
    profile.apiPort = ClusterProfile().apiPort;
    profile.previousContext.clear();
    profile.started = false;
    profile.ports.clear(); // they are the other cluster's on this host
    for (auto& node : profile.nodes)
        node.address.clear();
    return profile;
}

} // namespace

Result<void> ClusterLifecycle::saveSnapshot(const std::string& cluster, const std::string& name,
                                            const ProgressSink& progress, std::stop_token stop) {
    Reporter report(progress);
    auto opened = impl_->open(cluster, nullptr, stop);
    if (!opened)
        return std::unexpected(opened.error());
    const auto& profile = opened->profile;
    auto& driver = *opened->driver;
    const SnapshotFolder snapshots(impl_->store.clusterDir(cluster));
    const auto fresh = snapshots.begin(name, profile);
    if (!fresh)
        return std::unexpected(fresh.error());
    report(Step::saveSnapshot, 0.1, "saving " + std::to_string(profile.nodes.size()) + " nodes");
    Result<void> saved;
    {
        const FrozenNodes frozen(profile, driver);
        saved = frozen.outcome();
        if (saved)
            saved = onEach(profile.nodes, [&](const NodeProfile& node) {
                return driver.save(profile, node, *fresh / "nodes" / node.name, stop);
            });
    }
    if (saved)
        saved = snapshots.finish(name);
    if (!saved) {
        snapshots.abandon(name);
        return saved;
    }
    report(Step::done, 1, "snapshot " + name + " is saved");
    return {};
}

Result<std::vector<Snapshot>> ClusterLifecycle::snapshots(const std::string& cluster) const {
    if (const auto profile = impl_->store.load(cluster); !profile)
        return std::unexpected(profile.error());
    return SnapshotFolder(impl_->store.clusterDir(cluster)).list();
}

Result<void> ClusterLifecycle::removeSnapshot(const std::string& cluster, const std::string& name) {
    auto opened = impl_->open(cluster, nullptr, {});
    if (!opened)
        return std::unexpected(opened.error());
    return SnapshotFolder(impl_->store.clusterDir(cluster)).remove(name);
}

Result<void> ClusterLifecycle::restoreSnapshot(const std::string& cluster, const std::string& name,
                                               const ProgressSink& progress, std::stop_token stop) {
    Reporter report(progress);
    auto opened = impl_->open(cluster, nullptr, stop);
    if (!opened)
        return std::unexpected(opened.error());
    auto& [lock, profile, driver, isNew, wasRunning] = *opened;
    const SnapshotFolder snapshots(impl_->store.clusterDir(cluster));
    const auto then = snapshots.profile(name);
    if (!then)
        return std::unexpected(then.error());
    wasRunning = profile.started;
    if (auto stopped = impl_->stopNodes(profile, *driver, 0s, report); !stopped)
        return stopped;
    report(Step::restoreSnapshot, 0.3, "bringing back " + std::to_string(then->nodes.size()) + " nodes");
    for (const auto& node : profile.nodes)
        if (!then->find(node.name))
            if (auto removed = driver->remove(profile, node); !removed)
                return removed;
    // The nodes' own part of the profile is the snapshot's; places on this host and the user's wishes stay.
    profile.nodes = then->nodes;
    profile.started = false;
    if (auto allocated = impl_->allocate(profile, *driver, stop); !allocated)
        return allocated;
    if (auto restored = onEach(profile.nodes,
                               [&](const NodeProfile& node) {
                                   return driver->restore(profile, node, snapshots.node(name, node.name), stop);
                               });
        !restored)
        return restored;
    if (wasRunning)
        if (auto up = impl_->bringUp(*opened, {.mergeContext = false}, report, stop); !up)
            return std::unexpected(up.error());
    report(Step::done, 1, "cluster " + cluster + " is as it was in " + name);
    return {};
}

Result<void> ClusterLifecycle::forkSnapshot(const std::string& cluster, const std::string& name,
                                            const std::string& other, const ProgressSink& progress,
                                            std::stop_token stop) {
    Reporter report(progress);
    const auto source = impl_->look(cluster);
    if (!source)
        return std::unexpected(source.error());
    const SnapshotFolder snapshots(impl_->store.clusterDir(cluster));
    const auto then = snapshots.profile(name);
    if (!then)
        return std::unexpected(then.error());
    if (then->controlPlaneCount() > 1)
        return failure(DriverErrc::badProfile, "the members of its etcd know each other by their addresses: a snapshot "
                                               "of several control planes comes back in its own cluster only");
    if (impl_->store.load(other))
        return failure(DriverErrc::badName, "there is a cluster \"" + other + "\" already");
    const auto authority = impl_->credentials(source->profile).authority();
    if (!authority)
        return std::unexpected(authority.error());
    const StartOptions options{.driver = then->driver};
    auto opened = impl_->open(other, &options, stop);
    if (!opened)
        return std::unexpected(opened.error());
    auto& [lock, profile, driver, isNew, wasRunning] = *opened;
    profile = forked(*then, other);
    report(Step::restoreSnapshot, 0.1, "making cluster " + other);
    auto made = impl_->allocate(profile, *driver, stop);
    if (made)
        made = impl_->credentials(profile).adopt(*authority); // the same cluster as far as its secrets know
    if (made)
        made = onEach(profile.nodes, [&](const NodeProfile& node) {
            return driver->restore(profile, node, snapshots.node(name, node.name), stop);
        });
    if (!made) {
        impl_->giveUp(*opened, report);
        return made;
    }
    report(Step::done, 1, "cluster " + other + " is made");
    return {};
}

} // namespace slipway::vmdriver
