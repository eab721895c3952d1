#include "cluster/controllers/endpoint_slice/slice_writer.h"

namespace slipway::controllers {

using api::discovery_v1::EndpointSlice;

void indexSlices(Caches& caches) {
    caches.of<EndpointSlice>().addIndex("service", [](const EndpointSlice& slice, std::vector<std::string>& keys) {
        if (const auto name = slice.metadata.labels.find(serviceNameLabel); name != slice.metadata.labels.end())
            keys.push_back(client::objectKey(slice.metadata.namespace_, name->second));
    });
}

std::vector<SlicePtr> slicesKeptBy(Caches& caches, const std::string& manager, const std::string& ns,
                                   const std::string& service) {
    auto slices = caches.of<EndpointSlice>().by("service", client::objectKey(ns, service));
    std::erase_if(slices, [&](const SlicePtr& slice) {
        const auto keeper = slice->metadata.labels.find(managedByLabel);
        return !slice->metadata.deletionTimestamp.empty() || keeper == slice->metadata.labels.end() ||
               keeper->second != manager;
    });
    return slices;
}

client::Result<void> writeSlices(const client::Client& client, const SlicePlan& plan) {
    for (const EndpointSlice& slice : plan.create)
        if (auto made = client.create(slice.metadata.namespace_, slice); !made)
            return std::unexpected(made.error());
    for (const EndpointSlice& slice : plan.update)
        if (auto written = client.update(slice); !written)
            return std::unexpected(written.error());
    for (const SlicePtr& slice : plan.remove)
        if (auto gone =
                client.remove(client::resourceOf<EndpointSlice>(), slice->metadata.namespace_, slice->metadata.name);
            !gone && gone.error().kind != client::Errc::notFound)
            return gone;
    return {};
}

} // namespace slipway::controllers
