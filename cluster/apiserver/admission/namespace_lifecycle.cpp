#include "cluster/apiserver/admission/plugins.h"

#include <algorithm>
#include <array>

namespace slipway::apiserver::admission {
namespace {

Refusal keepLasting(const Request& request) {
    static constexpr std::array<std::string_view, 3> lasting{"default", "kube-system", "kube-public"};
    if (request.writes("namespaces") && std::ranges::find(lasting, request.name()) != lasting.end())
        return refuse(request, "this namespace may not be deleted");
    return {};
}

} // namespace

Refusal namespaceLifecycle(Request& request, const ClusterState& cluster) {
    if (request.operation == Operation::remove)
        return keepLasting(request);
    if (request.operation != Operation::create || !request.resource.namespaced)
        return {};
    const api::Resource& namespaces = builtIn("", "namespaces");
    const auto found = cluster.cache().of(namespaces).get(WatchCache::key(namespaces, {}, request.ns()));
    if (!found)
        return api::notFound(namespaces, request.ns());
    if (found->bytes->find("\"deletionTimestamp\"") == std::string::npos)
        return {};
    api::Status status =
        refuse(request, "unable to create new content in namespace {} because it is being terminated", request.ns());
    status.causes.push_back(
        {"NamespaceTerminating", std::format("namespace {} is being terminated", request.ns()), "metadata.namespace"});
    return status;
}

} // namespace slipway::apiserver::admission
