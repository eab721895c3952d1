// status, list, kubeconfig and kubectl: commands that only look.
#include "app/desktop/commands.h"

#include <boost/json.hpp>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <format>
#include <iostream>
#include <sys/stat.h>
#include <unistd.h>

#include "cluster/base/files.h"

namespace slipway::desktop {

namespace json = boost::json;

namespace {

json::object toJson(const vmdriver::ClusterStatus& status) {
    json::array nodes;
    for (const auto& node : status.nodes)
        nodes.push_back(json::object{{"name", node.name},
                                     {"state", vmdriver::nodeStateName(node.state)},
                                     {"role", node.controlPlane ? "control-plane" : "worker"},
                                     {"ready", node.ready},
                                     {"address", node.address},
                                     {"pid", node.pid}});
    return {{"cluster", status.name},      {"state", vmdriver::clusterStateName(status.state)},
            {"driver", status.driver},     {"server", status.server},
            {"apiReady", status.apiReady}, {"kubeconfig", status.kubeconfig.string()},
            {"context", status.context},   {"problem", status.problem},
            {"nodes", std::move(nodes)}};
}

void printText(const vmdriver::ClusterStatus& status) {
    std::cout << std::format("cluster  {}\nstate    {}\n", status.name, vmdriver::clusterStateName(status.state));
    if (status.state == vmdriver::ClusterState::absent)
        return;
    std::cout << std::format("driver   {}\nserver   {}{}\ncontext  {}\n", status.driver, status.server,
                             status.apiReady ? " (ready)" : " (not answering)", status.context);
    if (!status.problem.empty())
        std::cout << std::format("problem  {}\n", status.problem);
    for (const auto& node : status.nodes)
        std::cout << std::format("node     {}  {}{}  {}\n", node.name, vmdriver::nodeStateName(node.state),
                                 node.ready ? " (ready)" : "", node.address);
}

/// Running as root in a user's home (through sudo), kubectl's cache must not leave root's files there.
void keepCacheOutOfOthersHome() {
    struct stat home{};
    const char* path = std::getenv("HOME");
    if (geteuid() == 0 && path && stat(path, &home) == 0 && home.st_uid != 0)
        setenv("KUBECACHEDIR", "/var/cache/slipway/kubectl", 0);
}

} // namespace

std::string statusText(const vmdriver::ClusterStatus& status) {
    return json::serialize(toJson(status)) + "\n";
}

int showStatus(const ClusterLifecycle& lifecycle, const Options& options) {
    const auto status = lifecycle.status(options.cluster);
    if (!status)
        return complain(status.error());
    if (options.json)
        std::cout << statusText(*status);
    else
        printText(*status);
    return status->state == vmdriver::ClusterState::running ? 0 : 1;
}

int listClusters(const ClusterLifecycle& lifecycle, const Options& options) {
    const auto all = lifecycle.list();
    if (!all)
        return complain(all.error());
    if (options.json) {
        json::array list;
        for (const auto& status : *all)
            list.push_back(toJson(status));
        std::cout << json::serialize(list) << '\n';
        return 0;
    }
    std::cout << std::format("{:<20} {:<9} {:<8} {:<6} {}\n", "NAME", "STATE", "DRIVER", "NODES", "SERVER");
    for (const auto& status : *all)
        std::cout << std::format("{:<20} {:<9} {:<8} {:<6} {}\n", status.name, vmdriver::clusterStateName(status.state),
                                 status.driver, status.nodes.size(),
                                 status.problem.empty() ? status.server : status.problem);
    return 0;
}

int printKubeconfig(const ClusterLifecycle& lifecycle, const Options& options) {
    const auto path = lifecycle.kubeconfig(options.cluster);
    if (!path)
        return complain(path.error());
    const auto text = base::readFile(*path);
    if (!text)
        return complain({vmdriver::DriverErrc::io, text.error().message});
    std::cout << *text;
    return 0;
}

int runKubectl(const ClusterLifecycle& lifecycle, const Options& options) {
    const auto path = lifecycle.kubeconfig(options.cluster);
    if (!path)
        return complain(path.error());
    setenv("KUBECONFIG", path->c_str(), 1);
    keepCacheOutOfOthersHome();
    std::vector<char*> argv{const_cast<char*>("kubectl")};
    for (const auto& argument : options.words)
        argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    execvp("kubectl", argv.data());
    return complain({vmdriver::DriverErrc::missingTool, std::string("kubectl cannot be run: ") + std::strerror(errno) +
                                                            " (Debian package: kubernetes-client)"});
}

} // namespace slipway::desktop
