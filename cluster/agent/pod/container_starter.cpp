#include "cluster/agent/pod/container_starter.h"

#include "cluster/agent/image/images.h"
#include "cluster/agent/image/registry_login.h"
#include "cluster/agent/pod/log_links.h"
#include "cluster/base/files.h"
#include "cluster/base/log.h"

#include <format>

namespace slipway::agent {

namespace fs = std::filesystem;

namespace {

/// The registry answered, and the answer was no: a copy on the node may not stand in.
bool refusedByRegistry(const std::string& message) {
    for (const char* sign : {"401", "403", "unauthorized", "Unauthorized", "denied", "authorization failed"})
        if (message.find(sign) != std::string::npos)
            return true;
    return false;
}

} // namespace

std::optional<ContainerStarter::Failure> ContainerStarter::startSandbox(const core::Pod& pod, unsigned attempt) {
    if (auto prepared = environment_.volumes.prepare(pod); !prepared) {
        environment_.events.record(referenceTo(pod), "Warning", "FailedMount", prepared.error());
        return sandboxFailure();
    }
    std::error_code error;
    fs::create_directories(environment_.paths.logDir(pod), error);
    SandboxConfig config = sandboxOf(pod, attempt);
    const auto handler = runtimeHandler(pod);
    config.runtimeHandler = handler.value_or("");
    const auto id =
        handler ? environment_.runtime.runSandbox(config)
                : RuntimeResult<std::string>(std::unexpected(RuntimeError{RuntimeError::Kind::other, handler.error()}));
    if (id) {
        sandboxTries_ = 0;
        return std::nullopt;
    }
    environment_.events.record(referenceTo(pod), "Warning", "FailedCreatePodSandBox",
                               "Failed to create pod sandbox: " + id.error().message);
    return sandboxFailure();
}

/// Tried again soon at first, and ever more seldom: what is missing is often on its way.
ContainerStarter::Failure ContainerStarter::sandboxFailure() {
    const int seconds = std::min(1 << std::min(sandboxTries_++, 5), 20);
    return {{"ContainerCreating", ""}, std::chrono::seconds(seconds)};
}

SandboxConfig ContainerStarter::sandboxOf(const core::Pod& pod, unsigned attempt) const {
    SandboxConfig config = sandboxConfig(pod, attempt, environment_.paths, environment_.dns);
    if (environment_.cgroups != nullptr)
        config.cgroupParent = PodCgroups::pathOf(pod);
    return config;
}

/// What the runtime is to be asked for; an error where what the pod asks for cannot be given.
std::expected<std::string, std::string> ContainerStarter::runtimeHandler(const core::Pod& pod) const {
    if (!pod.spec->hostUsers.value_or(true))
        return std::unexpected("user namespaces are not supported by the runtime of this node");
    if (pod.spec->runtimeClassName.empty())
        return "";
    auto handler = environment_.objects.runtimeHandler(pod.spec->runtimeClassName);
    if (!handler)
        return std::unexpected("failed to get sandbox runtime: " + handler.error().message);
    return *handler == "runc" ? "" : *handler; // the runtime's default goes by both names
}

std::optional<ContainerStarter::Failure>
ContainerStarter::startContainer(const core::Pod& pod, const core::Container& container, const SandboxInfo& sandbox,
                                 unsigned attempt, const ImageInfo& image, const std::vector<std::string>& podIps,
                                 const std::string& targetId, std::string& id) {
    // The pod as it is known now: its address may be newer than what the API has.
    core::Pod here = pod;
    if (!here.status)
        here.status.emplace();
    here.status->hostIP = environment_.nodeIp;
    here.status->hostIPs.resize(1);
    here.status->hostIPs[0].ip = environment_.nodeIp;
    if (!podIps.empty()) {
        here.status->podIP = podIps.front();
        here.status->podIPs.clear();
        for (const auto& ip : podIps)
            here.status->podIPs.emplace_back().ip = ip;
    }
    const auto variables = containerEnvironment(here, container, environment_.objects, environment_.node);
    if (!variables)
        return configFailure(pod, container, variables.error());
    auto config = containerConfig(here, container, attempt, *variables, image, environment_.node.memoryBytes,
                                  environment_.paths.seccompDir());
    if (!config)
        return configFailure(pod, container, config.error());
    if (!targetId.empty()) {
        config->namespaces.pid = NamespaceMode::target;
        config->namespaces.targetId = targetId;
    }
    auto mounts = environment_.volumes.mounts(here, container, *variables);
    if (!mounts)
        return configFailure(pod, container, mounts.error());
    config->mounts = std::move(*mounts);
    auto devices = environment_.volumes.devices(here, container);
    if (!devices)
        return configFailure(pod, container, devices.error());
    config->devices = std::move(*devices);
    if (auto added = addFiles(here, container, podIps, *config); !added)
        return configFailure(pod, container, added.error());

    const auto about = referenceTo(pod, container.name);
    const auto created = environment_.runtime.createContainer(sandbox.id, *config, sandboxOf(pod, sandbox.attempt));
    if (!created) {
        environment_.events.record(about, "Warning", "Failed", "Error: " + created.error().message);
        return Failure{{"CreateContainerError", created.error().message}};
    }
    id = *created;
    environment_.events.record(about, "Normal", "Created", "Created container: " + container.name);
    if (auto started = environment_.runtime.startContainer(id); !started) {
        environment_.events.record(about, "Warning", "Failed", "Error: " + started.error().message);
        return Failure{{"RunContainerError", started.error().message}, std::chrono::seconds(0)};
    }
    environment_.events.record(about, "Normal", "Started", "Started container " + container.name);
    if (!environment_.paths.logLinks.empty())
        linkLog(environment_.paths.logLinks, pod.metadata.name, pod.metadata.namespace_, container.name, id,
                environment_.paths.logDir(pod) / config->logPath);
    return std::nullopt;
}

ContainerStarter::Failure ContainerStarter::configFailure(const core::Pod& pod, const core::Container& container,
                                                          const std::string& message) {
    environment_.events.record(referenceTo(pod, container.name), "Warning", "Failed", "Error: " + message);
    return {{"CreateContainerConfigError", message}};
}

std::expected<std::optional<ImageInfo>, ContainerStarter::Failure>
ContainerStarter::localImage(const core::Pod& pod, const core::Container& container) {
    const auto about = referenceTo(pod, container.name);
    if (!isImageName(container.image)) {
        const std::string message =
            std::format("Failed to apply default image tag \"{}\": couldn't parse image name \"{}\": invalid "
                        "reference format",
                        container.image, container.image);
        environment_.events.record(about, "Warning", "InspectFailed", message);
        environment_.events.record(about, "Warning", "Failed", "Error: InvalidImageName");
        return std::unexpected(Failure{{"InvalidImageName", message}});
    }
    const std::string policy = effectivePullPolicy(container.imagePullPolicy, container.image);
    const auto local = environment_.runtime.imageStatus(normalizeImage(container.image));
    if (!local)
        return std::unexpected(Failure{{"ImageInspectError", local.error().message}});
    if (*local && policy != "Always") {
        environment_.events.record(about, "Normal", "Pulled",
                                   std::format("Container image \"{}\" already present on machine", container.image));
        return *local;
    }
    if (policy != "Never")
        return std::nullopt;
    const std::string message =
        std::format("Container image \"{}\" is not present with pull policy of Never", container.image);
    environment_.events.record(about, "Warning", "ErrImageNeverPull", message);
    environment_.events.record(about, "Warning", "Failed", "Error: ErrImageNeverPull");
    return std::unexpected(Failure{{"ErrImageNeverPull", message}});
}

std::expected<ImageInfo, ContainerStarter::Failure> ContainerStarter::pulled(const core::Pod& pod,
                                                                             const core::Container& container,
                                                                             const RuntimeResult<std::string>& result,
                                                                             std::chrono::duration<double> took) {
    const auto about = referenceTo(pod, container.name);
    const std::string name = normalizeImage(container.image);
    const auto image = environment_.runtime.imageStatus(name);
    if (result) {
        pulls_.erase(name);
        const std::uint64_t size = image && *image ? (*image)->size : 0;
        environment_.events.record(
            about, "Normal", "Pulled",
            std::format("Successfully pulled image \"{}\" in {:.3g}s ({:.3g}s including waiting). "
                        "Image size: {} bytes.",
                        container.image, took.count(), took.count(), size));
        if (image && *image)
            return **image;
        return std::unexpected(Failure{{"ImageInspectError", "the pulled image is not in the store"}});
    }
    // Working without a network is promised: an image that is here is used, unless the registry refused it.
    if (image && *image && !refusedByRegistry(result.error().message)) {
        environment_.events.record(
            about, "Warning", "PulledLocally",
            std::format("Could not pull image \"{}\": {}; using the copy already present on machine", container.image,
                        result.error().message));
        return **image;
    }
    environment_.events.record(about, "Warning", "Failed",
                               std::format("Failed to pull image \"{}\": {}", container.image, result.error().message));
    environment_.events.record(about, "Warning", "Failed", "Error: ErrImagePull");
    BackOff& backOff = pulls_[name];
    backOff.next(std::chrono::system_clock::now());
    return std::unexpected(Failure{{"ErrImagePull", result.error().message}, backOff.delay});
}

std::vector<std::optional<RegistryLogin>> ContainerStarter::logins(const core::Pod& pod,
                                                                   const core::Container& container) {
    std::vector<std::optional<RegistryLogin>> result;
    std::string missing;
    const std::string registry = registryOf(normalizeImage(container.image));
    for (const auto& reference : pod.spec->imagePullSecrets) {
        const auto secret = environment_.objects.secret(pod.metadata.namespace_, reference.name);
        if (!secret) {
            missing += (missing.empty() ? "" : ", ") + reference.name;
            continue;
        }
        for (RegistryLogin& login : registryLogins(*secret, registry))
            result.emplace_back(std::move(login));
    }
    if (!missing.empty())
        environment_.events.record(
            referenceTo(pod), "Warning", "FailedToRetrieveImagePullSecret",
            std::format(
                "Unable to retrieve some image pull secrets ({}); attempting to pull the image may not succeed.",
                missing));
    result.emplace_back(std::nullopt);
    return result;
}

std::expected<void, std::string> ContainerStarter::addFiles(const core::Pod& pod, const core::Container& container,
                                                            const std::vector<std::string>& podIps,
                                                            ContainerConfig& config) {
    const fs::path folder = environment_.paths.podDir(pod.metadata.uid);
    const auto mounted = [&](const std::string& path) {
        return std::ranges::any_of(config.mounts, [&](const BindMount& mount) { return mount.containerPath == path; });
    };
    if (!mounted("/etc/hosts")) {
        const fs::path hosts = folder / "etc-hosts";
        if (auto written = base::writeFileAtomically(
                hosts,
                hostsFile(pod, podIps, environment_.dns.clusterDomain, base::readFile("/etc/hosts").value_or("")),
                0644);
            !written)
            return std::unexpected(written.error().message);
        config.mounts.push_back({"/etc/hosts", hosts.string()});
    }
    const std::string path =
        container.terminationMessagePath.empty() ? "/dev/termination-log" : container.terminationMessagePath;
    const fs::path messages = folder / "containers" / container.name;
    std::error_code error;
    fs::create_directories(messages, error);
    fs::remove(messages / std::to_string(static_cast<int>(config.attempt) - 2), error); // only two instances stay
    const fs::path message = messages / std::to_string(config.attempt);
    if (auto written = base::writeFileAtomically(message, "", 0666); !written)
        return std::unexpected(written.error().message);
    fs::permissions(message, fs::perms(0666), error); // any user of the container may write its last words
    config.mounts.push_back({path, message.string()});
    config.annotations[labels::messagePath] = message.string();
    config.annotations["io.kubernetes.container.terminationMessagePolicy"] = container.terminationMessagePolicy;
    return {};
}

} // namespace slipway::agent
