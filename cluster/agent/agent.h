#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

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

    /// Quantities that are kept for the system and for the agent: "cpu=500m,memory=1Gi".
    std::string systemReserved, kubeReserved;
    /// When pods are ended to keep the node usable. A desktop's disk is the node's too, and often fuller than a
    /// server's: what is left is counted in bytes, not in parts of the disk.
    std::string evictionHard = "memory.available<100Mi,nodefs.available<1Gi,nodefs.inodesFree<1%,imagefs.available<1Gi,"
                               "pid.available<2%";
    int maxPods = 110;
    std::int64_t podMaxPids = 16384; ///< 0: no bound
    std::vector<std::string> allowedUnsafeSysctls;
    std::string logMaxSize = "10Mi";
    int logMaxFiles = 5, imageGcHigh = 85, imageGcLow = 80;
};

/// The node agent: registers the node, runs its pods, programs its services, answers DNS, serves logs and exec.
class Agent {
public:
    /// Throws std::runtime_error for settings that make no sense, and where the API server cannot be reached at all.
    explicit Agent(AgentSettings settings);
    /// Ends the pods, critical ones last, as a node that is switched off does. Waits up to @p limit.
    void shutDownPods(std::chrono::seconds limit);
    /// Stops in order. Pods keep running.
    ~Agent();
    Agent(const Agent&) = delete;
    Agent& operator=(const Agent&) = delete;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

} // namespace slipway::agent
