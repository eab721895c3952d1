#pragma once

#include <filesystem>
#include <memory>
#include <string>

namespace slipway::agent {

struct AgentSettings {
    std::filesystem::path kubeconfig; ///< empty: standalone, only static pods
    std::string nodeName, nodeIp, hostname;
    std::filesystem::path rootDir = "/var/lib/slipway-agent", podLogs = "/var/log/pods";
    std::string runtimeEndpoint = "unix:///run/containerd/containerd.sock", runcRoot = "/run/containerd/runc/k8s.io";
    std::string clusterDns, clusterDomain = "cluster.local", podCidr, clusterCidr;
    std::filesystem::path podManifests, cniConfig = "/etc/cni/net.d", resolvConf = "/etc/resolv.conf";
    std::filesystem::path tlsCertificate, tlsKey;
    int port = 10250;
    bool controlPlane = false;
    bool serviceProxy = true, podNetwork = true;
};

/// The node agent: registers the node, runs its pods, programs its services, answers DNS, serves logs and exec.
class Agent {
public:
    explicit Agent(AgentSettings settings);
    /// Stops in order. Pods keep running.
    ~Agent();
    Agent(const Agent&) = delete;
    Agent& operator=(const Agent&) = delete;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

} // namespace slipway::agent
