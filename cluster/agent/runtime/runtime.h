#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <tuple>
#include <vector>

/// What the agent asks of a container runtime, as plain values. cri/ answers through containerd; a simulated runtime
/// may stand behind the same interface. Words and meaning follow the Container Runtime Interface (CRI v1).
namespace slipway::agent {

using WallTime = std::chrono::system_clock::time_point;
using StringMap = std::map<std::string, std::string>;

/// A refused or failed runtime call.
struct RuntimeError {
    enum class Kind { unavailable, notFound, timeout, cancelled, other };
    Kind kind = Kind::other;
    std::string message;
};

template <class T> using RuntimeResult = std::expected<T, RuntimeError>;

struct RuntimeVersion {
    std::string name, version; ///< "containerd", "1.7.24"
};

/// Whether the runtime and its network are usable.
struct RuntimeHealth {
    bool runtimeReady = false, networkReady = false;
    std::string message; ///< why not
};

struct PortMapping {
    std::string protocol = "TCP", hostIp;
    int containerPort = 0, hostPort = 0;
};

/// A namespace of the sandbox: its own, or the node's.
enum class NamespaceMode { pod, container, node, target };

struct Namespaces {
    NamespaceMode network = NamespaceMode::pod, pid = NamespaceMode::container, ipc = NamespaceMode::pod;
    std::string targetId; ///< the container whose processes are shared, with NamespaceMode::target
};

struct SandboxConfig {
    std::string name, uid, ns;
    unsigned attempt = 0;
    std::string hostname, logDirectory, cgroupParent, runtimeHandler;
    std::vector<std::string> dnsServers, dnsSearches, dnsOptions;
    std::vector<PortMapping> ports;
    StringMap labels, annotations, sysctls;
    Namespaces namespaces;
    bool privileged = false;
    std::optional<std::int64_t> runAsUser, runAsGroup;
    std::vector<std::int64_t> supplementalGroups;
};

struct SandboxInfo {
    std::string id, name, uid, ns;
    unsigned attempt = 0;
    bool ready = false;
    WallTime createdAt;
    StringMap labels, annotations;
    std::vector<std::string> ips; ///< filled by sandboxStatus() only
};

struct BindMount {
    std::string containerPath, hostPath;
    bool readOnly = false;
    enum class Propagation { none, hostToContainer, bidirectional } propagation = Propagation::none;
};

/// A device of the node in a container.
struct DeviceMount {
    std::string containerPath, hostPath;
    bool readOnly = false;
};

/// Limits as the kernel's control groups take them; 0: none.
struct ContainerResources {
    std::int64_t cpuPeriod = 0, cpuQuota = 0, cpuShares = 0, memoryLimit = 0, oomScoreAdjustment = 0;

