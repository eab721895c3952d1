#include "vmdriver/libvirt/libvirt_driver.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <format>
#include <fstream>
#include <thread>

#include "cluster/base/files.h"
#include "vmdriver/address_plan.h"
#include "vmdriver/cluster_lock.h"
#include "vmdriver/command.h"
#include "vmdriver/libvirt/domain_xml.h"
#include "vmdriver/libvirt/guest_agent.h"
#include "vmdriver/libvirt/kvm_probe.h"
#include "vmdriver/libvirt/libvirt_handles.h"
#include "vmdriver/libvirt/vm_files.h"

namespace slipway::vmdriver {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

class LibvirtDriver final : public Driver {
public:
    explicit LibvirtDriver(LibvirtPaths paths);

    std::string_view name() const override { return "libvirt"; }
    Result<void> checkHost() const override;
    Result<void> allocate(ClusterProfile& profile) override {
        if (!profile.ports.empty() || !profile.folders.empty())
            return failure(DriverErrc::badProfile,
                           "the libvirt driver neither publishes ports nor shows folders: machines are reached at "
                           "their own addresses, and files go in with slipway node cp");
        return planAddresses(profile, ProfileStore(paths_.stateDir));
    }
    Result<void> setUp(const ClusterProfile& profile, std::stop_token stop) override;
    Result<void> tearDown(const ClusterProfile& profile) override;
    NodePlatform platform(const ClusterProfile&) const override {
        return {.resolverText = hostResolverText(), .hasGuestAgent = true};
    }
    Result<void> prepare(const ClusterProfile& profile, const NodeProfile& node, const std::vector<NodeFile>& files,
                         std::stop_token stop) override;
    Result<void> start(const ClusterProfile& profile, const NodeProfile& node, std::stop_token stop) override;
    Result<void> stop(const ClusterProfile& profile, const NodeProfile& node, std::chrono::seconds patience) override;
    Result<void> remove(const ClusterProfile& profile, const NodeProfile& node) override;
    Result<void> pause(const ClusterProfile& profile, const NodeProfile& node) override;
    Result<void> resume(const ClusterProfile& profile, const NodeProfile& node) override;
    Result<void> applyResources(const ClusterProfile&, const NodeProfile& node) override {
        return failure(DriverErrc::sandbox, "a virtual machine changes when it starts anew: stop the cluster, set the "
                                            "resources of " +
                                                node.name + ", and start it");
    }
    NodeStatus status(const ClusterProfile& profile, const NodeProfile& node) const override;
    Result<int> run(const ClusterProfile& profile, const NodeProfile& node, const std::vector<std::string>& command,
                    const RunStreams& streams, std::stop_token stop) override;
    Result<std::string> readFile(const ClusterProfile& profile, const NodeProfile& node,
                                 const std::string& inside) override;
    Result<Endpoint> endpoint(const ClusterProfile&, const NodeProfile& node, int port) const override {
        return Endpoint{node.address, port}; // the host is in the machines' network
    }
    Result<void> save(const ClusterProfile& profile, const NodeProfile& node, const fs::path& folder,
                      std::stop_token stop) override;
    Result<void> restore(const ClusterProfile& profile, const NodeProfile& node, const fs::path& folder,
                         std::stop_token stop) override;

private:
    Result<Connection> connect() const;
    Domain find(const Connection& connection, const ClusterProfile& profile, const NodeProfile& node) const;
    Result<void> define(const Connection& connection, const ClusterProfile& profile, const NodeProfile& node) const;
    void undefine(const Connection& connection, const ClusterProfile& profile, const NodeProfile& node) const;
    bool canUseKvm(const Connection& connection) const;
    Result<void> awaitFirstWords(const Connection& connection, const ClusterProfile& profile, const NodeProfile& node,
                                 std::uintmax_t saidBefore) const;
    fs::path kvmHangs() const { return paths_.stateDir / "vm/kvm-hangs"; }
    Result<void> endWell(virDomain* domain, std::chrono::seconds patience) const;
    fs::path nodeDir(const ClusterProfile& profile, const NodeProfile& node) const {
        return ProfileStore(paths_.stateDir).clusterDir(profile.name) / "nodes" / node.name;
    }

