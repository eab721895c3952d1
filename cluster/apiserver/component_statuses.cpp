#include "cluster/apiserver/component_statuses.h"

#include "cluster/api/conversion.h"
#include "cluster/apiserver/list_pages.h"
#include "cluster/base/time.h"

#include <algorithm>
#include <format>

namespace slipway::apiserver {
namespace {

using api::JsonArray;
using api::JsonObject;
using api::stringAt;

CachedObject statusOf(const api::Resource& resource, const char* name, const std::string& problem) {
    JsonObject condition{{"type", "Healthy"}, {"status", problem.empty() ? "True" : "False"}};
    condition["message"] = problem.empty() ? "ok" : problem;
    const JsonObject object{{"kind", "ComponentStatus"},
                            {"apiVersion", "v1"},
                            {"metadata", JsonObject{{"name", name}}},
                            {"conditions", JsonArray{std::move(condition)}}};
    return {std::make_shared<const std::string>(api::printObject(object)), 0,
            std::make_shared<const Attributes>(Attributes::of(resource, object))};
}

/// What is wrong with those that hold a lease; empty: nothing.
std::string leaseProblem(const ResourceRequest& r, const api::Resource& leases, const char* name) {
    const auto found = r.registry.get(leases, "kube-system", name);
    const auto lease = found ? api::parseJson(*found->bytes) : std::unexpected(api::JsonError());
    if (!lease || !lease->is_object())
        return std::format("nobody holds the lease {}", name);
    const auto renewed = base::parseTime(stringAt(*lease, {"spec", "renewTime"}));
    const auto lasts =
        std::chrono::seconds(api::intAt(lease->get_object(), {"spec", "leaseDurationSeconds"}).value_or(15));
    if (!renewed || *renewed + lasts < std::chrono::system_clock::now())
        return std::format("the lease {} has run out", name);
    return {};
}

} // namespace

Answer componentStatuses(const ResourceRequest& r) {
    const api::Resource* leases = api::findResource("coordination.k8s.io", "v1", "leases");
    const std::string managed = leaseProblem(r, *leases, "kube-controller-manager"),
                      stored = r.store.get("/registry/health").has_value() ? "" : "the store does not answer";
    // The scheduler runs beside the controllers, in the same process.
    const std::vector<CachedObject> parts{statusOf(r.resource, "scheduler", managed),
                                          statusOf(r.resource, "controller-manager", managed),
                                          statusOf(r.resource, "etcd-0", stored)};
    if (r.info.verb != "get")
        return replyList(r, {parts, 0, {}, 0}, JsonObject());
    const auto found =
        std::ranges::find(parts, r.info.name, [](const CachedObject& part) { return part.attributes->name; });
    return found == parts.end() ? replyWith(api::notFound(r.resource, r.info.name)) : replyObject(r, *found, 200);
}

} // namespace slipway::apiserver
