#include "vmdriver/docker/docker_driver.h"

#include <arpa/inet.h>
#include <format>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "vmdriver/address_plan.h"
#include "vmdriver/docker/container_spec.h"
#include "vmdriver/docker/docker_image.h"
#include "vmdriver/docker/engine.h"
#include "vmdriver/node_image_tar.h"
#include "vmdriver/tar_writer.h"

namespace slipway::vmdriver {

namespace fs = std::filesystem;

namespace {

constexpr const char* parts[] = {"containerd", "data", "log"};
constexpr const char* savedParts[] = {"containerd", "data"};

const char* placeOf(std::string_view part) {
    return part == "containerd" ? "var/lib/containerd" : "var/lib/slipway";
}

/// A TCP port of the loopback address that nothing listens on now.
int freePort() {
    const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* plain = reinterpret_cast<sockaddr*>(&address);
    const bool bound = probe >= 0 && bind(probe, plain, size) == 0 && getsockname(probe, plain, &size) == 0;
    if (probe >= 0)
        close(probe);
    return bound ? ntohs(address.sin_port) : 0;
}

class DockerDriver final : public Driver {
public:
    explicit DockerDriver(DockerPaths paths)
        : paths_(std::move(paths)), engine_(paths_.socket.empty() ? findEngineSocket() : paths_.socket) {}

    std::string_view name() const override { return "docker"; }
    Result<void> checkHost() const override;
    Result<void> allocate(ClusterProfile& profile) override;
    Result<void> setUp(const ClusterProfile& profile, std::stop_token stop) override;
    Result<void> tearDown(const ClusterProfile& profile) override;
    /// The engine writes /etc/hosts, /etc/hostname and /etc/resolv.conf of its containers itself.
    NodePlatform platform(const ClusterProfile& profile) const override {
        return {.ownsHostFiles = false, .apiNames = {profile.apiAddress}};
    }
    Result<void> prepare(const ClusterProfile& profile, const NodeProfile& node, const std::vector<NodeFile>& files,
                         std::stop_token stop) override;
    Result<void> start(const ClusterProfile& profile, const NodeProfile& node, std::stop_token stop) override;
    Result<void> stop(const ClusterProfile& profile, const NodeProfile& node, std::chrono::seconds patience) override;
    Result<void> remove(const ClusterProfile& profile, const NodeProfile& node) override;
    Result<void> pause(const ClusterProfile& profile, const NodeProfile& node) override {
        return engine_.act(id(profile, node), "pause");
    }
    Result<void> resume(const ClusterProfile& profile, const NodeProfile& node) override {
        return engine_.act(id(profile, node), "unpause");
    }
    Result<void> applyResources(const ClusterProfile& profile, const NodeProfile& node) override {
        return engine_.act(id(profile, node), "update", resourcesSpec(node.resources));
    }
    NodeStatus status(const ClusterProfile& profile, const NodeProfile& node) const override;
    Result<int> run(const ClusterProfile& profile, const NodeProfile& node, const std::vector<std::string>& command,
                    const RunStreams& streams, std::stop_token stop) override;
    Result<std::string> readFile(const ClusterProfile& profile, const NodeProfile& node,
                                 const std::string& inside) override {
        return engine_.readFile(id(profile, node), inside);
    }
    Result<Endpoint> endpoint(const ClusterProfile& profile, const NodeProfile& node, int port) const override;
    Result<void> save(const ClusterProfile& profile, const NodeProfile& node, const fs::path& folder,
                      std::stop_token stop) override;
    Result<void> restore(const ClusterProfile& profile, const NodeProfile& node, const fs::path& folder,
                         std::stop_token stop) override;

private:
    static std::string id(const ClusterProfile& profile, const NodeProfile& node) {
        return engineContainerName(profile.name, node.name);
    }
    std::string image() const { return "slipway/node:" + nodeImageHash(paths_.nodeImage); }
    Result<std::string> holdVolumes(const ClusterProfile& profile, const NodeProfile& node) const;

