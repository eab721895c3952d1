#pragma once
// A driver makes machines for clusters: namespace sandboxes, containers or virtual machines behind one interface.

#include <chrono>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "vmdriver/driver_error.h"
#include "vmdriver/node_config.h"
#include "vmdriver/profile.h"
#include "vmdriver/progress.h"

namespace slipway::vmdriver {

/// What a node is doing, as seen now (never as remembered).
enum class NodeState {
    absent,  ///< no state on disk, no machine
    stopped, ///< state on disk, no machine
    running, ///< the machine's first process is alive
    paused,  ///< the machine is frozen, its memory kept
    died,    ///< it was started, and ended without being stopped
};

std::string_view nodeStateName(NodeState state);

struct NodeStatus {
    std::string name;
    NodeState state = NodeState::absent;
    std::string address; ///< IPv4 address by which nodes reach each other (InternalIP); empty when unknown
    int pid = 0;         ///< of the machine's first process on the host; 0 when not running or not known
    bool controlPlane = false;
    bool keepsMemory = false; ///< stopped with its memory saved: starting it goes on where it was
    bool ready = false;       ///< whether its Node is Ready, where the API was asked
};

/// Where the host reaches something in a node.
struct Endpoint {
    std::string address;
    int port = 0;
};

/// Where the streams of a command inside a node go.
struct RunStreams {
    std::filesystem::path input;   ///< becomes standard input; empty: this process's, or none when output is collected
    std::string* output = nullptr; ///< collects standard output and error; null: they are this process's
    std::filesystem::path outputFile; ///< standard output goes to this file (and only that)
    bool terminal = false;            ///< gives the command a terminal, which this process's terminal becomes
};

/// Makes, runs and removes the nodes of clusters. Implementations keep no state of their own between calls: everything
/// is found again from the profile, the disk and the kernel (or daemon), so that a node outlives the program that
/// started it. One operation per cluster at a time (ClusterLifecycle takes the lock); within it, calls for different
/// nodes may come from different threads at once.
class Driver {
public:
    virtual ~Driver() = default;

    /// The name in profiles and on the command line ("native").
    virtual std::string_view name() const = 0;

    /// Whether this host and this process can run nodes at all.
    /// Errors: notPrivileged, missingTool, imageMissing, sandbox, each with a sentence that says what to do.
    virtual Result<void> checkHost() const = 0;

    /// Chooses what a cluster needs from the host: its subnet when it has none, an address for each node without one,
    /// the API server's address and port for the host. Writes them into the profile, which the caller keeps.
    virtual Result<void> allocate(ClusterProfile& profile) = 0;

    /// Makes what the nodes share: their network, the node image in the driver's own store, published ports. Brings
    /// what there is up to the profile, so it also carries out changes to a running cluster.
    virtual Result<void> setUp(const ClusterProfile& profile, std::stop_token stop) = 0;

    /// Removes what setUp made, when no node of the cluster runs any more. Succeeds when there is nothing.
    virtual Result<void> tearDown(const ClusterProfile& profile) = 0;

    /// What this driver's machines look like from inside.
    virtual NodePlatform platform(const ClusterProfile& profile) const = 0;

    /// Creates the node's machine from the node image and writes `files` into it. Does only what is missing; the files
    /// are written again each time.
    virtual Result<void> prepare(const ClusterProfile& profile, const NodeProfile& node,
                                 const std::vector<NodeFile>& files, std::stop_token stop) = 0;

    /// Starts a prepared node; succeeds when it already runs. On failure or cancellation nothing half-made is left
    /// running.
    virtual Result<void> start(const ClusterProfile& profile, const NodeProfile& node, std::stop_token stop) = 0;

    /// Asks the node to end (its pods get their stop signal), kills it after `patience`, and removes what it has in
    /// the kernel; its files stay. Succeeds when it is not running.
    virtual Result<void> stop(const ClusterProfile& profile, const NodeProfile& node,
                              std::chrono::seconds patience) = 0;

    /// Stops the node and removes its files.
    virtual Result<void> remove(const ClusterProfile& profile, const NodeProfile& node) = 0;

    /// Freezes a running node or lets it run again. Error sandbox where that cannot be done.
    virtual Result<void> pause(const ClusterProfile& profile, const NodeProfile& node) = 0;
    virtual Result<void> resume(const ClusterProfile& profile, const NodeProfile& node) = 0;

    /// Brings a running node to the resources in its profile. Error sandbox where that needs a restart.
    virtual Result<void> applyResources(const ClusterProfile& profile, const NodeProfile& node) = 0;

    virtual NodeStatus status(const ClusterProfile& profile, const NodeProfile& node) const = 0;

    /// Runs a program inside a running node. Returns its exit code (128 + signal when killed).
    /// Errors: notRunning, sandbox, cancelled.
    virtual Result<int> run(const ClusterProfile& profile, const NodeProfile& node,
                            const std::vector<std::string>& command, const RunStreams& streams = {},
                            std::stop_token stop = {}) = 0;

    /// The content of a file of the node, also of a stopped one where the driver can look into it.
    /// Errors: notFound, notRunning, io.
    virtual Result<std::string> readFile(const ClusterProfile& profile, const NodeProfile& node,
                                         const std::string& inside) = 0;

    /// Where the host reaches a TCP port of a node. Error network when the driver has published no such port.
    virtual Result<Endpoint> endpoint(const ClusterProfile& profile, const NodeProfile& node, int port) const = 0;

    /// Copies everything a stopped or paused node keeps into `folder` (which exists and is empty), as files `restore`
    /// understands; and the way back into a node of any name that is not there yet. Errors: io, sandbox.
    virtual Result<void> save(const ClusterProfile& profile, const NodeProfile& node,
                              const std::filesystem::path& folder, std::stop_token stop) = 0;
    virtual Result<void> restore(const ClusterProfile& profile, const NodeProfile& node,
                                 const std::filesystem::path& folder, std::stop_token stop) = 0;
};

} // namespace slipway::vmdriver