    LibvirtPaths paths_;
};

int stateOf(virDomain* domain) {
    int state = VIR_DOMAIN_NOSTATE, reason = 0;
    return domain && virDomainGetState(domain, &state, &reason, 0) == 0 ? state : VIR_DOMAIN_NOSTATE;
}

GuestAgent agentOf(virDomain* domain) {
    return GuestAgent([domain](const std::string& command, std::chrono::seconds timeout) -> Result<std::string> {
        char* answer = virDomainQemuAgentCommand(domain, command.c_str(), static_cast<int>(timeout.count()), 0);
        if (!answer)
            return libvirtFailure("the machine's agent");
        std::string text = answer;
        std::free(answer);
        return text;
    });
}

/// After a machine was resumed its clock stands where it was.
void setClock(virDomain* domain) {
    const auto now =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch());
    std::string unused;
    (void)agentOf(domain).run({"/bin/date", "--set", std::format("@{}", now.count())}, {.output = &unused}, {});
}

bool isActive(int state) {
    return state == VIR_DOMAIN_RUNNING || state == VIR_DOMAIN_PAUSED || state == VIR_DOMAIN_BLOCKED ||
           state == VIR_DOMAIN_PMSUSPENDED;
}

} // namespace

LibvirtDriver::LibvirtDriver(LibvirtPaths paths) : paths_(std::move(paths)) {
    const char* uri = std::getenv("LIBVIRT_DEFAULT_URI");
    if (paths_.uri.empty())
        paths_.uri = uri && *uri ? uri : "qemu:///system";
    virSetErrorFunc(nullptr, [](void*, virErrorPtr) {}); // errors are reported by whoever asked
}

Result<Connection> LibvirtDriver::connect() const {
    Connection connection(virConnectOpen(paths_.uri.c_str()));
    if (!connection)
        return libvirtFailure("libvirt does not answer at " + paths_.uri +
                                  " (Debian packages: libvirt-daemon-system, qemu-system-x86; your user must be in the "
                                  "group libvirt)",
                              DriverErrc::missingTool);
    return connection;
}

Result<void> LibvirtDriver::checkHost() const {
    if (const auto connection = connect(); !connection)
        return std::unexpected(connection.error());
    if (const auto kernel = findVmKernel(); !kernel)
        return std::unexpected(kernel.error());
    for (const char* tool : {"qemu-img", "mkfs.ext4"})
        if (!findProgram(tool))
            return failure(DriverErrc::missingTool,
                           std::string(tool) + " is not installed (Debian packages: qemu-utils, e2fsprogs)");
    std::error_code error;
    if (!fs::exists(paths_.nodeImage / "complete", error))
        return failure(DriverErrc::imageMissing, "there is no node image in " + paths_.nodeImage.string() +
                                                     ": build the target node-image, or run installer/run");
    return {};
}

Result<void> LibvirtDriver::setUp(const ClusterProfile& profile, std::stop_token) {
    const auto connection = connect();
    if (!connection)
        return std::unexpected(connection.error());
    const Network known(virNetworkLookupByName(connection->get(), vmNetworkName(profile.name).c_str()));
    if (known)
        return {};
    const Network made(virNetworkCreateXML(connection->get(), networkXml(profile).c_str()));
    return made ? Result<void>() : libvirtFailure("the machines' network could not be made", DriverErrc::network);
}

Result<void> LibvirtDriver::tearDown(const ClusterProfile& profile) {
    const auto connection = connect();
    if (!connection)
        return std::unexpected(connection.error());
    for (const auto& node : profile.nodes)
        if (isActive(stateOf(find(*connection, profile, node).get())))
            return {};
    const Network network(virNetworkLookupByName(connection->get(), vmNetworkName(profile.name).c_str()));
    if (network && virNetworkDestroy(network.get()) != 0)
        return libvirtFailure("the machines' network could not be removed", DriverErrc::network);
    return {};
}

