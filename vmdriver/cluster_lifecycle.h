#pragma once
// Starting, stopping and deleting a whole cluster: what `slipway start` and the window's button both call.

#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "vmdriver/driver.h"
#include "vmdriver/snapshots.h"

namespace slipway::vmdriver {

/// Where things are on this machine. fromEnvironment() is what programs use; tests give their own.
struct LifecyclePaths {
    std::filesystem::path stateDir;       ///< kept: profiles and node state ($SLIPWAY_STATE_DIR or /var/lib/slipway)
    std::filesystem::path runDir;         ///< gone at reboot: sockets, locks ($SLIPWAY_RUN_DIR or /run/slipway)
    std::filesystem::path userKubeconfig; ///< first entry of $KUBECONFIG, or ~/.kube/config
    std::filesystem::path nodeImage;      ///< $SLIPWAY_NODE_IMAGE, beside the program, or /usr/lib/slipway/node-image
    std::filesystem::path addons;         ///< beside the node image: manifests of the add-ons
    static LifecyclePaths fromEnvironment();
};

struct StartOptions {
    std::string driver = "native";     ///< of a new cluster; "auto": the first one that works here
    int nodes = 0;                     ///< how many nodes there shall be; 0: as many as there are, one when it is new
    int controlPlanes = 0;             ///< how many of a new cluster's nodes run the API server; 0: one
    NodeResources resources{};         ///< of nodes that are made
    std::vector<PortMapping> ports{};  ///< added to the profile's
    std::vector<HostFolder> folders{}; ///< added to the profile's; nodes see them when they start
    std::vector<RegistryProfile> registries{}; ///< replace the profile's for the same registry
    bool mergeContext = true;                  ///< put the context into the user's kubeconfig and make it current
    bool waitReady = true;                     ///< return only when the API answers and every node is Ready
    bool sample = false; ///< deploy the sample application and wait until it answers through its Service
    std::chrono::seconds timeout{120};
};

enum class ClusterState {
    absent, ///< no such cluster
    stopped,
    running, ///< every node runs
    paused,  ///< every node is frozen
    broken,  ///< started, but a node died
};

std::string_view clusterStateName(ClusterState state);

struct ClusterStatus {
    std::string name;
    ClusterState state = ClusterState::absent;
    std::string driver;
    std::string server;               ///< https://ADDRESS:6443; empty when absent
    bool apiReady = false;            ///< /readyz answered just now
    std::filesystem::path kubeconfig; ///< the administrator's kubeconfig of this cluster (mode 0600)
    std::string context;              ///< name of the context in the user's kubeconfig
    std::string problem;              ///< why nothing more is known (an unreadable profile); usually empty
    std::vector<NodeStatus> nodes;
    std::optional<std::string> sampleUrl; ///< after start with `sample`: where the host reaches it
};

/// The life of clusters. Every call blocks until done, so the window calls it from a worker thread; an object may be
/// used by one thread at a time, and any number of objects (also in other processes) may exist: operations that change
/// a cluster hold its lock file. `stop` tokens cancel between and inside steps, and what is half-made is cleaned up.
class ClusterLifecycle {
public:
    explicit ClusterLifecycle(LifecyclePaths paths = LifecyclePaths::fromEnvironment());
    ~ClusterLifecycle();
    ClusterLifecycle(const ClusterLifecycle&) = delete;
    ClusterLifecycle& operator=(const ClusterLifecycle&) = delete;

    const LifecyclePaths& paths() const;

    /// Creates the cluster if it is new, starts it and waits for it. Succeeds at once when it already runs.
    Result<ClusterStatus> start(const std::string& cluster, const StartOptions& options,
                                const ProgressSink& progress = {}, std::stop_token stop = {});
    /// Stops all nodes, whose pods get their stop signal first; their state stays. Succeeds when already stopped; error
    /// notFound for an unknown cluster.
    Result<void> stop(const std::string& cluster, const ProgressSink& progress = {});
    /// Stops and removes everything, and puts the previous context back into the user's kubeconfig.
    Result<void> remove(const std::string& cluster, const ProgressSink& progress = {});
    /// Freezes all nodes where they are, and lets them run again. Errors: notFound, notRunning, sandbox.
    Result<void> pause(const std::string& cluster, const ProgressSink& progress = {});
    Result<void> resume(const std::string& cluster, const ProgressSink& progress = {});

