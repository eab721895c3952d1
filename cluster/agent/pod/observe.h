#pragma once

#include "cluster/agent/pod/pod_environment.h"

namespace slipway::agent {

/// Looks at what the runtime has of one pod. Ended containers are asked about once. For one thread at a time.
class PodObserver {
public:
    explicit PodObserver(PodEnvironment& environment) : environment_(environment) {}

    /// Fills @p state with the pod's sandboxes and containers, details for the newest two of each name.
    RuntimeResult<PodRuntimeState> observe(const std::string& uid);
    /// Addresses of a ready sandbox.
    std::vector<std::string> addresses(const SandboxInfo& sandbox);

private:
    void addDetails(ContainerInfo& info);
    std::string terminationMessage(const ContainerInfo& info) const;

    PodEnvironment& environment_;
    std::map<std::string, ContainerInfo> ended_;
    std::map<std::string, std::vector<std::string>> addresses_;
};

} // namespace slipway::agent
