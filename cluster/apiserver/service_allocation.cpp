#include "cluster/apiserver/service_allocation.h"

#include "cluster/api/schema.h"

#include <algorithm>
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

    static Taken by(const admission::ClusterState& cluster, std::string_view exceptUid) {
        Taken taken;
        for (const JsonObject& service : cluster.all("", "services")) {
            if (stringAt(service, {"metadata", "uid"}) == exceptUid)
                continue;
            taken.addresses.emplace(stringAt(service, {"spec", "clusterIP"}));
            if (const auto number = api::intAt(service, {"spec", "healthCheckNodePort"}).value_or(0); number != 0)
                taken.nodePorts.emplace(int(number), "TCP");
            if (const Json* ports = api::find(service, {"spec", "ports"}); ports != nullptr && ports->is_array())
                for (const Json& port : ports->get_array())
                    if (const auto number = api::intAt(port.get_object(), {"nodePort"}).value_or(0); number != 0)
                        taken.nodePorts.emplace(int(number), std::string(stringAt(port, {"protocol"})));
        }
        return taken;
    }
};

/// The networks fixed addresses may come from: the server's own, and those of ready ServiceCIDRs.
std::vector<Ipv4Network> networksOf(const admission::ClusterState& cluster, const Ipv4Network& own) {
    std::vector<Ipv4Network> networks{own};
    for (const JsonObject& range : cluster.all("networking.k8s.io", "servicecidrs")) {
        const Json* cidrs = api::find(range, {"spec", "cidrs"});
        if (cidrs == nullptr || !cidrs->is_array() || api::find(range, {"metadata", "deletionTimestamp"}) != nullptr)
            continue;
        for (const Json& cidr : cidrs->get_array())
            if (const auto network = Ipv4Network::parse(cidr.is_string() ? api::view(cidr.get_string()) : ""))
                networks.push_back(*network);
    }
    return networks;
}

std::uint32_t randomBelow(std::uint32_t limit) {
    static thread_local std::mt19937 generator{std::random_device{}()};
    return std::uniform_int_distribution<std::uint32_t>(0, limit - 1)(generator);
}

api::Status invalidService(const JsonObject& service, api::StatusCause cause) {
    return api::invalid(*api::findResource("", "v1", "services"), stringAt(service, {"metadata", "name"}),
                        {std::move(cause)});
}

/// Addresses somebody reserved by an IPAddress object of their own are taken too.
bool isTaken(const admission::ClusterState& cluster, const Taken& taken, const JsonObject& service,
             const std::string& address) {
    if (taken.addresses.contains(address))
        return true;
    const auto reserved = cluster.find("networking.k8s.io", "ipaddresses", {}, address);
    return reserved &&
           (stringAt(*reserved, {"spec", "parentRef", "name"}) != stringAt(service, {"metadata", "name"}) ||
            stringAt(*reserved, {"spec", "parentRef", "namespace"}) != stringAt(service, {"metadata", "namespace"}));
}

/// Dynamic addresses come from the upper part of the range first, so that the lower is free for fixed ones (KEP-3070).
std::string freeAddress(const admission::ClusterState& cluster, const Ipv4Network& network, const Taken& taken,
                        const JsonObject& service) {
    const std::uint32_t size = network.size();
    const std::uint32_t reserved = std::min(std::max(16U, size / 16), 256U);
    const std::uint32_t dynamic = size - 1 - reserved, start = randomBelow(dynamic);
    for (std::uint32_t i = 0; i < dynamic; ++i)
        if (std::string address = network.host(reserved + (start + i) % dynamic);
            !isTaken(cluster, taken, service, address))
            return address;
    for (std::uint32_t i = 1; i < reserved; ++i)
        if (std::string address = network.host(i); !isTaken(cluster, taken, service, address))
            return address;
    return {};
}

std::optional<api::Status> judgeAddress(const admission::ClusterState& cluster, const Ipv4Network& network,
                                        const Taken& taken, const JsonObject& service, const std::string& address) {
    in_addr parsed{};
    if (inet_pton(AF_INET, address.c_str(), &parsed) != 1)
        return invalidService(service,
                              api::invalidValue("spec.clusterIPs[0]", Json(address),
                                                "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"));
    const auto networks = networksOf(cluster, network);
    if (std::ranges::none_of(networks, [&](const auto& one) { return one.contains(ntohl(parsed.s_addr)); }))
        return invalidService(
            service, api::invalidValue("spec.clusterIPs", JsonArray{address},
                                       std::format("failed to allocate IP {}: the provided IP ({}) is not in the valid "
                                                   "range. The range of valid IPs is {}/{}",
                                                   address, address, network.host(0), network.prefix)));
    if (isTaken(cluster, taken, service, address))
        return invalidService(service, api::invalidValue("spec.clusterIPs", JsonArray{address},
                                                         std::format("failed to allocate IP {}: provided IP is already "
                                                                     "allocated",
                                                                     address)));
    return {};
}