Domain LibvirtDriver::find(const Connection& connection, const ClusterProfile& profile, const NodeProfile& node) const {
    return Domain(virDomainLookupByName(connection.get(), domainName(profile.name, node.name).c_str()));
}

Result<void> LibvirtDriver::prepare(const ClusterProfile& profile, const NodeProfile& node,
                                    const std::vector<NodeFile>& files, std::stop_token stop) {
    const auto kernel = findVmKernel();
    if (!kernel)
        return std::unexpected(kernel.error());
    std::error_code error;
    fs::create_directories(nodeDir(profile, node), error);
    if (const fs::path disk = nodeDir(profile, node) / "disk.qcow2"; !fs::exists(disk, error)) {
        fs::create_directories(paths_.stateDir / "vm", error);
        // One image for all nodes, made by the first of them.
        const auto turn = ClusterLock::take(paths_.stateDir / "vm", "image", 600s, stop);
        if (!turn)
            return std::unexpected(turn.error());
        const auto base = ensureVmImage(paths_.nodeImage, *kernel, paths_.stateDir / "vm", stop);
        if (!base)
            return std::unexpected(base.error());
        const auto size = node.resources.diskMiB > 0 ? node.resources.diskMiB : defaultVmDiskMiB;
        if (auto made = ensureVmDisk(disk, *base, size, stop); !made)
            return made;
    }
    auto all = files;
    all.push_back({"/etc/slipway/network", addressBatch(profile, node)});
    return writeConfigDisk(nodeDir(profile, node) / "config.tar", all);
}

Result<void> LibvirtDriver::define(const Connection& connection, const ClusterProfile& profile,
                                   const NodeProfile& node) const {
    const auto kernel = findVmKernel();
    if (!kernel)
        return std::unexpected(kernel.error());
    const fs::path folder = nodeDir(profile, node);
    const VmFiles files{.kernel = kernel->kernel,
                        .initrd = kernel->initrd,
                        .disk = folder / "disk.qcow2",
                        .config = folder / "config.tar",
                        .console = folder / "console.log",
                        .kvm = canUseKvm(connection)};
    const Domain defined(virDomainDefineXML(connection.get(), domainXml(profile, node, files).c_str()));
    return defined ? Result<void>() : libvirtFailure("machine " + node.name + " could not be defined");
}

/// libvirt and the processor both say so, and no machine has ever been seen to hang with it here.
bool LibvirtDriver::canUseKvm(const Connection& connection) const {
    std::error_code ignored;
    if (fs::exists(kvmHangs(), ignored))
        return false;
    char* abilities = virConnectGetDomainCapabilities(connection.get(), nullptr, "x86_64", nullptr, "kvm", 0);
    const bool offered = abilities != nullptr;
    std::free(abilities);
    return offered && kvmWorks();
}

/// A machine says something within seconds of being started; one that does not, with KVM, is started emulated instead.
Result<void> LibvirtDriver::awaitFirstWords(const Connection& connection, const ClusterProfile& profile,
                                            const NodeProfile& node, std::uintmax_t saidBefore) const {
    const fs::path console = nodeDir(profile, node) / "console.log";
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    std::error_code error;
    while (fs::file_size(console, error) <= saidBefore || error)
        if (std::chrono::steady_clock::now() > deadline) {
            std::ofstream(kvmHangs()) << "A machine did not start with KVM. Remove this file to try again.\n";
            undefine(connection, profile, node);
            if (auto defined = define(connection, profile, node); !defined)
                return defined;
            const auto domain = find(connection, profile, node);
            return domain && virDomainCreate(domain.get()) == 0
                       ? Result<void>()
                       : libvirtFailure("machine " + node.name + " could not be started");
        } else {
            std::this_thread::sleep_for(50ms);
        }
    return {};
}

