#include "cluster/controllers/endpoint_slice/endpoint_slice.h"

#include "cluster/controllers/endpoint_slice/service_endpoints.h"
#include "cluster/controllers/endpoint_slice/service_watch.h"
#include "cluster/controllers/endpoint_slice/slice_writer.h"

namespace slipway::controllers {

using api::core_v1::Node;
using api::core_v1::Pod;
using api::core_v1::Service;
using api::discovery_v1::EndpointSlice;

namespace {

constexpr std::size_t endpointsPerSlice = 100;
constexpr const char* manager = "endpointslice-controller.k8s.io";

class EndpointSliceController : public Reconciler {
public:
    explicit EndpointSliceController(const Context& context) : Reconciler(context, 2) {
        watch<Service>();
        caches_.of<Node>();
        indexSlices(caches_);
        watchSelectedPods(caches_, [this](const std::string& key) { enqueue(key); });
        watch<EndpointSlice>([this](const auto& before, const auto& after) {
            const auto& labels = (after ? after : before)->metadata.labels;
            const auto name = labels.find(serviceNameLabel), keeper = labels.find(managedByLabel);
            // Its own writes come back here too: they find nothing to do.
            if (name != labels.end() && keeper != labels.end() && keeper->second == manager)
                enqueue(client::objectKey((after ? after : before)->metadata.namespace_, name->second));
        });
    }

private:
    client::Result<SyncResult> sync(const std::string& key) override {
        const auto service = caches_.of<Service>().getKey(key);
        if (!service || !service->spec || service->spec->selector.empty() || service->spec->type == "ExternalName" ||
            !service->metadata.deletionTimestamp.empty())
            return SyncResult{}; // slices go with their owner
        const auto present = slicesKeptBy(caches_, manager, service->metadata.namespace_, service->metadata.name);
        const ZoneOf zoneOf = [this](const std::string& name) {
            const auto node = caches_.of<Node>().get({}, name);
            const auto zone = node ? node->metadata.labels.find("topology.kubernetes.io/zone")
                                   : std::map<std::string, std::string>::const_iterator();
            return node && zone != node->metadata.labels.end() ? zone->second : std::string();
        };
        const auto plan =
            planSlices(sliceOf(*service), endpointGroups(*service, selectedPods(caches_, *service), zoneOf), present,
                       endpointsPerSlice);
        if (auto written = writeSlices(*client_, plan); !written)
            return std::unexpected(written.error());
        return SyncResult{};
    }
};

} // namespace

std::unique_ptr<Reconciler> makeEndpointSliceController(const Context& context) {
    return std::make_unique<EndpointSliceController>(context);
}

} // namespace slipway::controllers
