#include "vmdriver/native/native_driver.h"

#include <unistd.h>

#include "cluster/base/files.h"
#include "vmdriver/address_plan.h"
#include "vmdriver/command.h"
#include "vmdriver/native/host_names.h"
#include "vmdriver/native/node_files.h"
#include "vmdriver/native/node_network.h"
#include "vmdriver/native/sandbox.h"

namespace slipway::vmdriver {

namespace fs = std::filesystem;

namespace {

class NativeDriver final : public Driver {
public:
    explicit NativeDriver(NativePaths paths) : paths_(std::move(paths)) {}

    std::string_view name() const override { return "native"; }

    Result<void> checkHost() const override;
    Result<void> allocate(ClusterProfile& profile) override {
        return planAddresses(profile, ProfileStore(paths_.stateDir));
    }
    Result<void> setUp(const ClusterProfile& profile, std::stop_token) override {
        return setUpNetwork(profile, names(profile));
    }
    Result<void> tearDown(const ClusterProfile& profile) override {
        tearDownNetwork(names(profile));
        return {};
    }
    NodePlatform platform(const ClusterProfile&) const override { return {.resolverText = hostResolverText()}; }
    Result<void> prepare(const ClusterProfile& profile, const NodeProfile& node, const std::vector<NodeFile>& wanted,
                         std::stop_token stop) override {
        return prepareNodeFiles(files(profile, node), paths_.nodeImage, wanted, stop);
    }
    Result<void> start(const ClusterProfile& profile, const NodeProfile& node, std::stop_token stop) override;
    Result<void> stop(const ClusterProfile& profile, const NodeProfile& node, std::chrono::seconds patience) override;
    Result<void> remove(const ClusterProfile& profile, const NodeProfile& node) override;
    Result<void> pause(const ClusterProfile& profile, const NodeProfile& node) override {
        return sandbox(profile, node).pause();
    }
    Result<void> resume(const ClusterProfile& profile, const NodeProfile& node) override {
        return sandbox(profile, node).resume();
    }
    Result<void> applyResources(const ClusterProfile& profile, const NodeProfile& node) override {
        return sandbox(profile, node).limit({node.resources.cpus, node.resources.memoryMiB << 20});
    }
    NodeStatus status(const ClusterProfile& profile, const NodeProfile& node) const override;
    Result<int> run(const ClusterProfile& profile, const NodeProfile& node, const std::vector<std::string>& command,
                    const RunStreams& streams, std::stop_token stop) override;
    Result<std::string> readFile(const ClusterProfile& profile, const NodeProfile& node,
                                 const std::string& inside) override;
    Result<Endpoint> endpoint(const ClusterProfile&, const NodeProfile& node, int port) const override {
        return Endpoint{node.address, port}; // the host is in the nodes' network
    }
    Result<void> save(const ClusterProfile& profile, const NodeProfile& node, const fs::path& folder,
                      std::stop_token stop) override {
        return saveNodeFiles(files(profile, node), folder, stop);
    }
    Result<void> restore(const ClusterProfile& profile, const NodeProfile& node, const fs::path& folder,
                         std::stop_token stop) override {
        return restoreNodeFiles(files(profile, node), folder, stop);
    }

private:
    NodeFiles files(const ClusterProfile& profile, const NodeProfile& node) const;
    Sandbox sandbox(const ClusterProfile& profile, const NodeProfile& node) const;
    Result<void> launch(const ClusterProfile& profile, const NodeProfile& node, std::stop_token stop);
    HostNames names(const ClusterProfile& profile) const { return {stateFolderId(paths_.stateDir), profile.name}; }
    fs::path base() const {
        std::error_code ignored;
        return fs::canonical(paths_.nodeImage / "base", ignored);
    }

