#pragma once

#include "cluster/api/json.h"
#include "cluster/api/schema.h"
#include "cluster/api/status.h"
#include "cluster/apiserver/watch_cache.h"

#include <cstdint>
#include <optional>
#include <string>

namespace slipway::apiserver {

struct WriteContext;

/// An IPv4 network: "10.96.0.0/16".
struct Ipv4Network {
    std::uint32_t address = 0;
    int prefix = 0;

    static std::optional<Ipv4Network> parse(std::string_view text);
    bool contains(std::uint32_t other) const;
    std::string host(std::uint32_t offset) const; ///< the address @p offset above the network's
};

/// Changes and refusals that need more than the object itself: namespaces that exist, the service account of a pod,
/// its priority, the address of a service. Stateless but for the cache it reads; thread-safe.
class Admission {
public:
    Admission(const WatchCache& cache, Ipv4Network serviceNetwork) : cache_(cache), serviceNetwork_(serviceNetwork) {}

    /// True for resources that are given something unique, so that their writes go one after another.
    static bool allocates(const api::Resource& resource) { return resource.name == "services"; }

    std::optional<api::Status> admitCreate(const api::Resource& resource, api::JsonObject& object,
                                           WriteContext& context) const;
    std::optional<api::Status> admitUpdate(const api::Resource& resource, std::string_view subresource,
                                           const api::JsonObject& before, api::JsonObject& after,
                                           WriteContext& context) const;
    std::optional<api::Status> admitDelete(const api::Resource& resource, const api::JsonObject& object,
                                           WriteContext& context) const;

private:
    std::optional<api::Status> checkNamespace(const api::Resource& resource, const api::JsonObject& object) const;
    std::optional<api::Status> admitPod(api::JsonObject& object) const;
    void mountServiceAccount(api::JsonObject& pod) const;
    std::optional<api::Status> allocateService(const api::JsonObject* before, api::JsonObject& object) const;

    const WatchCache& cache_;
    const Ipv4Network serviceNetwork_;
};

} // namespace slipway::apiserver
