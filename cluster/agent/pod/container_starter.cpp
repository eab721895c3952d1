#include "cluster/agent/pod/container_starter.h"

#include "cluster/agent/image/images.h"
#include "cluster/agent/image/registry_login.h"
#include "cluster/base/files.h"
#include "cluster/base/log.h"

#include <format>

namespace slipway::agent {

namespace fs = std::filesystem;

std::optional<ContainerStarter::Failure> ContainerStarter::startSandbox(const core::Pod& pod, unsigned attempt) {
    const Waiting waiting{"ContainerCreating", ""};
    if (auto prepared = environment_.volumes.prepare(pod); !prepared) {
        environment_.events.record(referenceTo(pod), "Warning", "FailedMount", prepared.error());
        return Failure{waiting, std::chrono::seconds(2)};
    }
    std::error_code error;
    fs::create_directories(environment_.paths.logDir(pod), error);
    const SandboxConfig config = sandboxConfig(pod, attempt, environment_.paths, environment_.dns);
    const auto id = environment_.runtime.runSandbox(config);
    if (id)
        return std::nullopt;
    environment_.events.record(referenceTo(pod), "Warning", "FailedCreatePodSandBox",
                               "Failed to create pod sandbox: " + id.error().message);
    return Failure{waiting, std::chrono::seconds(2)};
}

std::optional<ContainerStarter::Failure> ContainerStarter::startContainer(const std::shared_ptr<const core::Pod>& pod,
                                                                          const SandboxInfo& sandbox,
                                                                          const Actions::Start& start,
                                                                          const std::vector<std::string>& podIps) {
    const core::Container* container = findContainer(*pod->spec, start.name);
    if (container == nullptr)
        return std::nullopt;
    const auto image = ensureImage(*pod, *container);
    if (!image)
        return image.error();
    // The pod as it is known now: its address may be newer than what the API has.
    core::Pod here = *pod;
    if (!here.status)
        here.status.emplace();
    here.status->hostIP = environment_.nodeIp;
    here.status->hostIPs = {{environment_.nodeIp}};
    if (!podIps.empty()) {
        here.status->podIP = podIps.front();
        here.status->podIPs.clear();
        for (const auto& ip : podIps)
            here.status->podIPs.push_back({ip});
    }
    const auto variables = containerEnvironment(here, *container, environment_.objects, environment_.node);
    if (!variables)
        return configFailure(*pod, *container, variables.error());
    auto config = containerConfig(here, *container, start.attempt, *variables, *image, environment_.node.memoryBytes);
    if (!config)
        return configFailure(*pod, *container, config.error());
    auto mounts = environment_.volumes.mounts(here, *container, *variables);
    if (!mounts)
        return configFailure(*pod, *container, mounts.error());
    config->mounts = std::move(*mounts);
    if (auto added = addFiles(here, *container, podIps, *config); !added)
        return configFailure(*pod, *container, added.error());

    const auto about = referenceTo(*pod, container->name);
    const SandboxConfig sandboxSettings = sandboxConfig(*pod, sandbox.attempt, environment_.paths, environment_.dns);
    const auto id = environment_.runtime.createContainer(sandbox.id, *config, sandboxSettings);
    if (!id) {
        environment_.events.record(about, "Warning", "Failed", "Error: " + id.error().message);
        return Failure{{"CreateContainerError", id.error().message}};
    }
    environment_.events.record(about, "Normal", "Created", "Created container: " + container->name);
    if (auto started = environment_.runtime.startContainer(*id); !started) {
        environment_.events.record(about, "Warning", "Failed", "Error: " + started.error().message);
        return Failure{{"RunContainerError", started.error().message}, std::chrono::seconds(0)};
    }
    environment_.events.record(about, "Normal", "Started", "Started container " + container->name);
    return afterStart(here, *container, *id, podIps);
}

std::optional<ContainerStarter::Failure> ContainerStarter::afterStart(const core::Pod& pod,
                                                                      const core::Container& container,
                                                                      const std::string& id,
                                                                      const std::vector<std::string>& podIps) {
    if (!container.lifecycle || !container.lifecycle->postStart)
        return std::nullopt;
    const std::string failed =
        runHook(*container.lifecycle->postStart, container, id, podIps.empty() ? "" : podIps.front(),
                environment_.runtime, std::chrono::seconds(3600));
    if (failed.empty())
        return std::nullopt;
    environment_.events.record(referenceTo(pod, container.name), "Warning", "FailedPostStartHook",
                               "PostStartHook failed");
    base::warn("agent", "postStart hook of {}/{} {} failed: {}", pod.metadata.namespace_, pod.metadata.name,
               container.name, failed);
    environment_.events.record(referenceTo(pod, container.name), "Normal", "Killing", "FailedPostStartHook");
    std::ignore = environment_.runtime.stopContainer(
        id, std::chrono::seconds(pod.spec->terminationGracePeriodSeconds.value_or(30)));
    return Failure{{"PostStartHookError", failed}, std::chrono::seconds(0)};
}

ContainerStarter::Failure ContainerStarter::configFailure(const core::Pod& pod, const core::Container& container,
                                                          const std::string& message) {
    environment_.events.record(referenceTo(pod, container.name), "Warning", "Failed", "Error: " + message);
    return {{"CreateContainerConfigError", message}};
}

std::expected<ImageInfo, ContainerStarter::Failure> ContainerStarter::ensureImage(const core::Pod& pod,
                                                                                  const core::Container& container) {
    const std::string policy = effectivePullPolicy(container.imagePullPolicy, container.image);
    const auto local = environment_.runtime.imageStatus(normalizeImage(container.image));
    if (!local)
        return std::unexpected(Failure{{"ImageInspectError", local.error().message}});
    const auto about = referenceTo(pod, container.name);
    if (*local && policy != "Always") {
        environment_.events.record(about, "Normal", "Pulled",
                                   std::format("Container image \"{}\" already present on machine", container.image));
        return **local;
    }
    if (policy == "Never") {
        const std::string message =
            std::format("Container image \"{}\" is not present with pull policy of Never", container.image);
        environment_.events.record(about, "Warning", "ErrImageNeverPull", message);
        return std::unexpected(Failure{{"ErrImageNeverPull", message}});
    }
    return pull(pod, container, *local);
}

std::expected<ImageInfo, ContainerStarter::Failure>
ContainerStarter::pull(const core::Pod& pod, const core::Container& container, const std::optional<ImageInfo>& local) {
    const auto about = referenceTo(pod, container.name);
    const std::string name = normalizeImage(container.image);
    environment_.events.record(about, "Normal", "Pulling", std::format("Pulling image \"{}\"", container.image));
    const auto begin = std::chrono::steady_clock::now();
    RuntimeResult<std::string> pulled = std::unexpected(RuntimeError{});
    std::vector<std::optional<RegistryLogin>> tries;
    for (RegistryLogin& login : logins(pod, name))
        tries.emplace_back(std::move(login));
    tries.emplace_back(std::nullopt);
    for (const auto& login : tries) {
        pulled = environment_.runtime.pullImage(name, login);
        if (pulled)
            break;
    }
    if (pulled) {
        pulls_.erase(name);
        const auto took = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        const auto image = environment_.runtime.imageStatus(name);
        const std::uint64_t size = image && *image ? (*image)->size : 0;
        environment_.events.record(
            about, "Normal", "Pulled",
            std::format("Successfully pulled image \"{}\" in {:.3g}s ({:.3g}s including waiting). "
                        "Image size: {} bytes.",
                        container.image, took, took, size));
        if (image && *image)
            return **image;
        return std::unexpected(Failure{{"ImageInspectError", "the pulled image is not in the store"}});
    }
    // Working without a network is promised: an image that is here is used, and the event says so.
    if (local) {
        environment_.events.record(
            about, "Warning", "PulledLocally",
            std::format("Could not pull image \"{}\": {}; using the copy already present on machine", container.image,
                        pulled.error().message));
        return *local;
    }
    environment_.events.record(about, "Warning", "Failed",
                               std::format("Failed to pull image \"{}\": {}", container.image, pulled.error().message));
    environment_.events.record(about, "Warning", "Failed", "Error: ErrImagePull");
    BackOff& backOff = pulls_[name];
    backOff.next(std::chrono::system_clock::now());
    return std::unexpected(Failure{{"ErrImagePull", pulled.error().message}, backOff.delay});
}

std::vector<RegistryLogin> ContainerStarter::logins(const core::Pod& pod, const std::string& image) {
    std::vector<RegistryLogin> result;
    for (const auto& reference : pod.spec->imagePullSecrets) {
        const auto secret = environment_.objects.secret(pod.metadata.namespace_, reference.name);
        if (!secret)
            continue;
        for (RegistryLogin& login : registryLogins(*secret, registryOf(image)))
            result.push_back(std::move(login));
    }
    return result;
}

std::expected<void, std::string> ContainerStarter::addFiles(const core::Pod& pod, const core::Container& container,
                                                            const std::vector<std::string>& podIps,
                                                            ContainerConfig& config) {
    const fs::path folder = environment_.paths.podDir(pod.metadata.uid);
    const auto mounted = [&](const std::string& path) {
        return std::ranges::any_of(config.mounts, [&](const BindMount& mount) { return mount.containerPath == path; });
    };
    if (!pod.spec->hostNetwork.value_or(false) && !mounted("/etc/hosts")) {
        const fs::path hosts = folder / "etc-hosts";
        if (auto written =
                base::writeFileAtomically(hosts, hostsFile(pod, podIps, environment_.dns.clusterDomain), 0644);
            !written)
            return std::unexpected(written.error().message);
        config.mounts.push_back({"/etc/hosts", hosts.string()});
    }
    const std::string path =
        container.terminationMessagePath.empty() ? "/dev/termination-log" : container.terminationMessagePath;
    const fs::path messages = folder / "containers" / container.name;
    std::error_code error;
    fs::create_directories(messages, error);
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