    /// Adds a node to a cluster, with the images the others have; starts it when the cluster runs, and waits until it
    /// is Ready. `name` empty: the next free one. Returns its name. Errors: badName, busy, as start.
    Result<std::string> addNode(const std::string& cluster, const std::string& name, const NodeResources& resources,
                                const ProgressSink& progress = {}, std::stop_token stop = {});
    /// Takes a node out: no new pods, its pods evicted (for at most `patience`), its Node deleted, its machine removed.
    /// Errors: notFound, badName (the first control-plane node cannot go), cancelled.
    Result<void> removeNode(const std::string& cluster, const std::string& node, std::chrono::seconds patience,
                            const ProgressSink& progress = {}, std::stop_token stop = {});
    /// Changes what a node may use; a running node changes at once where its driver can do that.
    Result<void> setResources(const std::string& cluster, const std::string& node, const NodeResources& resources);
    /// Runs a program in a node (empty: the first). Returns its exit code. Errors: notFound, notRunning.
    Result<int> run(const std::string& cluster, const std::string& node, const std::vector<std::string>& command,
                    const RunStreams& streams = {}, std::stop_token stop = {}) const;
    /// The content of a file of a node, running or not. Errors: notFound, notRunning, io.
    Result<std::string> readNodeFile(const std::string& cluster, const std::string& node,
                                     const std::string& inside) const;
    /// Where this host reaches a TCP port (a NodePort) of a node (empty: the first). Errors: notFound, network.
    Result<Endpoint> endpoint(const std::string& cluster, const std::string& node, int port) const;

    /// Never fails for an unknown cluster: its state is then absent. Error badProfile when the profile is unreadable.
    Result<ClusterStatus> status(const std::string& cluster) const;
    /// All clusters known on this machine, sorted by name. One whose profile is unreadable is broken, with the problem.
    Result<std::vector<ClusterStatus>> list() const;
    /// Path of the administrator's kubeconfig. Errors: notFound, notRunning when the cluster has never been started.
    Result<std::filesystem::path> kubeconfig(const std::string& cluster) const;
    /// Imports image archives (docker-archive or OCI tar) into every node's containerd.
    Result<void> loadImages(const std::string& cluster, const std::vector<std::filesystem::path>& archives,
                            const ProgressSink& progress = {}, std::stop_token stop = {});
    /// Names of the images the cluster's nodes have, sorted; Slipway's own are left out. Error notRunning.
    Result<std::vector<std::string>> images(const std::string& cluster) const;
    /// Removes images from every node. Error sandbox when a node has none of that name.
    Result<void> removeImages(const std::string& cluster, const std::vector<std::string>& images);

    /// Saves the whole cluster (objects, volumes, images) under a name; a running one is frozen meanwhile.
    /// Errors: notFound, badName, io, cancelled.
    Result<void> saveSnapshot(const std::string& cluster, const std::string& name, const ProgressSink& progress = {},
                              std::stop_token stop = {});
    Result<std::vector<Snapshot>> snapshots(const std::string& cluster) const;
    Result<void> removeSnapshot(const std::string& cluster, const std::string& name);
    /// Brings the cluster back to a snapshot; it runs afterwards if it ran before.
    Result<void> restoreSnapshot(const std::string& cluster, const std::string& name, const ProgressSink& progress = {},
                                 std::stop_token stop = {});
    /// Makes another cluster of a snapshot, with addresses of its own, stopped. Node names stay, since objects in it
    /// name them. Errors: notFound, badName, io, cancelled.
    Result<void> forkSnapshot(const std::string& cluster, const std::string& name, const std::string& other,
                              const ProgressSink& progress = {}, std::stop_token stop = {});

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace slipway::vmdriver
