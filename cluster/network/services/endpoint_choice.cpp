#include "cluster/network/services/endpoint_choice.h"

#include <algorithm>
#include <map>

namespace slipway::network {
namespace {

namespace discovery = api::discovery_v1;

bool has(const std::vector<std::string>& list, const std::string& name) {
    return !name.empty() && std::ranges::find(list, name) != list.end();
}

enum class Nearness { any, sameNode, sameZone };

Nearness nearnessOf(const std::vector<Candidate>& candidates, const NodePlace& node) {
    bool allNodes = true, allZones = true, forNode = false, forZone = false;
    for (const Candidate& candidate : candidates) {
        if (!candidate.ready)
            continue;
        allNodes = allNodes && !candidate.forNodes.empty();
        allZones = allZones && !candidate.forZones.empty();
        forNode = forNode || has(candidate.forNodes, node.name);
        forZone = forZone || has(candidate.forZones, node.zone);
    }
    if (allNodes && forNode)
        return Nearness::sameNode;
    return allZones && forZone ? Nearness::sameZone : Nearness::any;
}

/// The backends of the candidates that fulfil a condition.
template <class Condition>
std::vector<Backend> backendsWhere(const std::vector<Candidate>& candidates, Condition condition) {
    std::vector<Backend> result;
    for (const Candidate& candidate : candidates)
        if (condition(candidate))
            result.push_back(candidate.backend);
    return result;
}

Candidate candidateOf(const discovery::Endpoint& endpoint, int port, const std::string& node) {
    const auto conditions = endpoint.conditions.value_or(discovery::EndpointConditions());
    Candidate result;
    result.ready = conditions.ready.value_or(true);
    result.servingWhileTerminating =
        conditions.serving.value_or(result.ready) && conditions.terminating.value_or(false);
    result.backend = {endpoint.addresses.front(), port, !node.empty() && endpoint.nodeName == node};
    if (endpoint.hints) {
        for (const auto& hint : endpoint.hints->forNodes)
            result.forNodes.push_back(hint.name);
        for (const auto& hint : endpoint.hints->forZones)
            result.forZones.push_back(hint.name);
    }
    return result;
}

} // namespace

std::string_view nameOf(Protocol protocol) {
    return protocol == Protocol::udp ? "udp" : protocol == Protocol::sctp ? "sctp" : "tcp";
}

Protocol protocolOf(std::string_view name) {
    return name == "UDP" ? Protocol::udp : name == "SCTP" ? Protocol::sctp : Protocol::tcp;
}

std::vector<Candidate> candidatesOf(const std::vector<SlicePtr>& slices, std::string_view addressType,
                                    const std::string& portName, Protocol protocol, const NodePlace& node) {
    std::map<std::pair<std::string, int>, Candidate> found;
    for (const SlicePtr& slice : slices) {
        if (slice->addressType != addressType)
            continue;
        for (const discovery::EndpointPort& port : slice->ports) {
            if (port.name != portName || protocolOf(port.protocol) != protocol || !port.port)
                continue;
            for (const discovery::Endpoint& endpoint : slice->endpoints) {
                if (endpoint.addresses.empty())
                    continue;
                Candidate candidate = candidateOf(endpoint, *port.port, node.name);
                Candidate& kept = found[{candidate.backend.address, candidate.backend.port}];
                if (candidate.ready || !kept.ready)
                    kept = std::move(candidate);
            }
        }
    }
    std::vector<Candidate> result;
    for (auto& [key, candidate] : found)
        result.push_back(std::move(candidate));
    return result;
}

EndpointChoice chooseEndpoints(const std::vector<Candidate>& candidates, const NodePlace& node) {
    EndpointChoice choice;
    const Nearness nearness = nearnessOf(candidates, node);
    choice.any =
        std::ranges::any_of(candidates, [](const Candidate& c) { return c.ready || c.servingWhileTerminating; });
    choice.cluster = backendsWhere(candidates, [&](const Candidate& c) {
        return c.ready && (nearness == Nearness::any ||
                           (nearness == Nearness::sameNode ? has(c.forNodes, node.name) : has(c.forZones, node.zone)));
    });
    if (choice.cluster.empty())
        choice.cluster = backendsWhere(candidates, [](const Candidate& c) { return c.servingWhileTerminating; });
    choice.local = backendsWhere(candidates, [](const Candidate& c) { return c.ready && c.backend.local; });
    if (choice.local.empty())
        choice.local =
            backendsWhere(candidates, [](const Candidate& c) { return c.servingWhileTerminating && c.backend.local; });
    return choice;
}

} // namespace slipway::network