Result<void> LibvirtDriver::start(const ClusterProfile& profile, const NodeProfile& node, std::stop_token stop) {
    const auto connection = connect();
    if (!connection)
        return std::unexpected(connection.error());
    auto domain = find(*connection, profile, node);
    if (isActive(stateOf(domain.get())))
        return {};
    const bool saved = domain && virDomainHasManagedSaveImage(domain.get(), 0) == 1;
    if (!saved)
        if (auto defined = define(*connection, profile, node); !defined)
            return defined;
    std::error_code error;
    const auto size = fs::file_size(nodeDir(profile, node) / "console.log", error);
    const std::uintmax_t said = error ? 0 : size;
    const bool kvm = !saved && canUseKvm(*connection);
    domain = find(*connection, profile, node);
    if (!domain || virDomainCreate(domain.get()) != 0)
        return libvirtFailure("machine " + node.name + " could not be started");
    if (stop.stop_requested()) {
        virDomainDestroy(domain.get());
        return failure(DriverErrc::cancelled, "cancelled");
    }
    if (saved) {
        setClock(domain.get());
        return {};
    }
    return kvm ? awaitFirstWords(*connection, profile, node, said) : Result<void>();
}

/// Asks the first process to end: it ends the pods, then the services, then turns the machine off.
Result<void> LibvirtDriver::endWell(virDomain* domain, std::chrono::seconds patience) const {
    std::string unused;
    if (agentOf(domain).answers())
        (void)agentOf(domain).run({"/bin/kill", "-TERM", "1"}, {.output = &unused}, {});
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (isActive(stateOf(domain)) && std::chrono::steady_clock::now() < deadline)
        std::this_thread::sleep_for(100ms);
    if (isActive(stateOf(domain)) && virDomainDestroy(domain) != 0)
        return libvirtFailure("the machine could not be ended");
    return {};
}

Result<void> LibvirtDriver::stop(const ClusterProfile& profile, const NodeProfile& node,
                                 std::chrono::seconds patience) {
    const auto connection = connect();
    if (!connection)
        return std::unexpected(connection.error());
    const auto domain = find(*connection, profile, node);
    if (!isActive(stateOf(domain.get())))
        return {};
    if (patience == 0s)
        return virDomainDestroy(domain.get()) == 0 ? Result<void>() : libvirtFailure("the machine could not be ended");
    if (virDomainManagedSave(domain.get(), VIR_DOMAIN_SAVE_RUNNING) == 0)
        return {};
    return endWell(domain.get(), patience);
}

void LibvirtDriver::undefine(const Connection& connection, const ClusterProfile& profile,
                             const NodeProfile& node) const {
    const auto domain = find(connection, profile, node);
    if (!domain)
        return;
    if (isActive(stateOf(domain.get())))
        virDomainDestroy(domain.get());
    virDomainUndefineFlags(domain.get(), VIR_DOMAIN_UNDEFINE_MANAGED_SAVE);
}

Result<void> LibvirtDriver::remove(const ClusterProfile& profile, const NodeProfile& node) {
    const auto connection = connect();
    if (!connection)
        return std::unexpected(connection.error());
    undefine(*connection, profile, node);
    std::error_code error;
    fs::remove_all(nodeDir(profile, node), error);
    return error ? failure(DriverErrc::io, nodeDir(profile, node).string() + ": " + error.message()) : Result<void>();
}

Result<void> LibvirtDriver::pause(const ClusterProfile& profile, const NodeProfile& node) {
    const auto connection = connect();
    if (!connection)
        return std::unexpected(connection.error());
    const auto domain = find(*connection, profile, node);
    if (!domain)
        return failure(DriverErrc::notRunning, "node " + node.name + " is not running");
    std::string unused; // what the machine holds in memory belongs on its disk before that is copied
    (void)agentOf(domain.get()).run({"/bin/sync"}, {.output = &unused}, {});
    return virDomainSuspend(domain.get()) == 0 ? Result<void>() : libvirtFailure("the machine could not be paused");
}

