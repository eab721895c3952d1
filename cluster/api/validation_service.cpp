#include "cluster/api/schema.h"
#include "cluster/api/validation_at.h"
#include "cluster/api/validation_kinds.h"

#include <format>
#include <set>

namespace slipway::api {
namespace {

/// Kubernetes prints its internal struct here.
Json portIdentity(const Json& port) {
    return JsonObject{{"Name", ""},
                      {"Protocol", stringAt(port, {"protocol"})},
                      {"AppProtocol", nullptr},
                      {"Port", intAt(port.as_object(), {"port"}).value_or(0)},
                      {"TargetPort", 0},
                      {"NodePort", 0}};
}

void validatePortName(const Json& port, std::size_t count, const std::string& at, std::set<std::string>& names,
                      Causes& causes) {
    const std::string name(stringAt(port, {"name"}));
    if (name.empty()) {
        if (count > 1)
            causes.push_back(requiredValue(at + ".name", ""));
    } else if (const auto problem = labelProblem(name)) {
        causes.push_back(invalidValue(at + ".name", Json(name), *problem));
    } else if (!names.insert(name).second) {
        causes.push_back(duplicateValue(at + ".name", Json(name)));
    }
}

void validatePorts(const JsonObject& spec, std::string_view type, Causes& causes) {
    std::set<std::string> names, identities, nodePorts;
    const JsonArray& ports = listAt(spec, "ports");
    std::size_t index = 0;
    for (const Json& port : ports) {
        const std::string at = std::format("spec.ports[{}]", index++);
        if (!port.is_object())
            continue;
        validatePortName(port, ports.size(), at, names, causes);
        validatePortNumber(Json(intAt(port.get_object(), {"port"}).value_or(0)), at + ".port", causes);
        if (const Json* target = find(port, {"targetPort"}))
            validatePortOrName(*target, at + ".targetPort", causes);
        const auto nodePort = intAt(port.get_object(), {"nodePort"}).value_or(0);
        if (nodePort != 0 && type == "ClusterIP")
            causes.push_back(forbiddenField(at + ".nodePort", "may not be used when `type` is 'ClusterIP'"));
        else if (nodePort != 0 &&
                 !nodePorts.insert(std::format("{}/{}", nodePort, stringAt(port, {"protocol"}))).second)
            causes.push_back(duplicateValue(at + ".nodePort", Json(nodePort)));
        if (!identities
                 .insert(
                     std::format("{}/{}", intAt(port.get_object(), {"port"}).value_or(0), stringAt(port, {"protocol"})))
                 .second)
            causes.push_back(duplicateValue(at, portIdentity(port)));
    }
}

void validateSessionAffinity(const JsonObject& spec, Causes& causes) {
    if (stringAt(spec, {"sessionAffinity"}) == "ClientIP") {
        if (const auto seconds = intAt(spec, {"sessionAffinityConfig", "clientIP", "timeoutSeconds"});
            seconds && (*seconds <= 0 || *seconds > 86400))
            causes.push_back(invalidValue("spec.sessionAffinityConfig.clientIP.timeoutSeconds", Json(*seconds),
                                          "must be greater than 0 and less than 86400"));
    } else if (spec.contains("sessionAffinityConfig")) {
        causes.push_back(forbiddenField("spec.sessionAffinityConfig", "must not be set when session affinity is None"));
    }
}

void validateAddresses(const JsonObject& spec, std::string_view type, Causes& causes) {
    const std::string_view address = stringAt(spec, {"clusterIP"});
    if (address == "None" && (type == "NodePort" || type == "LoadBalancer"))
        causes.push_back(
            invalidValue("spec.clusterIPs[0]", "None", std::format("may not be set to 'None' for {} services", type)));
    else if (!address.empty() && address != "None" && addressProblem(address))
        causes.push_back(invalidValue("spec.clusterIPs[0]", Json(address), *addressProblem(address)));
    std::size_t index = 0;
    for (const Json& external : listAt(spec, "externalIPs")) {
        const std::string at = std::format("spec.externalIPs[{}]", index++);
        if (const auto problem = addressProblem(view(external.as_string())))
            causes.push_back(invalidValue(at, external, *problem));
    }
}

} // namespace

void validateService(const JsonObject& service, Causes& causes) {
    const Json* found = service.if_contains("spec");
    if (found == nullptr || !found->is_object())
        return;
    const JsonObject& spec = found->get_object();
    const std::string_view type = stringAt(spec, {"type"});
    if (listAt(spec, "ports").empty() && type != "ExternalName" && stringAt(spec, {"clusterIP"}) != "None")
        causes.push_back(requiredValue("spec.ports", ""));
    if (type == "ExternalName") {
        std::string_view name = stringAt(spec, {"externalName"});
        if (name.ends_with('.'))
            name.remove_suffix(1);
        if (!stringAt(spec, {"clusterIP"}).empty())
            causes.push_back(forbiddenField("spec.clusterIPs", "may not be set for ExternalName services"));
        if (name.empty())
            causes.push_back(requiredValue("spec.externalName", ""));
        else if (const auto problem = subdomainProblem(name))
            causes.push_back(invalidValue("spec.externalName", Json(stringAt(spec, {"externalName"})), *problem));
    }
    validatePorts(spec, type, causes);
    validateLabels(spec.if_contains("selector"), "spec.selector", causes);
    validateSessionAffinity(spec, causes);
    validateAddresses(spec, type, causes);
    const bool reachable =
        type == "NodePort" || type == "LoadBalancer" || (type == "ClusterIP" && !listAt(spec, "externalIPs").empty());
    if (const std::string_view policy = stringAt(spec, {"externalTrafficPolicy"}); !policy.empty() && !reachable)
        causes.push_back(invalidValue("spec.externalTrafficPolicy", Json(policy),
                                      "may only be set for externally-accessible services"));
}

void validateServiceUpdate(const JsonObject& before, const JsonObject& after, Causes& causes) {
    const std::string_view old = stringAt(before, {"spec", "clusterIP"}), now = stringAt(after, {"spec", "clusterIP"});
    const auto named = [](const JsonObject& service) { return stringAt(service, {"spec", "type"}) == "ExternalName"; };
    if (!old.empty() && old != now && !named(before) && !named(after))
        causes.push_back(invalidValue("spec.clusterIPs[0]", JsonArray{now}, "may not change once set"));
}

void validateEndpoints(const JsonObject& endpoints, Causes& causes) {
    std::size_t index = 0;
    for (const Json& subset : listAt(endpoints, "subsets")) {
        const std::string at = std::format("subsets[{}]", index++);
        if (!subset.is_object())
            continue;
        const JsonObject& object = subset.get_object();
        if (listAt(object, "addresses").empty() && listAt(object, "notReadyAddresses").empty())
            causes.push_back(requiredValue(at, "must specify `addresses` or `notReadyAddresses`"));
        for (std::string_view list : {"addresses", "notReadyAddresses"}) {
            std::size_t place = 0;
            for (const Json& address : listAt(object, list)) {
                const std::string here = std::format("{}.{}[{}].ip", at, list, place++);
                if (const auto problem = addressProblem(stringAt(address, {"ip"})))
                    causes.push_back(invalidValue(here, Json(stringAt(address, {"ip"})), *problem));
            }
        }
        std::size_t place = 0;
        for (const Json& port : listAt(object, "ports")) {
            const std::string here = std::format("{}.ports[{}]", at, place++);
            if (stringAt(port, {"name"}).empty() && listAt(object, "ports").size() > 1)
                causes.push_back(requiredValue(here + ".name", ""));
            validatePortNumber(Json(intAt(port.as_object(), {"port"}).value_or(0)), here + ".port", causes);
        }
    }
}

void validateEndpointSlice(const JsonObject& slice, Causes& causes) {
    const std::string_view type = stringAt(slice, {"addressType"});
    if (const std::size_t count = listAt(slice, "endpoints").size(); count > 1000)
        causes.push_back(
            {"FieldValueTooMany", std::format("Too many: {}: must have at most 1000 items", count), "endpoints"});
    std::size_t index = 0;
    for (const Json& endpoint : listAt(slice, "endpoints")) {
        const std::string at = std::format("endpoints[{}].addresses", index++);
        const JsonArray& addresses = listAt(endpoint.as_object(), "addresses");
        if (addresses.empty())
            causes.push_back(requiredValue(at, "must contain at least 1 address"));
        std::size_t place = 0;
        for (const Json& address : addresses) {
            const std::string here = std::format("{}[{}]", at, place++);
            const std::string_view text = view(address.as_string());
            const auto problem = type == "FQDN" ? subdomainProblem(text) : addressProblem(text);
            if (problem)
                causes.push_back(invalidValue(here, address, *problem));
            else if (type != "FQDN" && text.contains(':') != (type == "IPv6"))
                causes.push_back(invalidValue(here, address, std::format("must be an {} address", type)));
        }
    }
}

void validateEndpointSliceUpdate(const JsonObject& before, const JsonObject& after, Causes& causes) {
    validateImmutable(At(before, {}, causes), At(after, {}, causes), "addressType");
}

} // namespace slipway::api
