#include "cluster/scheduler/plugins/plugins.h"

namespace slipway::scheduler::plugins {

void nodeUnschedulable(const PodInfo& pod, const NodeInfo& node, Reasons& reasons) {
    if (!node.unschedulable)
        return;
    const api::core_v1::Taint cordon{"NoSchedule", "node.kubernetes.io/unschedulable", "", ""};
    if (!tolerated(pod.pod->spec->tolerations, cordon))
        reasons.emplace_back("node(s) were unschedulable");
}

void nodeName(const PodInfo& pod, const NodeInfo& node, Reasons& reasons) {
    const std::string& wanted = pod.pod->spec->nodeName;
    if (!wanted.empty() && wanted != node.name)
        reasons.emplace_back("node(s) didn't match the requested node name");
}

void nodePorts(const PodInfo& pod, const NodeLoad& load, Reasons& reasons) {
    const auto everyAddress = [](const std::string& ip) { return ip.empty() || ip == "0.0.0.0" || ip == "::"; };
    for (const HostPort& wanted : pod.hostPorts)
        for (const HostPort& taken : load.usedPorts)
            if (wanted.port == taken.port && wanted.protocol == taken.protocol &&
                (everyAddress(wanted.ip) || everyAddress(taken.ip) || wanted.ip == taken.ip)) {
                reasons.emplace_back("node(s) didn't have free ports for the requested pod ports");
                return;
            }
}

double ownerSpread(const PodInfo& pod, const NodeInfo& node) {
    const auto count = pod.ownerUid.empty() ? node.podsByOwner.end() : node.podsByOwner.find(pod.ownerUid);
    return count == node.podsByOwner.end() ? 0 : count->second;
}

} // namespace slipway::scheduler::plugins
