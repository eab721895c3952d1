#pragma once
// Starting, stopping and deleting a whole cluster: what `slipway start` and the window's button both call.

#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "vmdriver/driver.h"

namespace slipway::vmdriver {

/// Where things are on this machine. fromEnvironment() is what programs use; tests give their own.
struct LifecyclePaths {
    std::filesystem::path stateDir;       ///< kept: profiles and node state ($SLIPWAY_STATE_DIR or /var/lib/slipway)
    std::filesystem::path runDir;         ///< gone at reboot: sockets, locks ($SLIPWAY_RUN_DIR or /run/slipway)
    std::filesystem::path userKubeconfig; ///< first entry of $KUBECONFIG, or ~/.kube/config
    std::filesystem::path nodeImage;      ///< $SLIPWAY_NODE_IMAGE, beside the program, or /usr/lib/slipway/node-image
    static LifecyclePaths fromEnvironment();
};

struct StartOptions {
    std::string driver = "native";
    bool mergeContext = true; ///< put the context into the user's kubeconfig and make it current
    bool waitReady = true;    ///< return only when the API answers and every node is Ready
    bool sample = false;      ///< deploy the sample application and wait until it answers through its Service
    std::chrono::seconds timeout{120};
};

enum class ClusterState {
    absent, ///< no such cluster
    stopped,
    running, ///< every node runs
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

    /// Creates the cluster if it is new, starts it and waits for it. Succeeds at once when it already runs.
    Result<ClusterStatus> start(const std::string& cluster, const StartOptions& options,
                                const ProgressSink& progress = {}, std::stop_token stop = {});
    /// Stops all nodes; their state stays. Succeeds when already stopped; error notFound for an unknown cluster.
    Result<void> stop(const std::string& cluster, const ProgressSink& progress = {});
    /// Stops and removes everything, and puts the previous context back into the user's kubeconfig.
    Result<void> remove(const std::string& cluster, const ProgressSink& progress = {});
    /// Never fails for an unknown cluster: its state is then absent. Error badProfile when the profile is unreadable.
    Result<ClusterStatus> status(const std::string& cluster) const;
    /// All clusters known on this machine, sorted by name.
    Result<std::vector<ClusterStatus>> list() const;
    /// Path of the administrator's kubeconfig. Errors: notFound, notRunning when the server has never written it.
    Result<std::filesystem::path> kubeconfig(const std::string& cluster) const;
    /// Imports image archives (docker-archive or OCI tar) into every node's containerd.
    Result<void> loadImages(const std::string& cluster, const std::vector<std::filesystem::path>& archives,
                            const ProgressSink& progress = {}, std::stop_token stop = {});

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace slipway::vmdriver
