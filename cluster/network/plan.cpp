#include "cluster/network/plan.h"

#include <algorithm>
#include <format>
#include <set>

namespace slipway::network {
namespace {

namespace core = api::core_v1;
namespace discovery = api::discovery_v1;

using SlicePtr = std::shared_ptr<const discovery::EndpointSlice>;

Protocol protocolOf(const std::string& name) {
    return name == "UDP" ? Protocol::udp : name == "SCTP" ? Protocol::sctp : Protocol::tcp;
}

bool isV4(const std::string& address) {
    return !address.empty() && address != "None" && address.find(':') == std::string::npos;
}

/// The endpoints of one service port, ready ones and those that only still serve.
struct Endpoints {
    std::set<Backend> ready, serving;

    void add(const discovery::EndpointSlice& slice, const std::string& portName, Protocol protocol,
             const std::string& node) {
        for (const discovery::EndpointPort& port : slice.ports) {
            if (port.name != portName || protocolOf(port.protocol) != protocol || !port.port)
                continue;
            for (const discovery::Endpoint& endpoint : slice.endpoints)
                add(endpoint, *port.port, node);
        }
    }

    /// All that may be used: the ready ones, else those that still serve; of this node only when asked.
    std::vector<Backend> usable(bool localOnly) const {
        for (const std::set<Backend>* set : {&ready, &serving}) {
            std::vector<Backend> list;
            for (const Backend& backend : *set)
                if (!localOnly || backend.local)
                    list.push_back(backend);
            if (!list.empty())
                return list;
        }
        return {};
    }

private:
    void add(const discovery::Endpoint& endpoint, int port, const std::string& node) {
        if (endpoint.addresses.empty())
            return;
        const auto conditions = endpoint.conditions.value_or(discovery::EndpointConditions());
        const bool isReady = conditions.ready.value_or(true);
        const Backend backend{endpoint.addresses.front(), port, endpoint.nodeName == node};
        if (isReady)
            ready.insert(backend);
        else if (conditions.serving.value_or(isReady) && conditions.terminating.value_or(false))
            serving.insert(backend);
    }
};

ServicePortPlan planPort(const core::Service& service, const core::ServicePort& port,
                         const std::vector<SlicePtr>& slices, const std::string& node) {
    const core::ServiceSpec& spec = *service.spec;
    ServicePortPlan plan;
    plan.ns = service.metadata.namespace_;
    plan.service = service.metadata.name;
    plan.portName = port.name;
    plan.protocol = protocolOf(port.protocol);
    plan.port = port.port;
    plan.nodePort = spec.type == "NodePort" || spec.type == "LoadBalancer" ? port.nodePort.value_or(0) : 0;
    plan.clusterIp = spec.clusterIP;
    for (const auto& ip : spec.externalIPs)
        if (isV4(ip))
            plan.externalIps.push_back(ip);
    if (service.status && service.status->loadBalancer)
        for (const auto& ingress : service.status->loadBalancer->ingress)
            if (isV4(ingress.ip))
                plan.externalIps.push_back(ingress.ip);
    if (spec.sessionAffinity == "ClientIP") {
        plan.affinitySeconds = 10800;
        if (spec.sessionAffinityConfig && spec.sessionAffinityConfig->clientIP)
            plan.affinitySeconds = spec.sessionAffinityConfig->clientIP->timeoutSeconds.value_or(10800);
    }
    Endpoints endpoints;
    for (const SlicePtr& slice : slices)
        endpoints.add(*slice, port.name, plan.protocol, node);
    plan.backends = endpoints.usable(spec.internalTrafficPolicy == "Local");
    plan.keepSource = spec.externalTrafficPolicy == "Local";
    plan.externalBackends = endpoints.usable(plan.keepSource);
    return plan;
}

} // namespace

std::string_view nameOf(Protocol protocol) {
    return protocol == Protocol::udp ? "udp" : protocol == Protocol::sctp ? "sctp" : "tcp";
}

std::string ServicePortPlan::chainName() const {
    // Names are readable where they can be, and told apart by a hash (FNV-1a) where cleaning made them alike.
    const std::string whole = std::format("{}/{}/{}/{}/{}", ns, service, portName, nameOf(protocol), port);
    std::uint64_t hash = 1469598103934665603ULL;
    for (const char c : whole)
        hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    std::string readable = std::format("{}_{}_{}", ns, service, port).substr(0, 60);
    std::ranges::replace_if(readable, [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); }, '_');
    return std::format("s_{}_{:016x}", readable, hash);
}

ServicePlan planServices(const std::vector<std::shared_ptr<const core::Service>>& services,
                         const std::vector<SlicePtr>& slices, const std::string& nodeName) {
    std::map<std::pair<std::string, std::string>, std::vector<SlicePtr>> byService;
    for (const SlicePtr& slice : slices) {
        const auto name = slice->metadata.labels.find("kubernetes.io/service-name");
        if (name != slice->metadata.labels.end() && slice->addressType == "IPv4")
            byService[{slice->metadata.namespace_, name->second}].push_back(slice);
    }
    ServicePlan plan;
    for (const auto& service : services) {
        if (!service->spec || service->spec->type == "ExternalName" || !isV4(service->spec->clusterIP))
            continue;
        const auto& own = byService[{service->metadata.namespace_, service->metadata.name}];
        for (const core::ServicePort& port : service->spec->ports)
            plan.ports.push_back(planPort(*service, port, own, nodeName));
    }
    std::ranges::sort(plan.ports, {}, [](const ServicePortPlan& port) {
        return std::tuple(port.ns, port.service, port.port, port.protocol);
    });
    return plan;
}

} // namespace slipway::network
