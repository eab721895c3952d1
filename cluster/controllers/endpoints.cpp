#include "cluster/controllers/endpoints.h"

#include "cluster/controllers/pod_state.h"

#include <algorithm>
#include <format>
#include <tuple>

namespace slipway::controllers {

using api::core_v1::Endpoints;
using api::core_v1::Pod;
using api::core_v1::Service;
using api::discovery_v1::EndpointSlice;
using client::objectKey;

namespace {

constexpr std::size_t endpointsPerSlice = 100;
constexpr std::string_view sliceManager = "endpointslice-controller.k8s.io";

bool selects(const Service& service, const Pod& pod) {
    if (!service.spec || service.spec->selector.empty())
        return false;
    return std::ranges::all_of(service.spec->selector, [&](const auto& label) {
        const auto found = pod.metadata.labels.find(label.first);
        return found != pod.metadata.labels.end() && found->second == label.second;
    });
}

/// The number a service's port has in one pod; 0 when the pod has no port of that name.
int resolvePort(const api::core_v1::ServicePort& port, const Pod& pod) {
    if (!port.targetPort)
        return port.port;
    if (port.targetPort->isInt)
        return port.targetPort->number == 0 ? port.port : port.targetPort->number;
    const std::string protocol = port.protocol.empty() ? "TCP" : port.protocol;
    for (const auto& container : pod.spec->containers)
        for (const auto& candidate : container.ports)
            if (candidate.name == port.targetPort->text &&
                (candidate.protocol.empty() ? "TCP" : candidate.protocol) == protocol)
                return candidate.containerPort;
    return 0;
}

bool hasEnded(const Pod& pod) {
    return isFinished(pod) || !pod.status || pod.status->podIP.empty() || !pod.spec;
}

std::string subdomainHost(const Service& service, const Pod& pod) {
    return pod.spec->hostname.empty() || pod.spec->subdomain != service.metadata.name ? "" : pod.spec->hostname;
}

api::core_v1::ObjectReference referenceTo(const Pod& pod) {
    api::core_v1::ObjectReference reference;
    reference.kind = "Pod";
    reference.namespace_ = pod.metadata.namespace_;
    reference.name = pod.metadata.name;
    reference.uid = pod.metadata.uid;
    return reference;
}

std::vector<api::discovery_v1::EndpointPort> slicePorts(const Service& service, const Pod& pod) {
    std::vector<api::discovery_v1::EndpointPort> ports;
    for (const auto& port : service.spec->ports)
        if (const int number = resolvePort(port, pod); number != 0) {
            api::discovery_v1::EndpointPort made;
            made.name = port.name;
            made.port = number;
            made.protocol = port.protocol.empty() ? "TCP" : port.protocol;
            made.appProtocol = port.appProtocol;
            ports.push_back(std::move(made));
        }
    return ports;
}

api::discovery_v1::Endpoint makeEndpoint(const Service& service, const Pod& pod) {
    const bool terminating = !pod.metadata.deletionTimestamp.empty(), serving = isReady(pod);
    api::discovery_v1::Endpoint endpoint;
    endpoint.addresses = {pod.status->podIP};
    endpoint.conditions = api::discovery_v1::EndpointConditions{};
    endpoint.conditions->ready = service.spec->publishNotReadyAddresses.value_or(false) || (serving && !terminating);
    endpoint.conditions->serving = serving;
    endpoint.conditions->terminating = terminating;
    endpoint.nodeName = pod.spec->nodeName;
    endpoint.hostname = subdomainHost(service, pod);
    endpoint.targetRef = referenceTo(pod);
    return endpoint;
}

EndpointSlice emptySlice(const Service& service) {
    EndpointSlice slice;
    slice.metadata.namespace_ = service.metadata.namespace_;
    slice.metadata.generateName = service.metadata.name + "-";
    slice.metadata.labels = service.metadata.labels;
    slice.metadata.labels["kubernetes.io/service-name"] = service.metadata.name;
    slice.metadata.labels["endpointslice.kubernetes.io/managed-by"] = sliceManager;
    if (service.spec->clusterIP == "None")
        slice.metadata.labels["service.kubernetes.io/headless"] = "";
    slice.metadata.ownerReferences = {makeControllerReference("v1", "Service", service.metadata)};
    slice.addressType = "IPv4";
    return slice;
}

} // namespace

std::vector<EndpointSlice> wantedSlices(const Service& service, const std::vector<PodPtr>& pods) {
    std::vector<EndpointSlice> slices;
    for (const PodPtr& pod : pods) {
        if (hasEnded(*pod))
            continue;
        const auto ports = slicePorts(service, *pod);
        auto found = std::ranges::find_if(slices, [&](const EndpointSlice& slice) {
            return slice.ports == ports && slice.endpoints.size() < endpointsPerSlice;
        });
        if (found == slices.end()) {
            slices.push_back(emptySlice(service));
            slices.back().ports = ports;
            found = slices.end() - 1;
        }
        found->endpoints.push_back(makeEndpoint(service, *pod));
    }
    if (slices.empty())
        slices.push_back(emptySlice(service)); // tells that there are none
    return slices;
}

Endpoints wantedEndpoints(const Service& service, const std::vector<PodPtr>& pods) {
    Endpoints endpoints;
    endpoints.metadata.name = service.metadata.name;
    endpoints.metadata.namespace_ = service.metadata.namespace_;
    endpoints.metadata.labels = service.metadata.labels;
    endpoints.metadata.labels["endpoints.kubernetes.io/managed-by"] = "endpoint-controller";
    if (service.spec->clusterIP == "None")
        endpoints.metadata.labels["service.kubernetes.io/headless"] = "";
    for (const PodPtr& pod : pods) {
        if (hasEnded(*pod) || !pod->metadata.deletionTimestamp.empty())
            continue;
        std::vector<api::core_v1::EndpointPort> ports;
        for (const auto& port : slicePorts(service, *pod)) {
            api::core_v1::EndpointPort made;
            made.name = port.name;
            made.port = port.port.value_or(0);
            made.protocol = port.protocol;
            made.appProtocol = port.appProtocol;
            ports.push_back(std::move(made));
        }
        auto found = std::ranges::find(endpoints.subsets, ports, &api::core_v1::EndpointSubset::ports);
        if (found == endpoints.subsets.end()) {
            endpoints.subsets.emplace_back().ports = ports;
            found = endpoints.subsets.end() - 1;
        }
        api::core_v1::EndpointAddress address;
        address.ip = pod->status->podIP;
        address.hostname = subdomainHost(service, *pod);
        address.nodeName = pod->spec->nodeName;
        address.targetRef = referenceTo(*pod);
        const bool ready = isReady(*pod) || service.spec->publishNotReadyAddresses.value_or(false);
        (ready ? found->addresses : found->notReadyAddresses).push_back(std::move(address));
    }
    return endpoints;
}

EndpointsController::EndpointsController(Informers& informers, std::shared_ptr<const client::Client> slices,
                                         std::shared_ptr<const client::Client> endpoints)
    : informers_(informers)
    , slicesClient_(std::move(slices))
    , endpointsClient_(std::move(endpoints))
    , controller_("endpoints", [this](const std::string& key) { return sync(key); }, 2) {
    informers_.services.onChange([this](const auto& before, const auto& after) {
        const auto& object = after ? after : before;
        controller_.enqueue(objectKey(object->metadata.namespace_, object->metadata.name));
    });
    informers_.pods.onChange([this](const PodPtr& before, const PodPtr& after) { podChanged(before, after); });
}

void EndpointsController::podChanged(const PodPtr& before, const PodPtr& after) {
    const PodPtr& pod = after ? after : before;
    for (const auto& service : informers_.services.list(pod->metadata.namespace_))
        if ((after && selects(*service, *after)) || (before && selects(*service, *before)))
            controller_.enqueue(objectKey(service->metadata.namespace_, service->metadata.name));
}

client::Result<void> EndpointsController::writeSlices(const Service& service, std::vector<EndpointSlice> wanted) {
    std::vector<std::shared_ptr<const EndpointSlice>> present;
    for (const auto& slice : informers_.endpointSlices.list(service.metadata.namespace_)) {
        const auto& labels = slice->metadata.labels;
        const auto name = labels.find("kubernetes.io/service-name"),
                   manager = labels.find("endpointslice.kubernetes.io/managed-by");
        if (name != labels.end() && name->second == service.metadata.name && manager != labels.end() &&
            manager->second == sliceManager && slice->metadata.deletionTimestamp.empty())
            present.push_back(slice);
    }
    for (EndpointSlice& slice : wanted) {
        // A slice with the same ports is changed; only what is left over is made anew or deleted.
        auto same = std::ranges::find_if(present, [&](const auto& old) { return old->ports == slice.ports; });
        if (same == present.end())
            same = present.begin();
        if (same == present.end()) {
            if (auto made = slicesClient_->create(service.metadata.namespace_, slice); !made)
                return std::unexpected(made.error());
            continue;
        }
        const bool changed = (*same)->endpoints != slice.endpoints || (*same)->ports != slice.ports ||
                             (*same)->metadata.labels != slice.metadata.labels;
        slice.metadata = (*same)->metadata.labels == slice.metadata.labels ? (*same)->metadata : [&] {
            auto metadata = (*same)->metadata;
            metadata.labels = slice.metadata.labels;
            return metadata;
        }();
        if (changed)
            if (auto written = slicesClient_->update(slice); !written)
                return std::unexpected(written.error());
        present.erase(same);
    }
    for (const auto& slice : present)
        if (auto gone = slicesClient_->remove(client::resourceOf<EndpointSlice>(), slice->metadata.namespace_,
                                              slice->metadata.name);
            !gone && gone.error().kind != client::Errc::notFound)
            return gone;
    return {};
}

client::Result<void> EndpointsController::writeEndpoints(const Service& service, Endpoints wanted) {
    const auto present = informers_.endpoints.get(service.metadata.namespace_, service.metadata.name);
    if (!present) {
        const auto made = endpointsClient_->create(service.metadata.namespace_, wanted);
        return made ? client::Result<void>() : std::unexpected(made.error());
    }
    if (present->subsets == wanted.subsets && present->metadata.labels == wanted.metadata.labels)
        return {};
    Endpoints next = *present;
    next.subsets = std::move(wanted.subsets);
    next.metadata.labels = std::move(wanted.metadata.labels);
    const auto written = endpointsClient_->update(next);
    return written ? client::Result<void>() : std::unexpected(written.error());
}

client::Result<SyncResult> EndpointsController::sync(const std::string& key) {
    const auto service = informers_.services.getKey(key);
    if (!service) { // the slices go with their owner; the Endpoints object has none
        const auto [ns, name] = client::splitKey(key);
        if (const auto endpoints = informers_.endpoints.getKey(key);
            endpoints && endpoints->metadata.labels.contains("endpoints.kubernetes.io/managed-by"))
            endpointsClient_->remove(client::resourceOf<Endpoints>(), ns, name);
        return SyncResult{};
    }
    if (!service->spec || service->spec->selector.empty() || service->spec->type == "ExternalName" ||
        !service->metadata.deletionTimestamp.empty())
        return SyncResult{};
    std::vector<PodPtr> pods;
    for (const PodPtr& pod : informers_.pods.list(service->metadata.namespace_))
        if (selects(*service, *pod))
            pods.push_back(pod);
    if (auto written = writeSlices(*service, wantedSlices(*service, pods)); !written)
        return std::unexpected(written.error());
    if (auto written = writeEndpoints(*service, wantedEndpoints(*service, pods)); !written)
        return std::unexpected(written.error());
    return SyncResult{};
}

} // namespace slipway::controllers
