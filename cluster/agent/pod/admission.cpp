#include "cluster/agent/pod/admission.h"

#include "cluster/agent/pod/critical.h"
#include "cluster/api/validation_pod_parts.h"

#include <algorithm>
#include <format>
#include <set>

namespace slipway::agent {
namespace {

/// Namespaced, isolated, and unable to hurt other pods: allowed without the node owner's word.
constexpr std::string_view safeSysctls[] = {"kernel.shm_rmid_forced",           "net.ipv4.ip_local_port_range",
                                            "net.ipv4.ip_local_reserved_ports", "net.ipv4.ip_unprivileged_port_start",
                                            "net.ipv4.ping_group_range",        "net.ipv4.tcp_fin_timeout",
                                            "net.ipv4.tcp_keepalive_intvl",     "net.ipv4.tcp_keepalive_probes",
                                            "net.ipv4.tcp_keepalive_time",      "net.ipv4.tcp_rmem",
                                            "net.ipv4.tcp_syncookies",          "net.ipv4.tcp_wmem"};

std::optional<std::int64_t> integer(const std::string& text) {
    char* end = nullptr;
    const long long value = std::strtoll(text.c_str(), &end, 10);
    return text.empty() || *end != '\0' ? std::nullopt : std::optional<std::int64_t>(value);
}

bool matches(const core::NodeSelectorRequirement& requirement, const StringMap& values) {
    const auto found = values.find(requirement.key);
    const bool has = found != values.end();
    const bool listed = has && std::ranges::find(requirement.values, found->second) != requirement.values.end();
    if (requirement.operator_ == "In")
        return listed;
    if (requirement.operator_ == "NotIn")
        return !listed;
    if (requirement.operator_ == "Exists")
        return has;
    if (requirement.operator_ == "DoesNotExist")
        return !has;
    const auto value = has ? integer(found->second) : std::nullopt;
    const auto bound = requirement.values.size() == 1 ? integer(requirement.values[0]) : std::nullopt;
    return value && bound && (requirement.operator_ == "Gt" ? *value > *bound : *value < *bound);
}

bool matches(const core::NodeSelectorTerm& term, const NodeView& node) {
    if (term.matchExpressions.empty() && term.matchFields.empty())
        return false;
    const StringMap fields{{"metadata.name", node.name}};
    return std::ranges::all_of(term.matchExpressions, [&](const auto& one) { return matches(one, node.labels); }) &&
           std::ranges::all_of(term.matchFields, [&](const auto& one) { return matches(one, fields); });
}

bool wantsNode(const core::PodSpec& spec, const NodeView& node) {
    for (const auto& [key, value] : spec.nodeSelector)
        if (const auto found = node.labels.find(key); found == node.labels.end() || found->second != value)
            return false;
    if (!spec.affinity || !spec.affinity->nodeAffinity ||
        !spec.affinity->nodeAffinity->requiredDuringSchedulingIgnoredDuringExecution)
        return true;
    const auto& terms = spec.affinity->nodeAffinity->requiredDuringSchedulingIgnoredDuringExecution->nodeSelectorTerms;
    return std::ranges::any_of(terms, [&](const auto& term) { return matches(term, node); });
}

using HostPort = std::tuple<std::string, std::string, int>; ///< protocol, address, port

std::vector<HostPort> hostPorts(const core::PodSpec& spec) {
    std::vector<HostPort> result;
    const auto add = [&](const core::Container& container) {
        for (const core::ContainerPort& port : container.ports)
            if (const int number = port.hostPort.value_or(0); number > 0)
                result.emplace_back(port.protocol.empty() ? "TCP" : port.protocol, port.hostIP, number);
    };
    for (const core::Container& container : spec.containers)
        add(container);
    for (const core::Container& container : spec.initContainers)
        if (container.restartPolicy == "Always")
            add(container);
    return result;
}

bool clash(const HostPort& one, const HostPort& other) {
    const auto any = [](const std::string& address) { return address.empty() || address == "0.0.0.0"; };
    const auto& [protocol, address, port] = one;
    const auto& [otherProtocol, otherAddress, otherPort] = other;
    return protocol == otherProtocol && port == otherPort &&
           (any(address) || any(otherAddress) || address == otherAddress);
}

bool portsAreFree(const core::PodSpec& spec, const PodList& others) {
    const auto wanted = hostPorts(spec);
    if (wanted.empty())
        return true;
    for (const auto& other : others)
        for (const HostPort& used : hostPorts(*other->spec))
            if (std::ranges::any_of(wanted, [&](const HostPort& port) { return clash(port, used); }))
                return false;
    return true;
}

bool allowed(const std::string& name, const std::vector<std::string>& patterns) {
    if (std::ranges::contains(safeSysctls, name))
        return true;
    return std::ranges::any_of(patterns, [&](const std::string& pattern) {
        return pattern.ends_with('*') ? name.starts_with(pattern.substr(0, pattern.size() - 1)) : name == pattern;
    });
}

std::optional<Rejection> forbiddenSysctl(const core::PodSpec& spec, const NodeView& node) {
    for (const core::Sysctl& sysctl :
         spec.securityContext ? spec.securityContext->sysctls : std::vector<core::Sysctl>()) {
        std::string name = sysctl.name;
        std::ranges::replace(name, '/', '.');
        const bool ofIpc = name.starts_with("kernel.shm") || name.starts_with("kernel.msg") || name == "kernel.sem" ||
                           name.starts_with("fs.mqueue.");
        std::string why;
        if (!allowed(name, node.allowedSysctls))
            why = "not allowlisted";
        else if (ofIpc && spec.hostIPC.value_or(false))
            why = "not allowed with host ipc enabled";
        else if (name.starts_with("net.") && spec.hostNetwork.value_or(false))
            why = "not allowed with host net enabled";
        if (!why.empty())
            return Rejection{"SysctlForbidden", std::format("forbidden sysctl: \"{}\" {}", sysctl.name, why)};
    }
    return std::nullopt;
}

bool asksForAppArmor(const core::PodSpec& spec) {
    const auto asks = [](const std::optional<core::AppArmorProfile>& profile) {
        return profile && profile->type != "Unconfined";
    };
    if (spec.securityContext && asks(spec.securityContext->appArmorProfile))
        return true;
    for (const auto* list : {&spec.initContainers, &spec.containers})
        for (const core::Container& container : *list)
            if (container.securityContext && asks(container.securityContext->appArmorProfile))
                return true;
    return false;
}

/// A node under pressure takes critical pods only; short of memory alone, also those that asked for some.
std::optional<Rejection> underPressure(const core::Pod& pod, const NodeView& node) {
    if (isCritical(pod) || !(node.memoryPressure || node.diskPressure || node.pidPressure))
        return std::nullopt;
    if (!node.diskPressure && !node.pidPressure) {
        if (qosClass(*pod.spec) != "BestEffort")
            return std::nullopt;
        core::Taint taint;
        taint.key = "node.kubernetes.io/memory-pressure";
        taint.effect = "NoSchedule";
        if (tolerates(*pod.spec, taint))
            return std::nullopt;
    }
    std::string list;
    for (const auto& [is, name] : {std::pair{node.diskPressure, "DiskPressure"},
                                   {node.memoryPressure, "MemoryPressure"},
                                   {node.pidPressure, "PIDPressure"}})
        if (is)
            list += (list.empty() ? "" : " ") + std::string(name);
    return Rejection{"Evicted", std::format("The node had condition: [{}]. ", list)};
}

Rejection predicate(const char* name, const char* why) {
    return {name, std::format("Predicate {} failed: {}", name, why)};
}

} // namespace

bool tolerates(const core::PodSpec& spec, const core::Taint& taint) {
    return std::ranges::any_of(spec.tolerations, [&](const core::Toleration& toleration) {
        if (!toleration.effect.empty() && toleration.effect != taint.effect)
            return false;
        if (toleration.operator_ == "Exists")
            return toleration.key.empty() || toleration.key == taint.key;
        return toleration.key == taint.key && toleration.value == taint.value;
    });
}

std::optional<Rejection> lacksRoom(const core::Pod& pod, const PodList& others, const Amounts& allocatable) {
    const auto short_ = [](const std::string& what, std::int64_t wanted, std::int64_t used, std::int64_t capacity) {
        return Rejection{"OutOf" + what,
                         std::format("Node didn't have enough resource: {}, requested: {}, used: {}, capacity: {}",
                                     what, wanted, used, capacity)};
    };
    const auto room = [&](const std::string& name) {
        const auto found = allocatable.find(name);
        return found == allocatable.end() ? 0 : found->second;
    };
    const auto count = static_cast<std::int64_t>(others.size());
    if (allocatable.contains("pods") && count + 1 > room("pods") / 1000)
        return short_("pods", 1, count, room("pods") / 1000);
    Amounts used;
    for (const auto& other : others)
        for (const auto& [name, amount] : podRequests(*other->spec))
            used[name] += amount;
    for (const auto& [name, wanted] : podRequests(*pod.spec)) {
        if (wanted <= 0 || wanted + used[name] <= room(name))
            continue;
        if (api::isExtendedResource(name) && !allocatable.contains(name))
            continue;      // one that others keep for the cluster, unknown to nodes
        if (name == "cpu") // in thousandths of a core; everything else in whole units
            return short_(name, wanted, used[name], room(name));
        return short_(name, wanted / 1000, used[name] / 1000, room(name) / 1000);
    }
    return std::nullopt;
}

std::optional<Rejection> admit(const core::Pod& pod, const PodList& others, const NodeView& node) {
    const core::PodSpec& spec = *pod.spec;
    const bool isStatic = pod.metadata.annotations.contains("kubernetes.io/config.source");
    if (node.shuttingDown)
        return Rejection{"NodeShutdown", "Pod was rejected as the node is shutting down."};
    if (auto rejected = underPressure(pod, node))
        return rejected;
    if (auto rejected = forbiddenSysctl(spec, node))
        return rejected;
    if (spec.os && spec.os->name != "linux")
        return Rejection{"PodOSNotSupported", "Failed to admit pod as the OS field doesn't match node OS"};
    if (const auto os = spec.nodeSelector.find("kubernetes.io/os");
        os != spec.nodeSelector.end() && os->second != "linux")
        return Rejection{"PodOSSelectorNodeLabelDoesNotMatch",
                         "Failed to admit pod as the `kubernetes.io/os` label doesn't match node label"};
    if (asksForAppArmor(spec))
        return Rejection{"AppArmor", "Cannot enforce AppArmor: AppArmor is not enabled on the host"};
    if (spec.securityContext && spec.securityContext->supplementalGroupsPolicy == "Strict")
        return Rejection{"SupplementalGroupsPolicyNotSupported",
                         "SupplementalGroupsPolicy=Strict is not supported in this node"};
    if (auto rejected = lacksRoom(pod, others, node.allocatable))
        return rejected;
    if (node.known && !wantsNode(spec, node))
        return predicate("NodeAffinity", "node(s) didn't match Pod's node affinity/selector");
    if (!portsAreFree(spec, others))
        return predicate("NodePorts", "node(s) didn't have free ports for the requested pod ports");
    if (node.known && !isStatic)
        for (const core::Taint& taint : node.taints)
            if (taint.effect == "NoExecute" && !tolerates(spec, taint))
                return predicate("TaintToleration", "node(s) had untolerated taint");
    return std::nullopt;
}

} // namespace slipway::agent
