#include "cluster/controllers/endpoint_slice_mirroring/endpoint_slice_mirroring.h"

#include "cluster/controllers/endpoint_slice/slice_writer.h"
#include "cluster/controllers/workload/pod_state.h"

namespace slipway::controllers {

using api::core_v1::EndpointAddress;
using api::core_v1::Endpoints;
using api::core_v1::Service;
using api::discovery_v1::EndpointSlice;

namespace {

constexpr std::size_t mirroredPerSlice = 1000;
constexpr const char* mirroringManager = "endpointslicemirroring-controller.k8s.io";

bool isMirrored(const Endpoints& endpoints) {
    const auto skip = endpoints.metadata.labels.find("endpointslice.kubernetes.io/skip-mirror");
    return (skip == endpoints.metadata.labels.end() || skip->second != "true") &&
           !endpoints.metadata.labels.contains("endpoints.kubernetes.io/managed-by") &&
           !endpoints.metadata.annotations.contains("control-plane.alpha.kubernetes.io/leader");
}

EndpointSlice sliceOf(const Endpoints& endpoints) {
    EndpointSlice slice;
    slice.metadata.namespace_ = endpoints.metadata.namespace_;
    slice.metadata.generateName = endpoints.metadata.name + "-";
    slice.metadata.labels = endpoints.metadata.labels;
    slice.metadata.labels[serviceNameLabel] = endpoints.metadata.name;
    slice.metadata.labels[managedByLabel] = mirroringManager;
    slice.metadata.annotations = endpoints.metadata.annotations;
    for (const char* own :
         {"kubectl.kubernetes.io/last-applied-configuration", "endpoints.kubernetes.io/last-change-trigger-time"})
        slice.metadata.annotations.erase(own);
    slice.metadata.ownerReferences = {makeControllerReference("v1", "Endpoints", endpoints.metadata)};
    return slice;
}

class EndpointSliceMirroringController : public Reconciler {
public:
    explicit EndpointSliceMirroringController(const Context& context) : Reconciler(context) {
        watch<Endpoints>();
        watch<Service>();
        indexSlices(caches_);
    }

private:
    client::Result<SyncResult> sync(const std::string& key) override {
        const auto [ns, name] = client::splitKey(key);
        const auto endpoints = caches_.of<Endpoints>().getKey(key);
        const auto service = caches_.of<Service>().getKey(key);
        const auto present = slicesKeptBy(caches_, mirroringManager, ns, name);
        SlicePlan plan;
        if (endpoints && service && service->spec && service->spec->selector.empty() && isMirrored(*endpoints))
            plan = planSlices(sliceOf(*endpoints), mirroredGroups(*endpoints), present, mirroredPerSlice);
        else
            plan.remove = present;
        if (auto written = writeSlices(*client_, plan); !written)
            return std::unexpected(written.error());
        return SyncResult{};
    }
};

} // namespace

std::vector<EndpointGroup> mirroredGroups(const Endpoints& endpoints) {
    std::vector<EndpointGroup> groups;
    for (const auto& subset : endpoints.subsets) {
        std::vector<api::discovery_v1::EndpointPort> ports;
        for (const auto& port : subset.ports) {
            api::discovery_v1::EndpointPort made;
            made.name = port.name;
            made.port = port.port;
            made.protocol = port.protocol.empty() ? "TCP" : port.protocol;
            made.appProtocol = port.appProtocol;
            ports.push_back(std::move(made));
        }
        const auto add = [&](const std::vector<EndpointAddress>& addresses, bool ready) {
            for (const EndpointAddress& address : addresses) {
                api::discovery_v1::Endpoint endpoint;
                endpoint.addresses = {address.ip};
                endpoint.conditions.emplace();
                endpoint.conditions->ready = ready;
                endpoint.hostname = address.hostname;
                endpoint.nodeName = address.nodeName;
                endpoint.targetRef = address.targetRef;
                const bool v6 = address.ip.find(':') != std::string::npos;
                groupOf(groups, v6 ? "IPv6" : "IPv4", ports).endpoints.push_back(std::move(endpoint));
            }
        };
        add(subset.addresses, true);
        add(subset.notReadyAddresses, false);
    }
    return groups;
}

std::unique_ptr<Reconciler> makeEndpointSliceMirroringController(const Context& context) {
    return std::make_unique<EndpointSliceMirroringController>(context);
}

} // namespace slipway::controllers
