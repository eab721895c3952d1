#include "vmdriver/native/native_driver.h"

#include <unistd.h>

#include "cluster/base/files.h"
#include "vmdriver/command.h"
#include "vmdriver/native/node_files.h"
#include "vmdriver/native/node_network.h"
#include "vmdriver/native/sandbox.h"
#include "vmdriver/native/subnet.h"

namespace slipway::vmdriver {

namespace fs = std::filesystem;

namespace {

constexpr auto stopPatience = std::chrono::seconds(15);

class NativeDriver final : public Driver {
public:
    explicit NativeDriver(NativePaths paths) : paths_(std::move(paths)) {}

    std::string_view name() const override { return "native"; }

    Result<void> checkHost() const override;
    Result<void> allocate(ClusterProfile& profile) override;
    Result<void> prepare(const ClusterProfile& profile, const NodeProfile& node, std::stop_token stop) override;
    Result<void> start(const ClusterProfile& profile, const NodeProfile& node, std::stop_token stop) override;
    Result<void> stop(const ClusterProfile& profile, const NodeProfile& node) override;
    Result<void> remove(const ClusterProfile& profile, const NodeProfile& node) override;
    NodeStatus status(const ClusterProfile& profile, const NodeProfile& node) const override;
    Result<int> run(const ClusterProfile& profile, const NodeProfile& node, const std::vector<std::string>& command,
                    const fs::path& input) override;
    fs::path hostPath(const ClusterProfile& profile, const NodeProfile& node, const fs::path& inside) const override;

private:
    NodeFiles files(const ClusterProfile& profile, const NodeProfile& node) const;
    Sandbox sandbox(const ClusterProfile& profile, const NodeProfile& node) const;
    Result<void> end(const ClusterProfile& profile, const NodeProfile& node, std::chrono::seconds patience) const;
    Result<void> launch(const ClusterProfile& profile, const NodeProfile& node, std::stop_token stop);

