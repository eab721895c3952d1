#include "cluster/network/services/service_plan.h"

#include <algorithm>
#include <format>
#include <set>

namespace slipway::network {
namespace {

namespace core = api::core_v1;

constexpr int defaultAffinitySeconds = 10800;

std::string_view addressType(Family family) {
    return family == Family::ip4 ? "IPv4" : "IPv6";
}

std::string clusterIpOf(const core::ServiceSpec& spec, Family family) {
    for (const std::string& ip : spec.clusterIPs)
        if (isOf(family, ip))
            return ip;
    return isOf(family, spec.clusterIP) ? spec.clusterIP : std::string();
}

/// Addresses a load balancer hands on unchanged; those of mode Proxy are its own (KEP-1860).
std::vector<std::string> balancerIps(const core::Service& service, Family family) {
    std::vector<std::string> result;
    if (service.spec->type == "LoadBalancer" && service.status && service.status->loadBalancer)
        for (const core::LoadBalancerIngress& ingress : service.status->loadBalancer->ingress)
            if (isOf(family, ingress.ip) && ingress.ipMode != "Proxy")
                result.push_back(ingress.ip);
    return result;
}

int affinitySeconds(const core::ServiceSpec& spec) {
    if (spec.sessionAffinity != "ClientIP")
        return 0;
    if (spec.sessionAffinityConfig && spec.sessionAffinityConfig->clientIP)
        return spec.sessionAffinityConfig->clientIP->timeoutSeconds.value_or(defaultAffinitySeconds);
    return defaultAffinitySeconds;
}

void addOutside(ServicePortPlan& plan, const core::Service& service, const core::ServicePort& port, Family family) {
    const core::ServiceSpec& spec = *service.spec;
    plan.nodePort = spec.type == "NodePort" || spec.type == "LoadBalancer" ? port.nodePort.value_or(0) : 0;
    plan.balancerIps = balancerIps(service, family);
    plan.externalIps = plan.balancerIps;
    for (const std::string& ip : spec.externalIPs)
        if (isOf(family, ip))
            plan.externalIps.push_back(ip);
    std::ranges::sort(plan.externalIps);
    plan.externalIps.erase(std::unique(plan.externalIps.begin(), plan.externalIps.end()), plan.externalIps.end());
    for (const std::string& range : spec.loadBalancerSourceRanges)
        if (isOf(family, range))
            plan.sourceRanges.push_back(range);
    // Ranges of the other family alone leave nobody in this one.
    if (plan.sourceRanges.empty() && spec.loadBalancerSourceRanges.empty())
        plan.balancerIps.clear();
    plan.externalLocal = spec.externalTrafficPolicy == "Local" && (plan.nodePort > 0 || !plan.externalIps.empty());
}

ServicePortPlan planPort(const core::Service& service, const core::ServicePort& port, const std::string& clusterIp,
                         const std::vector<SlicePtr>& slices, const NodePlace& node, Family family) {
    ServicePortPlan plan;
    plan.ns = service.metadata.namespace_;
    plan.service = service.metadata.name;
    plan.portName = port.name;
    plan.protocol = protocolOf(port.protocol);
    plan.port = port.port;
    plan.clusterIp = clusterIp;
    plan.affinitySeconds = affinitySeconds(*service.spec);
    addOutside(plan, service, port, family);
    const EndpointChoice choice =
        chooseEndpoints(candidatesOf(slices, addressType(family), port.name, plan.protocol, node), node);
    plan.anyEndpoints = choice.any;
    plan.internal = service.spec->internalTrafficPolicy == "Local" ? choice.local : choice.cluster;
    plan.external = plan.externalLocal ? choice.local : choice.cluster;
    if (plan.externalLocal)
        plan.shortcut = choice.cluster;
    return plan;
}

/// Services can be left to another proxy, or asked to be treated as headless.
bool isSomebodyElses(const core::Service& service) {
    return service.metadata.labels.contains("service.kubernetes.io/service-proxy-name") ||
           service.metadata.labels.contains("service.kubernetes.io/headless");
}

HealthPort healthOf(const core::Service& service, const std::vector<ServicePortPlan>& ports) {
    const core::ServiceSpec& spec = *service.spec;
    HealthPort health;
    if (spec.type != "LoadBalancer" || spec.externalTrafficPolicy != "Local")
        return health;
    health.port = spec.healthCheckNodePort.value_or(0);
    std::set<std::string> addresses;
    for (const ServicePortPlan& port : ports)
        for (const Backend& backend : port.external)
            addresses.insert(backend.address);
    health.localEndpoints = static_cast<int>(addresses.size());
    return health;
}

} // namespace

std::string ServicePortPlan::id() const {
    std::uint64_t hash = 1469598103934665603ULL; // FNV-1a
    for (const char c : std::format("{}/{}/{}/{}/{}", ns, service, portName, nameOf(protocol), port))
        hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    return std::format("{:016x}", hash);
}

ServicePlan planService(const core::Service& service, const std::vector<SlicePtr>& slices, const NodePlace& node,
                        Family family) {
    ServicePlan plan;
    if (!service.spec || service.spec->type == "ExternalName" || isSomebodyElses(service))
        return plan;
    const std::string clusterIp = clusterIpOf(*service.spec, family);
    if (clusterIp.empty())
        return plan;
    for (const core::ServicePort& port : service.spec->ports)
        plan.ports.push_back(planPort(service, port, clusterIp, slices, node, family));
    plan.health = healthOf(service, plan.ports);
    return plan;
}

} // namespace slipway::network
