#include "cluster/apiserver/service_allocation.h"

#include <initializer_list>

namespace slipway::apiserver {
namespace {

using api::Json;
using api::JsonObject;
using api::objectAt;
using api::stringAt;

bool hasClusterIp(const JsonObject& service) {
    return stringAt(service, {"spec", "type"}) != "ExternalName";
}

bool isBalanced(const JsonObject& service) {
    return stringAt(service, {"spec", "type"}) == "LoadBalancer";
}

bool hasNodePorts(const JsonObject& service) {
    const Json* allocate = api::find(service, {"spec", "allocateLoadBalancerNodePorts"});
    return stringAt(service, {"spec", "type"}) == "NodePort" ||
           (isBalanced(service) && (allocate == nullptr || *allocate != Json(false)));
}

bool isReachable(const JsonObject& service) {
    const Json* external = api::find(service, {"spec", "externalIPs"});
    return stringAt(service, {"spec", "type"}) == "NodePort" || isBalanced(service) ||
           (external != nullptr && external->is_array() && !external->get_array().empty());
}

bool hasHealthPort(const JsonObject& service) {
    return isBalanced(service) && stringAt(service, {"spec", "externalTrafficPolicy"}) == "Local";
}

Json part(const JsonObject& service, std::string_view member) {
    const Json* value = api::find(service, {"spec", member});
    return value == nullptr ? Json() : *value;
}

void keep(const JsonObject& before, JsonObject& after, std::initializer_list<std::string_view> members) {
    JsonObject& spec = objectAt(after, {"spec"});
    for (std::string_view member : members)
        if (const Json* value = api::find(before, {"spec", member}))
            if (const Json* now = spec.if_contains(member); now == nullptr || *now == Json("") || *now == Json(0))
                spec[member] = *value;
}

/// A member the new type does not have goes, unless the request itself changed it: then validation refuses it.
void drop(const JsonObject& before, JsonObject& after, std::initializer_list<std::string_view> members) {
    for (std::string_view member : members)
        if (part(before, member) == part(after, member))
            objectAt(after, {"spec"}).erase(member);
}

std::int64_t numberAt(const Json& port, std::string_view member) {
    return port.is_object() ? api::intAt(port.get_object(), {member}).value_or(0) : 0;
}

bool samePort(const Json& a, const Json& b) {
    return numberAt(a, "port") == numberAt(b, "port") && stringAt(a, {"protocol"}) == stringAt(b, {"protocol"});
}

/// Each port of @p after with the port of @p before that has the same number and protocol.
template <class Visit> void eachPortPair(const JsonObject& before, JsonObject& after, const Visit& visit) {
    const Json* old = api::find(before, {"spec", "ports"});
    Json* now = objectAt(after, {"spec"}).if_contains("ports");
    if (old == nullptr || now == nullptr || !old->is_array() || !now->is_array())
        return;
    for (Json& port : now->get_array())
        for (const Json& known : old->get_array())
            if (port.is_object() && samePort(port, known))
                visit(port.get_object(), known);
}

} // namespace

void carryOverService(const JsonObject& before, JsonObject& after) {
    if (hasClusterIp(before) && hasClusterIp(after))
        keep(before, after, {"clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"});
    else if (hasClusterIp(before))
        drop(before, after, {"clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "internalTrafficPolicy"});
    if (hasNodePorts(before) && hasNodePorts(after))
        eachPortPair(before, after, [](JsonObject& port, const Json& known) {
            if (api::intAt(port, {"nodePort"}).value_or(0) == 0 && numberAt(known, "nodePort") != 0)
                port["nodePort"] = numberAt(known, "nodePort");
        });
    else if (hasNodePorts(before))
        eachPortPair(before, after, [](JsonObject& port, const Json& known) {
            if (api::intAt(port, {"nodePort"}).value_or(0) == numberAt(known, "nodePort"))
                port.erase("nodePort");
        });
    if (hasHealthPort(before) && hasHealthPort(after))
        keep(before, after, {"healthCheckNodePort"});
    else if (hasHealthPort(before))
        drop(before, after, {"healthCheckNodePort"});
    if (isBalanced(before) && !isBalanced(after))
        drop(before, after, {"allocateLoadBalancerNodePorts", "loadBalancerClass"});
    if (isReachable(before) && !isReachable(after))
        drop(before, after, {"externalTrafficPolicy"});
}

} // namespace slipway::apiserver