    DockerPaths paths_;
    Engine engine_;
};

} // namespace

Result<void> DockerDriver::checkHost() const {
    if (auto answers = engine_.ping(); !answers)
        return answers;
    std::error_code error;
    if (!engine_.hasImage(image()) && !fs::exists(paths_.nodeImage / "complete", error))
        return failure(DriverErrc::imageMissing, "there is no node image in " + paths_.nodeImage.string() +
                                                     ": build the target node-image, or run installer/run");
    return {};
}

Result<void> DockerDriver::allocate(ClusterProfile& profile) {
    if (profile.apiAddress.empty()) {
        profile.apiAddress = "127.0.0.1";
        profile.apiPort = freePort();
    }
    if (profile.apiPort == 0)
        return failure(DriverErrc::network, "no port is free on the loopback address");
    return planAddresses(profile, ProfileStore(paths_.stateDir));
}

Result<void> DockerDriver::setUp(const ClusterProfile& profile, std::stop_token stop) {
    const auto image =
        ensureNodeImage(engine_, paths_.nodeImage, ProfileStore(paths_.stateDir).clusterDir(profile.name), stop);
    if (!image)
        return std::unexpected(image.error());
    return engine_.makeNetwork(engineNetworkName(profile.name), networkSpec(profile));
}

Result<void> DockerDriver::tearDown(const ClusterProfile& profile) {
    // Stopped containers still belong to the network; it goes with the last of them.
    if (engine_.containersOf(profile.name).empty())
        engine_.removeNetwork(engineNetworkName(profile.name));
    return {};
}

Result<void> DockerDriver::prepare(const ClusterProfile& profile, const NodeProfile& node,
                                   const std::vector<NodeFile>& files, std::stop_token) {
    const std::string spec = containerSpec(profile, node, image());
    const std::string mark = std::to_string(std::hash<std::string>()(spec));
    const auto there = engine_.inspect(id(profile, node));
    if (there && there->spec != mark) // ports, folders or the node image changed; the volumes stay
        if (auto removed = engine_.remove(id(profile, node)); !removed)
            return removed;
    if (!there || there->spec != mark)
        if (auto made = engine_.create(id(profile, node), withSpecLabel(spec, mark)); !made)
            return made;
    return engine_.putTar(id(profile, node), tarOf(files));
}

Result<void> DockerDriver::start(const ClusterProfile& profile, const NodeProfile& node, std::stop_token) {
    return engine_.act(id(profile, node), "start");
}

Result<void> DockerDriver::stop(const ClusterProfile& profile, const NodeProfile& node, std::chrono::seconds patience) {
    const auto there = engine_.inspect(id(profile, node));
    if (!there || (there->state != "running" && there->state != "paused"))
        return {};
    if (there->state == "paused")
        if (auto resumed = resume(profile, node); !resumed)
            return resumed;
    return engine_.act(id(profile, node), std::format("stop?t={}", patience.count()), {},
                       patience + std::chrono::seconds(60));
}

Result<void> DockerDriver::remove(const ClusterProfile& profile, const NodeProfile& node) {
    for (const auto& container : {id(profile, node), id(profile, node) + ".volumes"})
        if (auto removed = engine_.remove(container); !removed)
            return removed;
    for (const char* part : parts)
        engine_.removeVolume(engineVolumeName(profile.name, node.name, part));
    return {};
}

NodeStatus DockerDriver::status(const ClusterProfile& profile, const NodeProfile& node) const {
    NodeStatus status{.name = node.name, .address = node.address, .controlPlane = node.controlPlane};
    const auto there = engine_.inspect(id(profile, node));
    if (!there)
        return status;
    status.pid = there->pid;
    if (there->state == "running" || there->state == "restarting")
        status.state = NodeState::running;
    else if (there->state == "paused")
        status.state = NodeState::paused;
    else
        status.state = profile.started && there->state != "created" ? NodeState::died : NodeState::stopped;
    return status;
}

Result<int> DockerDriver::run(const ClusterProfile& profile, const NodeProfile& node,
                              const std::vector<std::string>& command, const RunStreams& streams,
                              std::stop_token stop) {
    const auto there = engine_.inspect(id(profile, node));
    if (!there || there->state != "running")
        return failure(DriverErrc::notRunning, "node " + node.name + " is not running");
    return engine_.run(id(profile, node), command, streams, std::move(stop));
}

Result<Endpoint> DockerDriver::endpoint(const ClusterProfile& profile, const NodeProfile& node, int port) const {
    const bool first = node.name == profile.controlPlane().name;
    for (const auto& mapping : profile.ports)
        if (mapping.nodePort == port && (mapping.node == node.name || (mapping.node.empty() && first)))
            return Endpoint{mapping.hostAddress == "0.0.0.0" ? "127.0.0.1" : mapping.hostAddress, mapping.hostPort};
    return Endpoint{node.address, port}; // the engine's networks are the host's, where it runs on it
}

/// A container that has the node's volumes and does nothing, whatever the node itself is doing.
Result<std::string> DockerDriver::holdVolumes(const ClusterProfile& profile, const NodeProfile& node) const {
    const std::string holder = id(profile, node) + ".volumes";
    if (auto removed = engine_.remove(holder); !removed)
        return std::unexpected(removed.error());
    if (auto made = engine_.create(holder, volumeHolderSpec(profile, node, image())); !made)
        return std::unexpected(made.error());
    if (auto started = engine_.act(holder, "start"); !started)
        return std::unexpected(started.error());
    return holder;
}

Result<void> DockerDriver::save(const ClusterProfile& profile, const NodeProfile& node, const fs::path& folder,
                                std::stop_token stop) {
    const auto holder = holdVolumes(profile, node);
    if (!holder)
        return std::unexpected(holder.error());
    Result<void> outcome;
    for (const char* part : savedParts) {
        const auto code = engine_.run(*holder,
                                      {"/bin/tar", "--create", "--xattrs", "--xattrs-include=*", "--numeric-owner",
                                       "--sparse", "--directory", "/", placeOf(part)},
                                      {.outputFile = folder / (std::string(part) + ".tar")}, stop);
        if (!code)
            outcome = std::unexpected(code.error());
        else if (*code != 0)
            outcome = failure(DriverErrc::io, "the volumes of " + node.name + " could not be copied");
        if (!outcome)
            break;
    }
    (void)engine_.remove(*holder);
    return outcome;
}

Result<void> DockerDriver::restore(const ClusterProfile& profile, const NodeProfile& node, const fs::path& folder,
                                   std::stop_token stop) {
    const auto image =
        ensureNodeImage(engine_, paths_.nodeImage, ProfileStore(paths_.stateDir).clusterDir(profile.name), stop);
    if (!image)
        return std::unexpected(image.error());
    if (auto removed = remove(profile, node); !removed)
        return removed;
    const auto holder = holdVolumes(profile, node);
    if (!holder)
        return std::unexpected(holder.error());
    Result<void> outcome;
    for (const char* part : savedParts) {
        std::string said;
        const std::string script = std::format("rm -rf /{0}/* /{0}/.[!.]* && tar --extract --xattrs "
                                               "--xattrs-include='*' --numeric-owner --same-permissions --directory /",
                                               placeOf(part));
        const auto code = engine_.run(*holder, {"/bin/sh", "-c", script},
                                      {.input = folder / (std::string(part) + ".tar"), .output = &said}, stop);
        if (!code)
            outcome = std::unexpected(code.error());
        else if (*code != 0)
            outcome = failure(DriverErrc::io, "the volumes of " + node.name + " could not be filled: " + said);
        if (!outcome)
            break;
    }
    (void)engine_.remove(*holder);
    return outcome;
}

std::unique_ptr<Driver> makeDockerDriver(DockerPaths paths) {
    return std::make_unique<DockerDriver>(std::move(paths));
}

} // namespace slipway::vmdriver