    NativePaths paths_;
};

std::string sandboxId(const ClusterProfile& profile, const NodeProfile& node) {
    return profile.name + "." + node.name;
}

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

Result<void> NativeDriver::allocate(ClusterProfile& profile) {
    std::vector<Ipv4Network> taken = parseRoutes(base::readFile("/proc/net/route").value_or(""));
    const ProfileStore store(paths_.stateDir);
    for (const auto& other : store.list())
        if (const auto known = store.load(other))
            if (const auto network = parseNetwork(known->subnet))
                taken.push_back(*network);
    const auto subnet = chooseSubnet(taken);
    if (!subnet)
        return failure(DriverErrc::network, "every address range for nodes is already in use on this machine");
    profile.subnet = *subnet;
    int number = 2;
    for (auto& node : profile.nodes)
        node.address = addressIn(*subnet, number++);
    return {};
}

NodeFiles NativeDriver::files(const ClusterProfile& profile, const NodeProfile& node) const {
    return {ProfileStore(paths_.stateDir).clusterDir(profile.name) / "nodes" / node.name};
}

Sandbox NativeDriver::sandbox(const ClusterProfile& profile, const NodeProfile& node) const {
    const NodeFiles of = files(profile, node);
    std::error_code ignored;
    return Sandbox({.id = sandboxId(profile, node),
                    .runDir = paths_.runDir,
                    .upper = of.upper(),
                    .work = of.work(),
                    .lowers = {of.programs(), fs::canonical(paths_.nodeImage / "base", ignored)},
                    .log = of.log() / "init.log"});
}

Result<void> NativeDriver::prepare(const ClusterProfile& profile, const NodeProfile& node, std::stop_token stop) {
    return prepareNodeFiles(files(profile, node), paths_.nodeImage, profile, node, stop);
}

Result<void> NativeDriver::launch(const ClusterProfile& profile, const NodeProfile& node, std::stop_token stop) {
    const NodeFiles of = files(profile, node);
    Sandbox box = sandbox(profile, node);
    const SandboxSpec spec{.hostName = node.name,
                           .cgroupPath = "/slipway/" + sandboxId(profile, node),
                           .rootfs = {},
                           .command = {"/usr/bin/slipway-node-init"},
                           .binds = {{of.containerd(), "/var/lib/containerd"},
                                     {of.data(), "/var/lib/slipway"},
                                     {of.log(), "/var/log/slipway"}}};
    const auto pid = box.create(spec, readHostAbilities(), stop);
    if (!pid)
        return std::unexpected(pid.error());
    const NodeLink link{.hostInterface = interfaceName(profile.name, node.name),
                        .subnet = profile.subnet,
                        .hostAddress = addressIn(profile.subnet, 1),
                        .nodeAddress = node.address};
    if (auto attached = attachLink(link, *pid); !attached)
        return attached;
    if (auto started = box.start(stop); !started)
        return started;
    allowOutwards(link);
    return {};
}

Result<void> NativeDriver::start(const ClusterProfile& profile, const NodeProfile& node, std::stop_token stop) {
    if (sandbox(profile, node).livePid() != 0)
        return {};
    // A node that died, or a host that went down, leaves files and perhaps an interface; begin clean.
    if (auto cleaned = this->stop(profile, node); !cleaned)
        return cleaned;
    auto launched = launch(profile, node, stop);
    if (!launched)
        (void)end(profile, node, std::chrono::seconds(0)); // nothing runs in it that a signal would reach
    return launched;
}

Result<void> NativeDriver::stop(const ClusterProfile& profile, const NodeProfile& node) {
    return end(profile, node, stopPatience);
}

Result<void> NativeDriver::end(const ClusterProfile& profile, const NodeProfile& node,
                               std::chrono::seconds patience) const {
    auto ended = sandbox(profile, node).end(patience);
    detachLink(interfaceName(profile.name, node.name));
    return ended;
}

Result<void> NativeDriver::remove(const ClusterProfile& profile, const NodeProfile& node) {
    if (auto ended = stop(profile, node); !ended)
        return ended;
    std::error_code error;
    fs::remove_all(files(profile, node).dir, error);
    if (error)
        return failure(DriverErrc::io, files(profile, node).dir.string() + ": " + error.message());
    return {};
}

NodeStatus NativeDriver::status(const ClusterProfile& profile, const NodeProfile& node) const {
    NodeStatus status{.name = node.name, .address = node.address};
    status.pid = sandbox(profile, node).livePid();
    std::error_code error;
    if (status.pid != 0)
        status.state = NodeState::running;
    else if (!fs::exists(files(profile, node).dir, error))
        status.state = NodeState::absent;
    else
        status.state = profile.started ? NodeState::died : NodeState::stopped;
    return status;
}

Result<int> NativeDriver::run(const ClusterProfile& profile, const NodeProfile& node,
                              const std::vector<std::string>& command, const fs::path& input) {
    const Sandbox box = sandbox(profile, node);
    if (box.livePid() == 0)
        return failure(DriverErrc::notRunning, "node " + node.name + " is not running");
    return box.run(command, input);
}

fs::path NativeDriver::hostPath(const ClusterProfile& profile, const NodeProfile& node, const fs::path& inside) const {
    const NodeFiles of = files(profile, node);
    const std::string text = inside.lexically_normal().string();
    for (const auto& [prefix, place] : {std::pair<std::string, fs::path>{"/var/lib/slipway", of.data()},
                                        {"/var/log/slipway", of.log()},
                                        {"/var/lib/containerd", of.containerd()}})
        if (text == prefix || text.starts_with(prefix + "/"))
            return place / fs::path(text.substr(prefix.size())).relative_path();
    if (const int pid = sandbox(profile, node).livePid())
        return fs::path("/proc") / std::to_string(pid) / "root" / inside.relative_path();
    return of.upper() / inside.relative_path();
}

std::unique_ptr<Driver> makeNativeDriver(NativePaths paths) {
    return std::make_unique<NativeDriver>(std::move(paths));
}

} // namespace slipway::vmdriver
