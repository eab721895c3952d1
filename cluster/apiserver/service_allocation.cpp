#include "cluster/apiserver/service_allocation.h"

#include <arpa/inet.h>
#include <format>
#include <random>
#include <set>

namespace slipway::apiserver {
namespace {

using api::Json;
using api::JsonArray;
using api::JsonObject;
using api::objectAt;
using api::stringAt;

constexpr int firstNodePort = 30000, lastNodePort = 32767;

/// What all other services hold.
struct Taken {
    std::set<std::string, std::less<>> addresses;
    std::set<std::pair<int, std::string>> nodePorts; ///< with protocol

    static Taken by(const ResourceCache& services, std::string_view exceptUid) {
        Taken taken;
        for (const CachedObject& cached : services.list("/registry/", Selection())) {
            const auto parsed = api::parseJson(*cached.bytes);
            if (!parsed || !parsed->is_object() || stringAt(*parsed, {"metadata", "uid"}) == exceptUid)
                continue;
            taken.addresses.emplace(stringAt(*parsed, {"spec", "clusterIP"}));
            if (const Json* ports = api::find(*parsed, {"spec", "ports"}); ports != nullptr && ports->is_array())
                for (const Json& port : ports->get_array())
                    if (const auto number = api::intAt(port.get_object(), {"nodePort"}).value_or(0); number != 0)
                        taken.nodePorts.emplace(int(number), std::string(stringAt(port, {"protocol"})));
        }
        return taken;
    }
};

std::uint32_t randomBelow(std::uint32_t limit) {
    static thread_local std::mt19937 generator{std::random_device{}()};
    return std::uniform_int_distribution<std::uint32_t>(0, limit - 1)(generator);
}

api::Status invalidService(const JsonObject& service, api::StatusCause cause) {
    return api::invalid(*api::findResource("", "v1", "services"), stringAt(service, {"metadata", "name"}),
                        {std::move(cause)});
}

/// Dynamic addresses come from the upper part of the range first, so that the lower is free for fixed ones (KEP-3070).
std::string freeAddress(const Ipv4Network& network, const Taken& taken) {
    const std::uint32_t size = 1U << (32 - network.prefix);
    const std::uint32_t reserved = std::min(std::max(16U, size / 16), 256U);
    const std::uint32_t dynamic = size - 1 - reserved, start = randomBelow(dynamic);
    for (std::uint32_t i = 0; i < dynamic; ++i)
        if (std::string address = network.host(reserved + (start + i) % dynamic); !taken.addresses.contains(address))
            return address;
    for (std::uint32_t i = 1; i < reserved; ++i)
        if (std::string address = network.host(i); !taken.addresses.contains(address))
            return address;
    return {};
}

std::optional<api::Status> assignClusterIp(JsonObject& service, const Ipv4Network& network, const Taken& taken) {
    JsonObject& spec = objectAt(service, {"spec"});
    std::string address(stringAt(service, {"spec", "clusterIP"}));
    if (const Json* list = spec.if_contains("clusterIPs");
        address.empty() && list != nullptr && list->is_array() && !list->get_array().empty())
        address = api::view(list->get_array()[0].as_string());
    if (address.empty()) {
        address = freeAddress(network, taken);
        if (address.empty())
            return api::internalError("failed to allocate a serviceIP: range is full");
    } else if (address != "None") {
        in_addr parsed{};
        if (inet_pton(AF_INET, address.c_str(), &parsed) != 1)
            return invalidService(service,
                                  api::invalidValue("spec.clusterIPs[0]", Json(address),
                                                    "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"));
        if (!network.contains(ntohl(parsed.s_addr)))
            return invalidService(
                service, api::invalidValue(
                             "spec.clusterIPs", JsonArray{address},
                             std::format("failed to allocate IP {}: the provided IP ({}) is not in the valid range. "
                                         "The range of valid IPs is {}/{}",
                                         address, address, network.host(0), network.prefix)));
        if (taken.addresses.contains(address))
            return invalidService(
                service,
                api::invalidValue("spec.clusterIPs", JsonArray{address},
                                  std::format("failed to allocate IP {}: provided IP is already allocated", address)));
    }
    spec["clusterIP"] = address;
    spec["clusterIPs"] = JsonArray{address};
    spec["ipFamilies"] = JsonArray{"IPv4"};
    spec["ipFamilyPolicy"] = "SingleStack";
    return {};
}

std::optional<api::Status> assignNodePorts(JsonObject& service, Taken& taken) {
    Json* ports = objectAt(service, {"spec"}).if_contains("ports");
    if (ports == nullptr || !ports->is_array())
        return {};
    std::size_t index = 0;
    for (Json& port : ports->get_array()) {
        JsonObject& entry = port.as_object();
        const std::string protocol(stringAt(entry, {"protocol"}));
        int number = int(api::intAt(entry, {"nodePort"}).value_or(0));
        const std::string field = std::format("spec.ports[{}].nodePort", index++);
        if (number != 0 && (number < firstNodePort || number > lastNodePort))
            return invalidService(
                service,
                api::invalidValue(field, number,
                                  "provided port is not in the valid range. The range of valid ports is 30000-32767"));
        if (number != 0 && taken.nodePorts.contains({number, protocol}))
            return invalidService(service, api::invalidValue(field, number, "provided port is already allocated"));
        for (int tries = 0; number == 0; ++tries) {
            const int candidate = firstNodePort + int(randomBelow(lastNodePort - firstNodePort + 1));
            if (!taken.nodePorts.contains({candidate, protocol}))
                number = candidate;
            else if (tries == 100'000)
                return api::internalError("failed to allocate a nodePort: range is full");
        }
        taken.nodePorts.emplace(number, protocol);
        entry["nodePort"] = number;
    }
    return {};
}

void dropNodePorts(JsonObject& service) {
    if (Json* ports = objectAt(service, {"spec"}).if_contains("ports"); ports != nullptr && ports->is_array())
        for (Json& port : ports->get_array())
            port.as_object().erase("nodePort");
}

/// A client that sends back an older copy, or none, keeps what the service already has.
void carryOver(const JsonObject& before, JsonObject& after) {
    JsonObject& spec = objectAt(after, {"spec"});
    for (std::string_view member : {"clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"})
        if (const Json* value = api::find(before, {"spec", member}); value != nullptr && !spec.contains(member))
            spec[member] = *value;
    const Json* old = api::find(before, {"spec", "ports"});
    Json* now = spec.if_contains("ports");
    if (old == nullptr || now == nullptr || !old->is_array() || !now->is_array())
        return;
    for (Json& port : now->get_array())
        for (const Json& known : old->get_array())
            if (!port.as_object().contains("nodePort") && known.as_object().contains("nodePort") &&
                port.as_object()["port"] == *api::find(known, {"port"}) &&
                stringAt(port, {"protocol"}) == stringAt(known, {"protocol"}))
                port.as_object()["nodePort"] = *api::find(known, {"nodePort"});
}

} // namespace

std::optional<api::Status> allocateServiceAddresses(const ResourceCache& services, const Ipv4Network& network,
                                                    const JsonObject* before, JsonObject& service) {
    const std::string type(stringAt(service, {"spec", "type"}));
    JsonObject& spec = objectAt(service, {"spec"});
    if (type == "ExternalName") {
        for (std::string_view member : {"clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"})
            spec.erase(member);
        return {};
    }
    const bool exposed = type == "NodePort" || type == "LoadBalancer";
    if (before != nullptr && stringAt(*before, {"spec", "type"}) != "ExternalName")
        carryOver(*before, service);
    if (before != nullptr && !exposed)
        dropNodePorts(service);
    Taken taken = Taken::by(services, before == nullptr ? std::string_view() : stringAt(*before, {"metadata", "uid"}));
    if (auto refusal = assignClusterIp(service, network, taken))
        return refusal;
    if (exposed && api::find(service, {"spec", "allocateLoadBalancerNodePorts"}) == nullptr && type == "LoadBalancer")
        objectAt(service, {"spec"})["allocateLoadBalancerNodePorts"] = true;
    return exposed ? assignNodePorts(service, taken) : std::nullopt;
}

} // namespace slipway::apiserver
