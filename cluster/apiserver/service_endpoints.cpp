#include "cluster/apiserver/service_endpoints.h"

#include "cluster/apiserver/json_lists.h"
#include "cluster/apiserver/proxy_target.h"
#include "cluster/base/random.h"

#include <algorithm>
#include <format>

namespace slipway::apiserver {
namespace {

using api::Json;
using api::JsonArray;
using api::stringAt;

/// The ready endpoints in one slice that have a port of that name.
void addEndpoints(const Json& slice, std::string_view portName, std::vector<Endpoint>& found) {
    unsigned short port = 0;
    for (const Json& one : listAt(slice, {"ports"}))
        if (stringAt(one, {"name"}) == portName)
            port = static_cast<unsigned short>(api::intAt(one.get_object(), {"port"}).value_or(0));
    for (const Json& endpoint : listAt(slice, {"endpoints"})) {
        const Json* ready = api::find(endpoint, {"conditions", "ready"});
        const JsonArray& addresses = listAt(endpoint, {"addresses"});
        const bool isReady = ready == nullptr || !ready->is_bool() || ready->get_bool();
        if (port != 0 && isReady && !addresses.empty() && addresses[0].is_string())
            found.push_back({std::string(api::view(addresses[0].get_string())), port});
    }
}

} // namespace

std::expected<Endpoint, api::Status> chooseEndpoint(const WatchCache& cache, std::string_view ns,
                                                    std::string_view service, std::string_view port) {
    const api::Resource& services = *api::findResource("", "v1", "services");
    const auto object = cache.of(services).get(WatchCache::key(services, ns, service));
    if (!object)
        return std::unexpected(api::notFound(services, service));
    std::string portName(port);
    if (const auto number = parsePort(port)) {
        const auto parsed = api::parseJson(*object->bytes);
        const JsonArray& ports = listAt(*parsed, {"spec", "ports"});
        const auto known = std::ranges::find_if(ports, [&](const Json& one) {
            return one.is_object() && api::intAt(one.get_object(), {"port"}) == *number;
        });
        if (known == ports.end())
            return std::unexpected(
                api::unavailable(std::format("no service port {} found for service \"{}\"", *number, service)));
        portName = stringAt(*known, {"name"});
    }
    const api::Resource& slices = *api::findResource("discovery.k8s.io", "v1", "endpointslices");
    std::vector<Endpoint> found;
    const auto selection =
        Selection::parse(slices, std::string(ns), {}, std::format("kubernetes.io/service-name={}", service), {});
    if (selection)
        for (const CachedObject& cached : cache.of(slices).list(WatchCache::key(slices, ns), *selection))
            if (const auto slice = api::parseJson(*cached.bytes))
                addEndpoints(*slice, portName, found);
    if (found.empty())
        return std::unexpected(api::unavailable(std::format("no endpoints available for service \"{}\"", service)));
    return found[static_cast<std::uint8_t>(base::randomBytes(1)[0]) % found.size()];
}

} // namespace slipway::apiserver
