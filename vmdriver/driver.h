#pragma once
// A driver makes machines for clusters: namespace sandboxes now, containers and virtual machines behind the same
// interface.

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "vmdriver/driver_error.h"
#include "vmdriver/profile.h"
#include "vmdriver/progress.h"

namespace slipway::vmdriver {

/// What a node is doing, as seen now (never as remembered).
enum class NodeState {
    absent,  ///< no state on disk, no machine
    stopped, ///< state on disk, no machine
    running, ///< the machine's first process is alive
    died,    ///< it was started, and ended without being stopped
};

std::string_view nodeStateName(NodeState state);

struct NodeStatus {
    std::string name;
    NodeState state = NodeState::absent;
    std::string address; ///< IPv4 address at which the host reaches the node; empty when unknown
    int pid = 0;         ///< of the machine's first process on the host; 0 when not running
};

/// Makes, runs and removes the nodes of clusters. Implementations keep no state of their own between calls: everything
/// is found again from the profile, the disk and the kernel, so that a node outlives the program that started it. Not
/// thread-safe; one operation per cluster at a time (ClusterLifecycle takes the lock).
class Driver {
public:
    virtual ~Driver() = default;

    /// The name in profiles and on the command line ("native").
    virtual std::string_view name() const = 0;

    /// Whether this host and this process can run nodes at all.
    /// Errors: notPrivileged, missingTool, imageMissing, each with a sentence that says what to do.
    virtual Result<void> checkHost() const = 0;

    /// Chooses what a new cluster needs from the host (its subnet) and writes it into the profile.
    virtual Result<void> allocate(ClusterProfile& profile) = 0;

    /// Creates the node's directories and its copy of the programs. Does only what is missing.
    virtual Result<void> prepare(const ClusterProfile& profile, const NodeProfile& node, std::stop_token stop) = 0;

    /// Starts a prepared node; succeeds when it already runs. On failure or cancellation nothing half-made is left
    /// running.
    virtual Result<void> start(const ClusterProfile& profile, const NodeProfile& node, std::stop_token stop) = 0;

    /// Ends the node's processes and removes what it has in the kernel; its files stay. Succeeds when it is not
    /// running.
    virtual Result<void> stop(const ClusterProfile& profile, const NodeProfile& node) = 0;

    /// Stops the node and removes its files.
    virtual Result<void> remove(const ClusterProfile& profile, const NodeProfile& node) = 0;

    virtual NodeStatus status(const ClusterProfile& profile, const NodeProfile& node) const = 0;

    /// Runs a program inside a running node with this process's standard streams, or with `input` as standard input.
    /// Returns its exit code (128 + signal when killed).
    virtual Result<int> run(const ClusterProfile& profile, const NodeProfile& node,
                            const std::vector<std::string>& command, const std::filesystem::path& input = {}) = 0;

    /// Where the host sees a path of the node's file system (for reading the server's kubeconfig and the logs).
    virtual std::filesystem::path hostPath(const ClusterProfile& profile, const NodeProfile& node,
                                           const std::filesystem::path& inside) const = 0;
};

} // namespace slipway::vmdriver
