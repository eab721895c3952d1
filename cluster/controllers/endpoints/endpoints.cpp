#include "cluster/controllers/endpoints/endpoints.h"

#include "cluster/controllers/endpoint_slice/service_watch.h"

#include <algorithm>

namespace slipway::controllers {

using api::core_v1::EndpointAddress;
using api::core_v1::Endpoints;
using api::core_v1::EndpointSubset;
using api::core_v1::Pod;
using api::core_v1::Service;

namespace {

constexpr std::size_t mostAddresses = 1000;
constexpr const char *managedBy = "endpoints.kubernetes.io/managed-by",
                     *capacity = "endpoints.kubernetes.io/over-capacity";

std::vector<api::core_v1::EndpointPort> endpointPorts(const Service& service, const Pod& pod) {
    std::vector<api::core_v1::EndpointPort> ports;
    for (const auto& port : portsIn(service, pod)) {
        api::core_v1::EndpointPort made;
        made.name = port.name;
        made.port = port.port.value_or(0);
        made.protocol = port.protocol;
        made.appProtocol = port.appProtocol;
        ports.push_back(std::move(made));
    }
    return ports;
}

EndpointAddress addressOf(const Service& service, const Pod& pod) {
    EndpointAddress address;
    address.ip = pod.status->podIP;
    address.hostname = hostnameIn(service, pod);
    address.nodeName = pod.spec->nodeName;
    address.targetRef.emplace();
    address.targetRef->kind = "Pod";
    address.targetRef->namespace_ = pod.metadata.namespace_;
    address.targetRef->name = pod.metadata.name;
    address.targetRef->uid = pod.metadata.uid;
    return address;
}

/// Cuts what is too much, those that are not ready first.
void bound(Endpoints& endpoints) {
    std::size_t total = 0;
    for (const EndpointSubset& subset : endpoints.subsets)
        total += subset.addresses.size() + subset.notReadyAddresses.size();
    if (total <= mostAddresses)
        return;
    endpoints.metadata.annotations[capacity] = "truncated";
    std::size_t left = mostAddresses;
    for (auto list : {&EndpointSubset::addresses, &EndpointSubset::notReadyAddresses})
        for (EndpointSubset& subset : endpoints.subsets) {
            auto& addresses = subset.*list;
            addresses.resize(std::min(addresses.size(), left));
            left -= addresses.size();
        }
}

class EndpointsController : public Reconciler {
public:
    explicit EndpointsController(const Context& context) : Reconciler(context, 2) {
        watch<Service>();
        watch<Endpoints>();
        watchSelectedPods(caches_, [this](const std::string& key) { enqueue(key); });
    }

private:
    client::Result<SyncResult> sync(const std::string& key) override {
        const auto service = caches_.of<Service>().getKey(key);
        const auto present = caches_.of<Endpoints>().getKey(key);
        if (!service) { // unlike slices, Endpoints have no owner
            if (present && present->metadata.labels.contains(managedBy))
                if (auto gone = ignoreGone(client_->remove(client::resourceOf<Endpoints>(),
                                                           present->metadata.namespace_, present->metadata.name));
                    !gone)
                    return std::unexpected(gone.error());
            return SyncResult{};
        }
        if (!service->spec || service->spec->selector.empty() || service->spec->type == "ExternalName" ||
            !service->metadata.deletionTimestamp.empty())
            return SyncResult{};
        auto wanted = wantedEndpoints(*service, selectedPods(caches_, *service));
        if (auto written = write(std::move(wanted), present); !written)
            return std::unexpected(written.error());
        return SyncResult{};
    }

    client::Result<void> write(Endpoints wanted, const std::shared_ptr<const Endpoints>& present) {
        if (!present) {
            const auto made = client_->create(wanted.metadata.namespace_, wanted);
            return made ? client::Result<void>() : std::unexpected(made.error());
        }
        const auto truncated = [](const Endpoints& endpoints) {
            return endpoints.metadata.annotations.contains(capacity);
        };
        if (present->subsets == wanted.subsets && present->metadata.labels == wanted.metadata.labels &&
            truncated(*present) == truncated(wanted))
            return {};
        Endpoints next = *present;
        next.subsets = std::move(wanted.subsets);
        next.metadata.labels = std::move(wanted.metadata.labels);
        next.metadata.annotations.erase(capacity);
        next.metadata.annotations.merge(wanted.metadata.annotations);
        return ignoreGone(client_->update(next));
    }
};

} // namespace

Endpoints wantedEndpoints(const Service& service, const std::vector<PodPtr>& pods) {
    Endpoints endpoints;
    endpoints.metadata.name = service.metadata.name;
    endpoints.metadata.namespace_ = service.metadata.namespace_;
    endpoints.metadata.labels = service.metadata.labels;
    endpoints.metadata.labels[managedBy] = "endpoint-controller";
    if (service.spec->clusterIP == "None")
        endpoints.metadata.labels["service.kubernetes.io/headless"] = "";
    for (const PodPtr& pod : pods) {
        if (!hasAddress(*pod) || isTerminating(*pod))
            continue;
        const auto ports = endpointPorts(service, *pod);
        if (ports.empty() && !service.spec->ports.empty())
            continue; // none of its ports is the service's
        auto found = std::ranges::find(endpoints.subsets, ports, &EndpointSubset::ports);
        if (found == endpoints.subsets.end()) {
            endpoints.subsets.emplace_back().ports = ports;
            found = endpoints.subsets.end() - 1;
        }
        const bool ready = isReady(*pod) || service.spec->publishNotReadyAddresses.value_or(false);
        (ready ? found->addresses : found->notReadyAddresses).push_back(addressOf(service, *pod));
    }
    bound(endpoints);
    return endpoints;
}

std::unique_ptr<Reconciler> makeEndpointsController(const Context& context) {
    return std::make_unique<EndpointsController>(context);
}

} // namespace slipway::controllers
