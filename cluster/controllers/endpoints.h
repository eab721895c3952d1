#pragma once

#include "cluster/controllers/informers.h"
#include "cluster/controllers/runtime.h"

namespace slipway::controllers {

using PodPtr = std::shared_ptr<const api::core_v1::Pod>;

/// The endpoint slices a service should have, given the pods it selects: at most 100 endpoints each, one group of
/// slices for each set of resolved ports. Names are left to the caller.
std::vector<api::discovery_v1::EndpointSlice> wantedSlices(const api::core_v1::Service& service,
                                                           const std::vector<PodPtr>& pods);

/// The same as the older Endpoints object.
api::core_v1::Endpoints wantedEndpoints(const api::core_v1::Service& service, const std::vector<PodPtr>& pods);

/// Keeps the EndpointSlices and the Endpoints of every service with a selector.
class EndpointsController {
public:
    /// @p slices writes EndpointSlices, @p endpoints the older Endpoints.
    EndpointsController(Informers& informers, std::shared_ptr<const client::Client> slices,
                        std::shared_ptr<const client::Client> endpoints);
    void start() { controller_.start(); }
    void stop() { controller_.stop(); }

private:
    client::Result<SyncResult> sync(const std::string& key);
    client::Result<void> writeSlices(const api::core_v1::Service& service,
                                     std::vector<api::discovery_v1::EndpointSlice> wanted);
    client::Result<void> writeEndpoints(const api::core_v1::Service& service, api::core_v1::Endpoints wanted);
    void podChanged(const PodPtr& before, const PodPtr& after);

    Informers& informers_;
    const std::shared_ptr<const client::Client> slicesClient_, endpointsClient_;
    Controller controller_;
};

} // namespace slipway::controllers
