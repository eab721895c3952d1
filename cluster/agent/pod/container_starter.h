#pragma once

#include "cluster/agent/pod/decide.h"
#include "cluster/agent/pod/pod_environment.h"

namespace slipway::agent {

/// Brings one pod's sandbox and containers up: images, environment, mounts, hooks, events. For one thread at a time.
class ContainerStarter {
public:
    explicit ContainerStarter(PodEnvironment& environment) : environment_(environment) {}

    /// Why a start did not happen, and when to try again.
    struct Failure {
        Waiting waiting;
        std::chrono::seconds retryAfter{10};
    };

    /// Prepares volumes and runs a new sandbox.
    std::optional<Failure> startSandbox(const core::Pod& pod, unsigned attempt);
    /// The container's image where it is here and may be used; nothing when it has to be pulled.
    std::expected<std::optional<ImageInfo>, Failure> localImage(const core::Pod& pod, const core::Container& container);
    /// The logins to try, in order; the last one is anonymous.
    std::vector<std::optional<RegistryLogin>> logins(const core::Pod& pod, const core::Container& container);
    /// What a pull came to: events, back-off, and the image to use.
    std::expected<ImageInfo, Failure> pulled(const core::Pod& pod, const core::Container& container,
                                             const RuntimeResult<std::string>& result,
                                             std::chrono::duration<double> took);
    /// Creates and starts a container in the sandbox. @p id: the container, once it exists.
    std::optional<Failure> startContainer(const core::Pod& pod, const core::Container& container,
                                          const SandboxInfo& sandbox, unsigned attempt, const ImageInfo& image,
                                          const std::vector<std::string>& podIps, const std::string& targetId,
                                          std::string& id);

private:
    SandboxConfig sandboxOf(const core::Pod& pod, unsigned attempt) const;
    std::expected<std::string, std::string> runtimeHandler(const core::Pod& pod) const;
    std::expected<void, std::string> addFiles(const core::Pod& pod, const core::Container& container,
                                              const std::vector<std::string>& podIps, ContainerConfig& config);
    Failure configFailure(const core::Pod& pod, const core::Container& container, const std::string& message);

    PodEnvironment& environment_;
    Failure sandboxFailure();

    std::map<std::string, BackOff> pulls_; ///< by image
    int sandboxTries_ = 0;                 ///< that failed one after the other
};

} // namespace slipway::agent