    NativePaths paths_;
};

} // namespace

Result<void> NativeDriver::checkHost() const {
    if (geteuid() != 0)
        return failure(DriverErrc::notPrivileged,
                       "the native driver makes namespaces, which needs root: run slipway with sudo");
    for (const char* tool : {"runc", "ip", "cp"})
        if (!findProgram(tool))
            return failure(DriverErrc::missingTool,
                           std::string(tool) + " is not installed (Debian packages: runc, iproute2, coreutils)");
    std::error_code error;
    if (!fs::exists(paths_.nodeImage / "complete", error))
        return failure(DriverErrc::imageMissing, "there is no node image in " + paths_.nodeImage.string() +
                                                     ": build the target node-image, or run installer/run");
    return {};
}

NodeFiles NativeDriver::files(const ClusterProfile& profile, const NodeProfile& node) const {
    return {ProfileStore(paths_.stateDir).clusterDir(profile.name) / "nodes" / node.name};
}

Sandbox NativeDriver::sandbox(const ClusterProfile& profile, const NodeProfile& node) const {
    const NodeFiles of = files(profile, node);
    return Sandbox({.id = names(profile).sandbox(node.name),
                    .runDir = paths_.runDir,
                    .upper = of.upper(),
                    .work = of.work(),
                    .lowers = {of.programs(), base()},
                    .log = of.log() / "init.log"});
}

Result<void> NativeDriver::launch(const ClusterProfile& profile, const NodeProfile& node, std::stop_token stop) {
    const NodeFiles of = files(profile, node);
    Sandbox box = sandbox(profile, node);
    SandboxSpec spec{.hostName = node.name,
                     .cgroupPath = "/slipway/" + names(profile).sandbox(node.name),
                     .rootfs = {},
                     .command = {"/usr/bin/slipway-node-init"},
                     .binds = {{of.containerd(), "/var/lib/containerd"},
                               {of.data(), "/var/lib/slipway"},
                               {of.log(), "/var/log/slipway"}},
                     .limits = {node.resources.cpus, node.resources.memoryMiB << 20}};
    for (const auto& folder : profile.folders)
        spec.binds.push_back({folder.source, folder.destination, folder.readOnly});
    const auto pid = box.create(spec, readHostAbilities(), stop);
    if (!pid)
        return std::unexpected(pid.error());
    if (auto attached = attachNode(profile, names(profile), node, *pid); !attached)
        return attached;
    return box.start(*pid, stop);
}

Result<void> NativeDriver::start(const ClusterProfile& profile, const NodeProfile& node, std::stop_token stop) {
    if (Sandbox box = sandbox(profile, node); box.livePid() != 0)
        return box.paused() ? box.resume() : Result<void>();
    // A node that died, or a host that went down, leaves files and perhaps an interface; begin clean.
    constexpr auto atOnce = std::chrono::seconds(0); // nothing runs in it that a signal would reach
    if (auto cleaned = this->stop(profile, node, atOnce); !cleaned)
        return cleaned;
    auto launched = launch(profile, node, stop);
    if (!launched)
        (void)this->stop(profile, node, atOnce);
    return launched;
}

Result<void> NativeDriver::stop(const ClusterProfile& profile, const NodeProfile& node, std::chrono::seconds patience) {
    auto ended = sandbox(profile, node).end(patience);
    detachNode(names(profile), node.name);
    return ended;
}

Result<void> NativeDriver::remove(const ClusterProfile& profile, const NodeProfile& node) {
    if (auto ended = stop(profile, node, std::chrono::seconds(0)); !ended)
        return ended;
    std::error_code error;
    fs::remove_all(files(profile, node).dir, error);
    if (error)
        return failure(DriverErrc::io, files(profile, node).dir.string() + ": " + error.message());
    return {};
}

NodeStatus NativeDriver::status(const ClusterProfile& profile, const NodeProfile& node) const {
    NodeStatus status{.name = node.name, .address = node.address, .controlPlane = node.controlPlane};
    const Sandbox box = sandbox(profile, node);
    status.pid = box.livePid();
    std::error_code error;
    if (status.pid != 0)
        status.state = box.paused() ? NodeState::paused : NodeState::running;
    else if (!fs::exists(files(profile, node).dir, error))
        status.state = NodeState::absent;
    else
        status.state = profile.started ? NodeState::died : NodeState::stopped;
    return status;
}

Result<int> NativeDriver::run(const ClusterProfile& profile, const NodeProfile& node,
                              const std::vector<std::string>& command, const RunStreams& streams,
                              std::stop_token stop) {
    const Sandbox box = sandbox(profile, node);
    if (box.livePid() == 0)
        return failure(DriverErrc::notRunning, "node " + node.name + " is not running");
    return box.run(command, streams, stop);
}

Result<std::string> NativeDriver::readFile(const ClusterProfile& profile, const NodeProfile& node,
                                           const std::string& inside) {
    std::string content;
    if (sandbox(profile, node).livePid() != 0 && !sandbox(profile, node).paused()) {
        const auto code = run(profile, node, {"/bin/cat", "--", inside}, {.output = &content}, {});
        if (code && *code == 0)
            return content;
        return failure(DriverErrc::notFound, node.name + " has no readable " + inside);
    }
    for (const auto& place : files(profile, node).places(inside, base()))
        if (auto text = base::readFile(place))
            return std::move(*text);
    return failure(DriverErrc::notFound, node.name + " has no readable " + inside);
}

std::unique_ptr<Driver> makeNativeDriver(NativePaths paths) {
    return std::make_unique<NativeDriver>(std::move(paths));
}

} // namespace slipway::vmdriver
