#include "app/agent/simulation_options.h"
#include "cluster/agent/agent.h"
#include "cluster/base/log.h"
#include "cluster/client/program.h"

#include <CLI/CLI.hpp>
#include <csignal>
#include <malloc.h>
#include <unistd.h>

using namespace slipway;

namespace {

std::string hostName() {
    char name[256] = {};
    ::gethostname(name, sizeof name - 1);
    return name;
}

/// The agent's threads are many, but seldom allocate at the same time: two arenas do, keep less that is free than one
/// for each thread would, and give it back. Setting the limits also keeps glibc from raising them by itself.
void keepMemorySmall() {
    ::mallopt(M_ARENA_MAX, 2);
    ::mallopt(M_TRIM_THRESHOLD, 256 * 1024);
    ::mallopt(M_MMAP_THRESHOLD, 128 * 1024);
}

} // namespace

int main(int argc, char** argv) {
    keepMemorySmall();
    client::setProgramName("slipway-agent");
    agent::AgentSettings settings;
    bool verbose = false, noProxy = false;
    std::string network = "routes";
    settings.nodeName = hostName();
    CLI::App app{"slipway-agent: runs the pods of one node"};
    app.add_option("--kubeconfig", settings.kubeconfig, "How to reach the API server; without it only static pods run");
    app.add_option("--node-name", settings.nodeName, "Name of this node")->capture_default_str();
    app.add_option("--node-ip", settings.nodeIp, "Address of this node");
    app.add_option("--hostname-override", settings.hostname, "The node's host name, when it is not its name");
    app.add_option("--root-dir", settings.rootDir, "Where the agent keeps pods' files")->capture_default_str();
    app.add_option("--pod-log-dir", settings.podLogs, "Where containers' logs are")->capture_default_str();
    app.add_option("--container-runtime-endpoint", settings.runtimeEndpoint, "CRI socket")->capture_default_str();
    app.add_option("--runc-root", settings.runcRoot, "runc's state, as containerd's shim keeps it")
        ->capture_default_str();
    app.add_option("--cluster-dns", settings.clusterDns, "Address the cluster's DNS is served on");
    app.add_option("--cluster-domain", settings.clusterDomain, "The cluster's DNS domain")->capture_default_str();
    app.add_option("--pod-cidr", settings.podCidr,
                   "Range of this node's pod addresses; default: what the node is given");
    app.add_option("--cluster-cidr", settings.clusterCidr, "Range of all pod addresses; default: this node's");
    app.add_option("--pod-manifest-path", settings.podManifests, "Folder with manifests of static pods");
    app.add_option("--cni-conf-dir", settings.cniConfig, "Where the CNI configuration is written")
        ->capture_default_str();
    app.add_option("--resolv-conf", settings.resolvConf, "The node's resolver configuration")->capture_default_str();
    app.add_option("--tls-cert", settings.tlsCertificate, "Serving certificate");
    app.add_option("--tls-key", settings.tlsKey, "Its key");
    app.add_option("--port", settings.port, "Port of the node's own API")->capture_default_str();
    app.add_option("--system-reserved", settings.systemReserved, "Kept for the system: cpu=500m,memory=1Gi");
    app.add_option("--kube-reserved", settings.kubeReserved, "Kept for the agent and the container runtime");
    app.add_option("--eviction-hard", settings.evictionHard, "When pods are ended to keep the node usable")
        ->capture_default_str();
    app.add_option("--max-pods", settings.maxPods, "Most pods at once")->capture_default_str();
    app.add_option("--pod-max-pids", settings.podMaxPids, "Most processes of a pod; 0: no bound")
        ->capture_default_str();
    app.add_option("--allowed-unsafe-sysctls", settings.allowedUnsafeSysctls, "Kernel settings that pods may change")
        ->delimiter(',');
    app.add_option("--container-log-max-size", settings.logMaxSize, "A log is rotated past this size")
        ->capture_default_str();
    app.add_option("--container-log-max-files", settings.logMaxFiles, "Files kept of each log")->capture_default_str();
    app.add_option("--image-gc-high-threshold", settings.imageGcHigh, "Use of the disk in per cent that removes images")
        ->capture_default_str();
    app.add_option("--image-gc-low-threshold", settings.imageGcLow, "Use of the disk at which that ends")
        ->capture_default_str();
    app.add_flag("--control-plane", settings.controlPlane, "The node also runs the control plane");
    app.add_flag("--no-service-proxy", noProxy, "Leave the kernel's service rules alone");
    app.add_option("--network", network, "How pods are joined: routes, or none when another CNI is installed")
        ->check(CLI::IsMember({"routes", "none"}))
        ->capture_default_str();
    app.add_flag("--verbose", verbose, "Log more");
    agent::SimulationSettings simulation;
    addSimulationOptions(app, simulation);
    CLI11_PARSE(app, argc, argv);
    settings.serviceProxy = !noProxy;
    settings.podNetwork = network != "none";
    if (verbose)
        base::setLogLevel(base::LogLevel::debug);

    // Every thread inherits the blocked signals; this one waits for them.
    sigset_t signals;
    sigemptyset(&signals);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGPWR})
        sigaddset(&signals, signal);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
    try {
        int received = 0;
        if (simulation.count > 0) {
            simulation.kubeconfig = settings.kubeconfig;
            simulation.tlsCertificate = settings.tlsCertificate;
            simulation.tlsKey = settings.tlsKey;
            simulation.shape.hostIp = settings.nodeIp.empty() ? "127.0.0.1" : settings.nodeIp;
            agent::SimulatedNodes nodes(simulation);
            sigwait(&signals, &received);
            return 0;
        }
        agent::Agent agent(settings);
        sigwait(&signals, &received);
        if (received == SIGPWR) // the node is being switched off
            agent.shutDownPods(std::chrono::seconds(30));
        else
            base::info("agent", "stopping; pods keep running");
    } catch (const std::exception& error) {
        base::error("agent", "{}", error.what());
        return 1;
    }
    return 0;
}
