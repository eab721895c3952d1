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
    /// Creates and starts a container in the sandbox.
    std::optional<Failure> startContainer(const std::shared_ptr<const core::Pod>& pod, const SandboxInfo& sandbox,
                                          const Actions::Start& start, const std::vector<std::string>& podIps);

private:
    std::expected<ImageInfo, Failure> ensureImage(const core::Pod& pod, const core::Container& container);
    std::expected<ImageInfo, Failure> pull(const core::Pod& pod, const core::Container& container,
                                           const std::optional<ImageInfo>& local);
    std::vector<RegistryLogin> logins(const core::Pod& pod, const std::string& image);
    std::expected<void, std::string> addFiles(const core::Pod& pod, const core::Container& container,
                                              const std::vector<std::string>& podIps, ContainerConfig& config);
    std::optional<Failure> afterStart(const core::Pod& pod, const core::Container& container, const std::string& id,
                                      const std::vector<std::string>& podIps);
    Failure configFailure(const core::Pod& pod, const core::Container& container, const std::string& message);

    PodEnvironment& environment_;
    std::map<std::string, BackOff> pulls_; ///< by image
};

} // namespace slipway::agent