Result<void> LibvirtDriver::resume(const ClusterProfile& profile, const NodeProfile& node) {
    const auto connection = connect();
    if (!connection)
        return std::unexpected(connection.error());
    const auto domain = find(*connection, profile, node);
    if (!domain || virDomainResume(domain.get()) != 0)
        return libvirtFailure("the machine could not be resumed");
    setClock(domain.get());
    return {};
}

NodeStatus LibvirtDriver::status(const ClusterProfile& profile, const NodeProfile& node) const {
    NodeStatus status{.name = node.name, .address = node.address, .controlPlane = node.controlPlane};
    const auto connection = connect();
    const auto domain = connection ? find(*connection, profile, node) : nullptr;
    const int state = stateOf(domain.get());
    std::error_code error;
    if (state == VIR_DOMAIN_RUNNING || state == VIR_DOMAIN_BLOCKED)
        status.state = NodeState::running;
    else if (state == VIR_DOMAIN_PAUSED)
        status.state = NodeState::paused;
    else if (!fs::exists(nodeDir(profile, node), error))
        status.state = NodeState::absent;
    else
        status.state = profile.started ? NodeState::died : NodeState::stopped;
    status.keepsMemory = domain && virDomainHasManagedSaveImage(domain.get(), 0) == 1;
    return status;
}

Result<int> LibvirtDriver::run(const ClusterProfile& profile, const NodeProfile& node,
                               const std::vector<std::string>& command, const RunStreams& streams,
                               std::stop_token stop) {
    const auto connection = connect();
    if (!connection)
        return std::unexpected(connection.error());
    const auto domain = find(*connection, profile, node);
    if (stateOf(domain.get()) != VIR_DOMAIN_RUNNING)
        return failure(DriverErrc::notRunning, "node " + node.name + " is not running");
    const auto agent = agentOf(domain.get());
    return agent.run(command, streams, std::move(stop));
}

Result<std::string> LibvirtDriver::readFile(const ClusterProfile& profile, const NodeProfile& node,
                                            const std::string& inside) {
    if (inside == "/var/log/slipway/init.log") { // the first process speaks on the serial line
        auto console = base::readFile(nodeDir(profile, node) / "console.log");
        return console ? Result<std::string>(std::move(*console))
                       : failure(DriverErrc::notFound, node.name + " has no readable " + inside);
    }
    const auto connection = connect();
    if (!connection)
        return std::unexpected(connection.error());
    const auto domain = find(*connection, profile, node);
    if (stateOf(domain.get()) != VIR_DOMAIN_RUNNING)
        return failure(DriverErrc::notRunning, "node " + node.name + " is not running");
    return agentOf(domain.get()).readFile(inside);
}

Result<void> LibvirtDriver::save(const ClusterProfile& profile, const NodeProfile& node, const fs::path& folder,
                                 std::stop_token stop) {
    return mustRun(DriverErrc::io,
                   {"cp", "--reflink=auto", "--sparse=always", (nodeDir(profile, node) / "disk.qcow2").string(),
                    (folder / "disk.qcow2").string()},
                   {}, stop);
}

Result<void> LibvirtDriver::restore(const ClusterProfile& profile, const NodeProfile& node, const fs::path& folder,
                                    std::stop_token stop) {
    const auto connection = connect();
    if (!connection)
        return std::unexpected(connection.error());
    undefine(*connection, profile, node); // memory that was saved belongs to another disk
    std::error_code error;
    fs::create_directories(nodeDir(profile, node), error);
    return mustRun(DriverErrc::io,
                   {"cp", "--reflink=auto", "--sparse=always", (folder / "disk.qcow2").string(),
                    (nodeDir(profile, node) / "disk.qcow2").string()},
                   {}, stop);
}

std::unique_ptr<Driver> makeLibvirtDriver(LibvirtPaths paths) {
    return std::make_unique<LibvirtDriver>(std::move(paths));
}

} // namespace slipway::vmdriver