    /// Whether the bounds are the same that can be changed while a container runs.
    bool sameCpu(const ContainerResources& other) const {
        return cpuQuota == other.cpuQuota && cpuShares == other.cpuShares;
    }
    bool sameMemory(const ContainerResources& other) const { return memoryLimit == other.memoryLimit; }
};

/// What a container uses, and what its writable layer holds.
struct ContainerUsage {
    std::string id, name, podUid, podNamespace, podName;
    WallTime at;
    std::uint64_t cpuNanoseconds = 0; ///< since the container began
    std::uint64_t memoryWorkingSet = 0, memoryUsage = 0, memoryRss = 0, pageFaults = 0, majorPageFaults = 0;
    std::uint64_t rootfsBytes = 0, rootfsInodes = 0;
};

struct InterfaceUsage {
    std::string name;
    std::uint64_t rxBytes = 0, rxErrors = 0, txBytes = 0, txErrors = 0;
};

/// What a sandbox's own network and processes come to.
struct SandboxUsage {
    std::string podUid;
    std::vector<InterfaceUsage> interfaces;
    std::uint64_t processes = 0;
};

struct ContainerConfig {
    std::string name;
    unsigned attempt = 0;
    std::string image, imageId;
    std::vector<std::string> command, args;
    std::string workingDir;
    std::vector<std::pair<std::string, std::string>> environment;
    std::vector<BindMount> mounts;
    std::vector<DeviceMount> devices;
    StringMap labels, annotations;
    std::string logPath; ///< relative to the sandbox's log directory
    bool stdinOpen = false, stdinOnce = false, tty = false;
    ContainerResources resources;
    bool privileged = false, readOnlyRoot = false, noNewPrivileges = false, seccompUnconfined = false;
    std::string seccompFile; ///< a profile of the node's; empty: the runtime's own, or none
    bool procUnmasked = false;
    std::vector<std::string> addCapabilities, dropCapabilities;
    std::optional<std::int64_t> runAsUser, runAsGroup;
    std::vector<std::int64_t> supplementalGroups;
    Namespaces namespaces;
};

enum class ContainerPhase { created, running, exited, unknown };

struct ContainerInfo {
    std::string id, sandboxId, name;
    unsigned attempt = 0;
    ContainerPhase phase = ContainerPhase::unknown;
    WallTime createdAt;
    std::string image, imageRef;
    StringMap labels, annotations;
    // Filled by containerStatus() only.
    WallTime startedAt, finishedAt;
    int exitCode = 0;
    std::string reason, message, logPath;
    std::optional<ContainerResources> resources; ///< where the runtime tells them
};

struct ImageInfo {
    std::string id;
    std::vector<std::string> tags, digests;
    std::uint64_t size = 0;
    std::optional<std::int64_t> uid; ///< the user the image asks for
    std::string username;
    bool pinned = false;
};

struct RegistryLogin {
    std::string username, password, auth, server;
};

struct ExecOutput {
    int exitCode = 0;
    std::string out, err;
};

/// Something happened to a container of that pod.
struct RuntimeEvent {
    std::string podUid, podNamespace, podName, containerId;
};

/// A command that runs inside a container, with its streams. No call waits: who wants to wait watches the descriptors
/// that are named, which belong to the command. One thread at a time. The destructor ends the command if it still runs,
/// at once.
class ExecProcess {
public:
    struct Piece {
        enum class From { out, err, end, later } from = From::end;
        std::string data;
    };
    virtual ~ExecProcess() = default;
    /// The output there is; From::later when there is none until readable() can be read, From::end once the command is
    /// over.
    virtual Piece read() = 0;
    virtual int readable() const = 0;
    /// How many of the first bytes it takes; none (0) until writable() can be written; nothing: it takes no more.
    virtual std::optional<std::size_t> write(std::string_view data) = 0;
    virtual int writable() const = 0;
    /// False: to be called again when writable() can be written.
    virtual bool closeInput() = 0;
    virtual void resize(unsigned columns, unsigned rows) = 0;
    /// Asks the command to end; what it says until then can still be read.
    virtual void stop() = 0;
    /// The exit code, once read() said end; 128 + signal for a killed command.
    virtual RuntimeResult<int> exitCode() = 0;
};

/// Something begun that may take long. Letting go of it does not end it.
class Operation {
public:
    virtual ~Operation() = default;
    /// Ends it early: its callback comes soon, with an error unless it was over already. May be called from any thread.
    virtual void cancel() = 0;
};
using OperationPtr = std::shared_ptr<Operation>;
template <class T> using OperationDone = std::function<void(RuntimeResult<T>)>;

/// A container runtime. Thread-safe; calls block, except those that begin an operation: they hold no thread, and call
/// back once, from a thread of the runtime or from the caller's before they return. Callbacks must not block.
class Runtime {
public:
    virtual ~Runtime() = default;

    virtual RuntimeResult<RuntimeVersion> version() = 0;
    virtual RuntimeResult<RuntimeHealth> health() = 0;
    /// Tells the runtime the node's pod address range, for CNI templates.
    virtual RuntimeResult<void> setPodCidr(const std::string& cidr) = 0;

    virtual RuntimeResult<std::string> runSandbox(const SandboxConfig& config) = 0;
    virtual RuntimeResult<void> stopSandbox(const std::string& id) = 0;
    virtual RuntimeResult<void> removeSandbox(const std::string& id) = 0;
    virtual RuntimeResult<std::vector<SandboxInfo>> listSandboxes(const StringMap& labels = {}) = 0;
    virtual RuntimeResult<SandboxInfo> sandboxStatus(const std::string& id) = 0;

