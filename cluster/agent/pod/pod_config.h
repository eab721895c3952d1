#pragma once

#include "cluster/agent/pod/environment.h"
#include "cluster/agent/pod/pod_state.h"

#include <filesystem>

/// A pod's specification turned into what the runtime is told. Plain functions.
namespace slipway::agent {

/// Where the agent keeps things.
struct AgentPaths {
    std::filesystem::path root = "/var/lib/slipway-agent", logs = "/var/log/pods";
    std::filesystem::path logLinks = {}; ///< where each container's log is linked to as well; empty: nowhere

    /// Where profiles are that pods name (seccompProfile of type Localhost).
    std::filesystem::path seccompDir() const { return root / "seccomp"; }
    std::filesystem::path podDir(const std::string& uid) const { return root / "pods" / uid; }
    std::filesystem::path volumeDir(const std::string& uid, const std::string& volume) const {
        return podDir(uid) / "volumes" / volume;
    }
    /// "<logs>/default_web_<uid>"
    std::filesystem::path logDir(const core::Pod& pod) const {
        return logs / (pod.metadata.namespace_ + "_" + pod.metadata.name + "_" + pod.metadata.uid);
    }
};

struct DnsSettings {
    std::string clusterDns, clusterDomain = "cluster.local";
    std::vector<std::string> nodeServers, nodeSearches, nodeOptions; ///< of the node's own resolv.conf
};

/// Reads a resolv.conf's text into the node* members.
void parseResolvConf(std::string_view text, DnsSettings& settings);

std::string podHostname(const core::Pod& pod);
/// "web.sub.default.svc.cluster.local"; the bare host name of a pod without a subdomain.
std::string podDomainName(const core::Pod& pod, const std::string& clusterDomain);
/// /etc/hosts of a pod's containers; on the host network it begins with @p nodeHosts, the node's own.
std::string hostsFile(const core::Pod& pod, const std::vector<std::string>& ips, const std::string& clusterDomain,
                      const std::string& nodeHosts = {});

SandboxConfig sandboxConfig(const core::Pod& pod, unsigned attempt, const AgentPaths& paths, const DnsSettings& dns);

/// Limits, shares and the score the kernel's out-of-memory killer uses (by QoS class, as Kubernetes sets it).
ContainerResources containerResources(const core::Pod& pod, const core::Container& container, std::int64_t nodeMemory);

/// A name of a container's port, or its number; nothing when there is no such port.
std::optional<int> resolvePort(const core::Container& container, const api::IntOrString& port);

/// Everything of a container but its mounts. The error is a message for CreateContainerConfigError.
std::expected<ContainerConfig, std::string> containerConfig(const core::Pod& pod, const core::Container& container,
                                                            unsigned attempt, const Environment& environment,
                                                            const ImageInfo& image, std::int64_t nodeMemory,
                                                            const std::filesystem::path& seccompProfiles = {});

} // namespace slipway::agent
