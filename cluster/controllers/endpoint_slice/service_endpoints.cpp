#include "cluster/controllers/endpoint_slice/service_endpoints.h"

#include <algorithm>

namespace slipway::controllers {

using api::core_v1::Pod;
using api::core_v1::Service;
using api::discovery_v1::Endpoint;
using api::discovery_v1::EndpointSlice;

namespace {

/// The number a service's port has in one pod; 0 when the pod has no port of that name.
int numberIn(const api::core_v1::ServicePort& port, const Pod& pod) {
    if (!port.targetPort)
        return port.port;
    if (port.targetPort->isInt)
        return port.targetPort->number == 0 ? port.port : port.targetPort->number;
    const std::string protocol = port.protocol.empty() ? "TCP" : port.protocol;
    const auto sought = [&](const auto& containers) {
        for (const auto& container : containers)
            for (const auto& candidate : container.ports)
                if (candidate.name == port.targetPort->text &&
                    (candidate.protocol.empty() ? "TCP" : candidate.protocol) == protocol)
                    return candidate.containerPort;
        return 0;
    };
    if (const int number = sought(pod.spec->containers))
        return number;
    auto sidecars = pod.spec->initContainers;
    std::erase_if(sidecars, [](const auto& container) { return container.restartPolicy != "Always"; });
    return sought(sidecars);
}

std::string addressOf(const Pod& pod, bool v6) {
    for (const auto& entry : pod.status->podIPs)
        if ((entry.ip.find(':') != std::string::npos) == v6)
            return entry.ip;
    return (pod.status->podIP.find(':') != std::string::npos) == v6 ? pod.status->podIP : "";
}

Endpoint endpointFor(const Service& service, const Pod& pod, const std::string& address, const ZoneOf& zoneOf) {
    const bool terminating = isTerminating(pod), serving = isReady(pod);
    Endpoint endpoint;
    endpoint.addresses = {address};
    endpoint.conditions.emplace();
    endpoint.conditions->ready = service.spec->publishNotReadyAddresses.value_or(false) || (serving && !terminating);
    endpoint.conditions->serving = serving;
    endpoint.conditions->terminating = terminating;
    endpoint.nodeName = pod.spec->nodeName;
    endpoint.zone = zoneOf(pod.spec->nodeName);
    endpoint.hostname = hostnameIn(service, pod);
    endpoint.targetRef.emplace();
    endpoint.targetRef->kind = "Pod";
    endpoint.targetRef->namespace_ = pod.metadata.namespace_;
    endpoint.targetRef->name = pod.metadata.name;
    endpoint.targetRef->uid = pod.metadata.uid;
    return endpoint;
}

void addHints(const Service& service, Endpoint& endpoint) {
    const std::string& wish = service.spec->trafficDistribution;
    const bool zone = wish == "PreferClose" || wish == "PreferSameZone" || wish == "PreferSameNode";
    if (!zone || !endpoint.conditions->ready.value_or(false))
        return;
    api::discovery_v1::EndpointHints hints;
    if (!endpoint.zone.empty())
        hints.forZones = {{endpoint.zone}};
    if (wish == "PreferSameNode" && !endpoint.nodeName.empty())
        hints.forNodes = {{endpoint.nodeName}};
    if (!hints.forZones.empty() || !hints.forNodes.empty())
        endpoint.hints = std::move(hints);
}

std::vector<std::string> familiesOf(const Service& service) {
    return service.spec->ipFamilies.empty() ? std::vector<std::string>{"IPv4"} : service.spec->ipFamilies;
}

} // namespace

bool isSelected(const Service& service, const Pod& pod) {
    return service.spec && selects(service.spec->selector, pod.metadata.labels);
}

std::vector<api::discovery_v1::EndpointPort> portsIn(const Service& service, const Pod& pod) {
    std::vector<api::discovery_v1::EndpointPort> ports;
    for (const auto& port : service.spec->ports)
        if (const int number = numberIn(port, pod); number != 0) {
            api::discovery_v1::EndpointPort made;
            made.name = port.name;
            made.port = number;
            made.protocol = port.protocol.empty() ? "TCP" : port.protocol;
            made.appProtocol = port.appProtocol;
            ports.push_back(std::move(made));
        }
    return ports;
}

bool hasAddress(const Pod& pod) {
    return !isFinished(pod) && pod.status && !pod.status->podIP.empty() && pod.spec;
}

std::string hostnameIn(const Service& service, const Pod& pod) {
    return pod.spec->hostname.empty() || pod.spec->subdomain != service.metadata.name ? "" : pod.spec->hostname;
}

std::vector<EndpointGroup> endpointGroups(const Service& service, const std::vector<PodPtr>& pods,
                                          const ZoneOf& zoneOf) {
    std::vector<EndpointGroup> groups;
    for (const PodPtr& pod : pods) {
        if (!hasAddress(*pod))
            continue;
        const auto ports = portsIn(service, *pod);
        for (const std::string& family : familiesOf(service)) {
            const std::string address = addressOf(*pod, family == "IPv6");
            if (address.empty())
                continue;
            auto endpoint = endpointFor(service, *pod, address, zoneOf);
            addHints(service, endpoint);
            groupOf(groups, family, ports).endpoints.push_back(std::move(endpoint));
        }
    }
    return groups;
}

EndpointSlice sliceOf(const Service& service) {
    EndpointSlice slice;
    slice.metadata.namespace_ = service.metadata.namespace_;
    slice.metadata.generateName = service.metadata.name + "-";
    slice.metadata.labels = service.metadata.labels;
    slice.metadata.labels["kubernetes.io/service-name"] = service.metadata.name;
    slice.metadata.labels["endpointslice.kubernetes.io/managed-by"] = "endpointslice-controller.k8s.io";
    if (service.spec->clusterIP == "None")
        slice.metadata.labels["service.kubernetes.io/headless"] = "";
    slice.metadata.ownerReferences = {makeControllerReference("v1", "Service", service.metadata)};
    slice.addressType = familiesOf(service).front();
    return slice;
}

} // namespace slipway::controllers