    virtual RuntimeResult<std::string> createContainer(const std::string& sandboxId, const ContainerConfig& config,
                                                       const SandboxConfig& sandbox) = 0;
    virtual RuntimeResult<void> startContainer(const std::string& id) = 0;
    /// SIGTERM (or the image's signal), then SIGKILL after @p grace.
    virtual RuntimeResult<void> stopContainer(const std::string& id, std::chrono::seconds grace) = 0;
    /// stopContainer() as an operation.
    virtual OperationPtr beginStop(const std::string& id, std::chrono::seconds grace, OperationDone<void> done) = 0;
    virtual RuntimeResult<void> removeContainer(const std::string& id) = 0;
    virtual RuntimeResult<std::vector<ContainerInfo>> listContainers(const StringMap& labels = {}) = 0;
    virtual RuntimeResult<ContainerInfo> containerStatus(const std::string& id) = 0;
    virtual RuntimeResult<void> reopenLog(const std::string& id) = 0;
    /// Changes the bounds of a running container.
    virtual RuntimeResult<void> updateResources(const std::string& id, const ContainerResources& resources) {
        std::ignore = id, std::ignore = resources;
        return std::unexpected(RuntimeError{RuntimeError::Kind::other, "the runtime cannot change running containers"});
    }
    /// What every running container uses now.
    virtual RuntimeResult<std::vector<ContainerUsage>> containerUsage() = 0;
    /// What every ready sandbox uses now. A runtime that does not measure it answers with none.
    virtual RuntimeResult<std::vector<SandboxUsage>> sandboxUsage() { return std::vector<SandboxUsage>(); }
    virtual RuntimeResult<ExecOutput> execSync(const std::string& id, const std::vector<std::string>& command,
                                               std::chrono::seconds timeout) = 0;
    /// execSync() as an operation.
    virtual OperationPtr beginExec(const std::string& id, const std::vector<std::string>& command,
                                   std::chrono::seconds timeout, OperationDone<ExecOutput> done) = 0;
    /// Starts a command in a running container, with a terminal of its own when @p tty.
    virtual RuntimeResult<std::unique_ptr<ExecProcess>>
    exec(const std::string& id, const std::vector<std::string>& command, bool tty, bool input) = 0;
    /// Joins a running container's own streams; ending the result leaves the container alone. @p tty as the container
    /// was made.
    virtual RuntimeResult<std::unique_ptr<ExecProcess>> attach(const std::string& id, bool tty, bool input);
    /// The network namespace a sandbox lives in, as a path; empty: the node's own.
    virtual RuntimeResult<std::string> networkNamespace(const std::string& sandboxId);

    virtual RuntimeResult<std::vector<ImageInfo>> listImages() = 0;
    /// Nothing when the image is not here.
    virtual RuntimeResult<std::optional<ImageInfo>> imageStatus(const std::string& name) = 0;
    /// Fetches an image; its reference on success.
    virtual RuntimeResult<std::string> pullImage(const std::string& name,
                                                 const std::optional<RegistryLogin>& login) = 0;
    /// pullImage() as an operation.
    virtual OperationPtr beginPull(const std::string& name, const std::optional<RegistryLogin>& login,
                                   OperationDone<std::string> done) = 0;
    virtual RuntimeResult<void> removeImage(const std::string& name) = 0;

    /// Calls @p tell for each event until @p stop, or until the runtime breaks the stream.
    virtual RuntimeResult<void> watchEvents(std::stop_token stop,
                                            const std::function<void(const RuntimeEvent&)>& tell) = 0;
};

// What a runtime may leave out.
inline RuntimeResult<std::unique_ptr<ExecProcess>> Runtime::attach(const std::string&, bool, bool) {
    return std::unexpected(RuntimeError{RuntimeError::Kind::other, "this runtime cannot attach"});
}
inline RuntimeResult<std::string> Runtime::networkNamespace(const std::string&) {
    return std::unexpected(RuntimeError{RuntimeError::Kind::other, "this runtime has no network namespaces"});
}

} // namespace slipway::agent