/// The families of a service in a cluster that has IPv4 alone.
std::optional<api::Status> assignFamilies(JsonObject& service, bool headless) {
    JsonObject& spec = objectAt(service, {"spec"});
    const Json *selector = spec.if_contains("selector"), *families = spec.if_contains("ipFamilies");
    const bool selects = selector != nullptr && selector->is_object() && !selector->get_object().empty();
    const std::string policy(stringAt(spec, {"ipFamilyPolicy"}));
    if (headless && !selects) { // whoever writes its endpoints decides their families
        if (policy.empty())
            spec["ipFamilyPolicy"] = "RequireDualStack";
        if (families == nullptr)
            spec["ipFamilies"] =
                stringAt(spec, {"ipFamilyPolicy"}) == "SingleStack" ? JsonArray{"IPv4"} : JsonArray{"IPv4", "IPv6"};
        return {};
    }
    if (policy == "RequireDualStack")
        return invalidService(service, api::invalidValue("spec.ipFamilyPolicy", Json(policy),
                                                         "this cluster is not configured for dual-stack services"));
    if (families != nullptr && families->is_array())
        for (std::size_t i = 0; i < families->get_array().size(); ++i)
            if (families->get_array()[i] != Json("IPv4") && (i == 0 || policy != "PreferDualStack"))
                return invalidService(service,
                                      api::invalidValue(std::format("spec.ipFamilies[{}]", i), families->get_array()[i],
                                                        "not configured on this cluster"));
    spec["ipFamilies"] = JsonArray{"IPv4"};
    if (policy.empty())
        spec["ipFamilyPolicy"] = "SingleStack";
    return {};
}

std::optional<api::Status> assignClusterIp(const admission::ClusterState& cluster, JsonObject& service,
                                           const Ipv4Network& network, const Taken& taken, bool given) {
    JsonObject& spec = objectAt(service, {"spec"});
    std::string address(stringAt(service, {"spec", "clusterIP"}));
    if (const Json* list = spec.if_contains("clusterIPs");
        address.empty() && list != nullptr && list->is_array() && !list->get_array().empty())
        address = api::view(list->get_array()[0].as_string());
    if (auto refusal = assignFamilies(service, address == "None"))
        return refusal;
    if (address.empty()) {
        address = freeAddress(cluster, network, taken, service);
        if (address.empty())
            return api::internalError("failed to allocate a serviceIP: range is full");
    } else if (address != "None" && !given) {
        if (auto refusal = judgeAddress(cluster, network, taken, service, address))
            return refusal;
    }
    spec["clusterIP"] = address;
    spec["clusterIPs"] = JsonArray{address};
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

std::optional<api::Status> assignHealthPort(JsonObject& service, Taken& taken) {
    JsonObject& spec = objectAt(service, {"spec"});
    if (stringAt(spec, {"type"}) != "LoadBalancer" || stringAt(spec, {"externalTrafficPolicy"}) != "Local")
        return {};
    int number = int(api::intAt(spec, {"healthCheckNodePort"}).value_or(0));
    if (number != 0 && taken.nodePorts.contains({number, "TCP"}))
        return invalidService(
            service, api::invalidValue("spec.healthCheckNodePort", number, "provided port is already allocated"));
    for (int tries = 0; number == 0 && tries < 100'000; ++tries)
        if (const int candidate = firstNodePort + int(randomBelow(lastNodePort - firstNodePort + 1));
            !taken.nodePorts.contains({candidate, "TCP"}))
            number = candidate;
    spec["healthCheckNodePort"] = number;
    return {};
}

} // namespace

std::optional<api::Status> allocateServiceAddresses(const admission::ClusterState& cluster, const Ipv4Network& network,
                                                    const JsonObject* before, JsonObject& service) {
    if (before != nullptr)
        carryOverService(*before, service);
    JsonObject& spec = objectAt(service, {"spec"});
    const std::string type(stringAt(spec, {"type"}));
    if (type == "ExternalName")
        return {};
    Taken taken = Taken::by(cluster, before == nullptr ? std::string_view() : stringAt(*before, {"metadata", "uid"}));
    const bool given = before != nullptr && !stringAt(*before, {"spec", "clusterIP"}).empty() &&
                       stringAt(*before, {"spec", "clusterIP"}) == stringAt(spec, {"clusterIP"});
    const std::string_view wanted = stringAt(spec, {"clusterIP"});
    if (before != nullptr && !stringAt(*before, {"spec", "clusterIP"}).empty() && !given && !wanted.empty())
        return {}; // validation says that an address stays
    if (auto refusal = assignClusterIp(cluster, service, network, taken, given))
        return refusal;
    const Json* allocate = spec.if_contains("allocateLoadBalancerNodePorts");
    if (type == "NodePort" || (type == "LoadBalancer" && (allocate == nullptr || *allocate != Json(false))))
        if (auto refusal = assignNodePorts(service, taken))
            return refusal;
    return assignHealthPort(service, taken);
}

} // namespace slipway::apiserver
