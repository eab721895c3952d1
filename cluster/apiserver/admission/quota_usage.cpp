#include "cluster/apiserver/admission/quota_usage.h"

#include "cluster/apiserver/strategy.h"
#include "cluster/base/time.h"

#include <algorithm>
#include <array>
#include <format>

namespace slipway::apiserver::admission {
namespace {

using api::Json;
using api::JsonObject;
using api::Quantity;
using api::stringAt;

const Quantity one = Quantity::fromInteger(1);

bool isNative(std::string_view name) {
    return name == "cpu" || name == "memory" || name == "ephemeral-storage";
}

/// The names a pod's or a container's requests and limits count under.
Amounts computeUsage(const Amounts& requests, const Amounts& limits) {
    Amounts usage;
    for (const auto& [name, amount] : requests) {
        usage["requests." + name] = amount;
        if (isNative(name) || name.starts_with("hugepages-"))
            usage[name] = amount;
    }
    for (const auto& [name, amount] : limits)
        if (isNative(name))
            usage["limits." + name] = amount;
    return usage;
}

bool hasEnded(const JsonObject& pod) {
    const std::string_view phase = stringAt(pod, {"status", "phase"});
    if (phase == "Failed" || phase == "Succeeded")
        return true;
    // What should be gone by now is held back by nobody's quota.
    const auto deleted = base::parseTime(stringAt(pod, {"metadata", "deletionTimestamp"}));
    return deleted && *deleted < std::chrono::system_clock::now();
}

void countService(const JsonObject& service, Amounts& usage) {
    usage["services"] = one;
    const std::string_view type = stringAt(service, {"spec", "type"});
    if (type != "NodePort" && type != "LoadBalancer")
        return;
    std::int64_t ports = 0;
    const Json* allocate = api::find(service, {"spec", "allocateLoadBalancerNodePorts"});
    const bool onlyGiven = type == "LoadBalancer" && allocate != nullptr && *allocate == Json(false);
    if (const Json* list = api::find(service, {"spec", "ports"}); list != nullptr && list->is_array())
        for (const Json& port : list->get_array())
            if (!onlyGiven || (port.is_object() && api::intAt(port.get_object(), {"nodePort"}).value_or(0) != 0))
                ++ports;
    usage["services.nodeports"] = Quantity::fromInteger(ports);
    if (type == "LoadBalancer")
        usage["services.loadbalancers"] = one;
}

void countClaim(const JsonObject& claim, Amounts& usage) {
    usage["persistentvolumeclaims"] = one;
    std::string name(stringAt(claim, {"metadata", "annotations", "volume.beta.kubernetes.io/storage-class"}));
    if (name.empty())
        name = stringAt(claim, {"spec", "storageClassName"});
    const std::string prefix = name + ".storageclass.storage.k8s.io/";
    if (!name.empty())
        usage[prefix + "persistentvolumeclaims"] = one;
    Quantity size = Quantity::parse(stringAt(claim, {"spec", "resources", "requests", "storage"})).value_or(Quantity());
    // A volume that is being made larger already takes what was given to it.
    if (const auto given = Quantity::parse(stringAt(claim, {"status", "allocatedResources", "storage"}));
        given && *given > size)
        size = *given;
    usage["requests.storage"] = size;
    if (!name.empty())
        usage[prefix + "requests.storage"] = size;
}

bool isBestEffort(const JsonObject& pod) {
    return qosClass(pod) == "BestEffort";
}

bool isTerminating(const JsonObject& pod) {
    return api::intAt(pod, {"spec", "activeDeadlineSeconds"}).value_or(-1) >= 0;
}

/// A term of pod affinity that looks into other namespaces.
bool crossesNamespaces(const JsonObject& pod) {
    const auto crosses = [](const Json* terms, bool weighted) {
        if (terms == nullptr || !terms->is_array())
            return false;
        return std::ranges::any_of(terms->get_array(), [&](const Json& entry) {
            const Json* term = weighted ? api::find(entry, {"podAffinityTerm"}) : &entry;
            if (term == nullptr)
                return false;
            const Json* names = api::find(*term, {"namespaces"});
            return (names != nullptr && names->is_array() && !names->get_array().empty()) ||
                   api::find(*term, {"namespaceSelector"}) != nullptr;
        });
    };
    return std::ranges::any_of(
        std::array<std::string_view, 2>{"podAffinity", "podAntiAffinity"}, [&](std::string_view kind) {
            return crosses(api::find(pod, {"spec", "affinity", kind, "requiredDuringSchedulingIgnoredDuringExecution"}),
                           false) ||
                   crosses(
                       api::find(pod, {"spec", "affinity", kind, "preferredDuringSchedulingIgnoredDuringExecution"}),
                       true);
        });
}

bool podInScope(std::string_view scope, std::string_view op, const Json* values, const JsonObject& pod) {
    if (scope == "Terminating")
        return isTerminating(pod);
    if (scope == "NotTerminating")
        return !isTerminating(pod);
    if (scope == "BestEffort")
        return isBestEffort(pod);
    if (scope == "NotBestEffort")
        return !isBestEffort(pod);
    if (scope == "CrossNamespacePodAffinity")
        return crossesNamespaces(pod);
    if (scope != "PriorityClass")
        return false;
    const std::string_view name = stringAt(pod, {"spec", "priorityClassName"});
    const bool listed = values != nullptr && values->is_array() &&
                        std::ranges::find(values->get_array(), Json(name)) != values->get_array().end();
    if (op == "In")
        return !name.empty() && listed;
    if (op == "NotIn")
        return !listed;
    return (op == "DoesNotExist") == name.empty();
}

} // namespace

Amounts quotaUsage(const api::Resource& resource, const JsonObject& object) {
    Amounts usage;
    const std::string name(resource.name);
    usage["count/" + name + (resource.group.empty() ? "" : "." + std::string(resource.group))] = one;
    if (!resource.group.empty())
        return usage;
    if (name == "pods") {
        if (hasEnded(object))
            return usage;
        const JsonObject* spec = podSpecOf(object);
        if (spec != nullptr)
            usage.merge(computeUsage(podAmounts(*spec, "requests"), podAmounts(*spec, "limits")));
        usage["pods"] = one;
    } else if (name == "services") {
        countService(object, usage);
    } else if (name == "persistentvolumeclaims") {
        countClaim(object, usage);
    } else if (name == "configmaps" || name == "secrets" || name == "replicationcontrollers" ||
               name == "resourcequotas") {
        usage[name] = one;
    }
    return usage;
}

bool inScope(const JsonObject& quota, const api::Resource& resource, const JsonObject& object) {
    const Json *scopes = api::find(quota, {"spec", "scopes"}),
               *expressions = api::find(quota, {"spec", "scopeSelector", "matchExpressions"});
    const bool pod = resource.group.empty() && resource.name == "pods";
    if (scopes != nullptr && scopes->is_array())
        for (const Json& scope : scopes->get_array())
            if (!pod || !scope.is_string() || !podInScope(api::view(scope.get_string()), "Exists", nullptr, object))
                return false;
    if (expressions != nullptr && expressions->is_array())
        for (const Json& expression : expressions->get_array())
            if (!pod || !podInScope(stringAt(expression, {"scopeName"}), stringAt(expression, {"operator"}),
                                    api::find(expression, {"values"}), object))
                return false;
    return true;
}

std::string unspecified(const Amounts& hard, const JsonObject& pod) {
    static constexpr std::array<std::string_view, 6> judged{"cpu",    "limits.cpu",   "limits.memory",
                                                            "memory", "requests.cpu", "requests.memory"};
    const JsonObject* spec = podSpecOf(pod);
    std::string text;
    for (std::string_view name : judged) {
        if (spec == nullptr || !hard.contains(name) ||
            computeUsage(amountsOf(api::find(*spec, {"resources", "requests"})),
                         amountsOf(api::find(*spec, {"resources", "limits"})))
                .contains(name))
            continue;
        std::string containers;
        eachContainer(*spec, {"containers", "initContainers"}, [&](const JsonObject& container, std::string_view) {
            if (!computeUsage(amountsOf(api::find(container, {"resources", "requests"})),
                              amountsOf(api::find(container, {"resources", "limits"})))
                     .contains(name))
                containers.append(containers.empty() ? "" : ",").append(stringAt(container, {"name"}));
        });
        if (!containers.empty())
            text += std::format("{}{} for: {}", text.empty() ? "" : "; ", name, containers);
    }
    return text;
}

std::string printAmounts(const Amounts& amounts) {
    std::string text;
    for (const auto& [name, amount] : amounts)
        text += std::format("{}{}={}", text.empty() ? "" : ",", name, amount.print());
    return text;
}

} // namespace slipway::apiserver::admission
