#pragma once
// What the operations of ClusterLifecycle share. Private to vmdriver.

#include <functional>
#include <memory>
#include <set>

#include "vmdriver/cluster_access.h"
#include "vmdriver/cluster_credentials.h"
#include "vmdriver/cluster_lifecycle.h"
#include "vmdriver/cluster_lock.h"
#include "vmdriver/driver_registry.h"
#include "vmdriver/operation.h"

namespace slipway::vmdriver {

/// A cluster that an operation works on, alone.
struct Opened {
    ClusterLock lock;
    ClusterProfile profile;
    std::unique_ptr<Driver> driver;
    bool isNew = false;
    bool wasRunning = false; ///< before the operation
};

/// A cluster that is only looked at.
struct Known {
    ClusterProfile profile;
    std::unique_ptr<Driver> driver;
    /// The node of that name, or the first; error notFound.
    Result<NodeProfile> node(const std::string& name) const;
};

using NodeAction = std::function<Result<void>(const NodeProfile&)>;

/// Does something to several nodes at once, at most eight at a time, and returns the first error when all are done.
Result<void> onEach(const std::vector<NodeProfile>& nodes, const NodeAction& action);

/// Starts the agents of nodes that were frozen anew, as far as they can be reached: while they stood still their Nodes
/// may have been marked as lost, and an agent says that it is Ready when it begins. Their pods run on.
void wakeAgents(const ClusterProfile& profile, Driver& driver, const std::vector<NodeProfile>& nodes);

std::vector<NodeProfile> controlPlanes(const ClusterProfile& profile);
std::vector<NodeProfile> workers(const ClusterProfile& profile);

/// Nodes that run, or go on where they were when they are started: they do not say again that they are Ready.
std::set<std::string> liveNodes(const ClusterProfile& profile, const Driver& driver);

/// Nodes whose machine runs now.
std::set<std::string> runningNodes(const ClusterProfile& profile, const Driver& driver);

struct ClusterLifecycle::Impl {
    LifecyclePaths paths;
    ProfileStore store;

    /// Locks the cluster and reads it. With `create`, one that does not exist yet is thought up.
    Result<Opened> open(const std::string& cluster, const StartOptions* create, const std::stop_token& stop) const;
    /// The same for deleting, which an unreadable profile must not prevent.
    Result<Opened> openToRemove(const std::string& cluster) const;
    Result<Known> look(const std::string& cluster) const;
    ClusterCredentials credentials(const ClusterProfile& profile) const {
        return ClusterCredentials(store.clusterDir(profile.name));
    }

    /// Chooses what is not chosen yet and writes it down, one cluster at a time, so that no two choose the same.
    Result<void> allocate(ClusterProfile& profile, Driver& driver, const std::stop_token& stop) const;
    Result<void> adoptAuthority(const ClusterProfile& profile, Driver& driver) const;
    Result<ClusterStatus> bringUp(Opened& cluster, const StartOptions& options, Reporter& report,
                                  const std::stop_token& stop) const;
    void giveUp(Opened& cluster, Reporter& report) const;
    Result<void> prepareNode(const ClusterProfile& profile, Driver& driver, const NodeProfile& node,
                             const std::stop_token& stop) const;
    Result<void> startNodes(const ClusterProfile& profile, Driver& driver, const std::vector<NodeProfile>& nodes,
                            Reporter& report, const std::stop_token& stop) const;
    Result<void> waitServer(const ClusterProfile& profile, std::chrono::steady_clock::time_point deadline,
                            Reporter& report, const std::stop_token& stop) const;
    /// Waits for nodes that were started after `since` to say that they are Ready.
    Result<void> waitNodes(const ClusterProfile& profile, const std::vector<NodeProfile>& nodes,
                           std::chrono::system_clock::time_point since, std::chrono::steady_clock::time_point deadline,
                           Reporter& report, const std::stop_token& stop) const;
    Result<void> mergeContext(ClusterProfile& profile, Reporter& report) const;
    Result<std::string> deploySample(const ClusterProfile& profile, const Driver& driver, const StartOptions& options,
                                     Reporter& report, const std::stop_token& stop) const;
    Result<void> stopNodes(const ClusterProfile& profile, Driver& driver, std::chrono::seconds patience,
                           Reporter& report) const;
    Result<void> removeAll(const ClusterProfile& profile, Driver& driver) const;
    /// Gives a node every image another one has.
    Result<void> copyImages(const ClusterProfile& profile, Driver& driver, const NodeProfile& from,
                            const NodeProfile& to, const std::stop_token& stop) const;
    ClusterStatus statusOf(const ClusterProfile& profile) const;
    std::filesystem::path sampleManifest() const { return paths.nodeImage / "samples/hello.yaml"; }
};

} // namespace slipway::vmdriver
