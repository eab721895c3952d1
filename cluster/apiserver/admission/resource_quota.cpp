#include "cluster/apiserver/admission/resource_quota.h"

#include <functional>

namespace slipway::apiserver::admission {
namespace {

using api::JsonObject;

/// The quotas' own kind is counted too, but events never are: they would end the cluster's ability to say why.
bool isCounted(const Request& request) {
    return request.resource.namespaced && request.operation != Operation::remove && request.resource.name != "events" &&
           (request.subresource.empty() || request.subresource == "resize") &&
           !request.resource.name.ends_with("reviews");
}

/// Only what grows is judged, so that a namespace over its quota can still be changed.
Amounts growth(const Amounts& before, const Amounts& after) {
    Amounts more;
    for (const auto& [name, amount] : after) {
        api::Quantity difference = amount;
        if (const auto old = before.find(name); old != before.end())
            difference -= old->second;
        if (difference > api::Quantity())
            more.emplace(name, difference);
    }
    return more;
}

} // namespace

std::unique_lock<std::mutex> ResourceQuota::lockOf(std::string_view ns, const ClusterState& cluster) {
    if (ns.empty() || !cluster.any("", "resourcequotas", ns))
        return {};
    return std::unique_lock(locks_[std::hash<std::string_view>()(ns) % locks_.size()]);
}

const ResourceQuota::Counted& ResourceQuota::counted(std::map<std::string, Counted, std::less<>>& known,
                                                     const api::Resource& resource, const CachedObject& object) {
    Counted& entry = known[object.attributes->name];
    if (entry.revision != object.revision) {
        entry.revision = object.revision;
        entry.object = std::make_shared<const JsonObject>(parsed(object));
        entry.usage = quotaUsage(resource, *entry.object);
    }
    return entry;
}

Amounts ResourceQuota::used(const JsonObject& quota, const Request& request, const ClusterState& cluster) {
    const std::string ns(request.ns());
    const auto objects = cluster.cache().of(request.resource).list(WatchCache::key(request.resource, ns), Selection());
    std::lock_guard lock(mutex_);
    auto& known = known_[std::string(request.resource.group) + "/" + std::string(request.resource.name) + "/" + ns];
    if (known.size() > 2 * objects.size() + 16) // those of objects long gone
        known.clear();
    Amounts sum;
    for (const CachedObject& object : objects) {
        if (request.operation == Operation::update && object.attributes->name == request.name())
            continue; // counted as it was before, by the caller
        const Counted& entry = counted(known, request.resource, object);
        if (inScope(quota, request.resource, *entry.object))
            for (const auto& [name, amount] : entry.usage)
                sum[name] += amount;
    }
    return sum;
}

Refusal ResourceQuota::judge(const Request& request, const ClusterState& cluster) {
    if (!isCounted(request))
        return {};
    const auto quotas = cluster.all("", "resourcequotas", request.ns());
    if (quotas.empty())
        return {};
    const Amounts before = request.before == nullptr ? Amounts() : quotaUsage(request.resource, *request.before);
    const Amounts more = growth(before, quotaUsage(request.resource, request.object));
    for (const JsonObject& quota : quotas) {
        const Amounts hard = amountsOf(api::find(quota, {"spec", "hard"}));
        const std::string_view name = api::stringAt(quota, {"metadata", "name"});
        if (!inScope(quota, request.resource, request.object))
            continue;
        if (request.creates("pods"))
            if (const std::string missing = unspecified(hard, request.object); !missing.empty())
                return refuse(request, "failed quota: {}: must specify {}", name, missing);
        Amounts requested, taken, limited;
        std::optional<Amounts> present;
        for (const auto& [what, amount] : more) {
            const auto most = hard.find(what);
            if (most == hard.end())
                continue;
            if (!present)
                present = used(quota, request, cluster);
            api::Quantity now = (*present)[what];
            if (const auto old = before.find(what); old != before.end())
                now += old->second;
            api::Quantity then = now;
            then += amount;
            if (then <= most->second)
                continue;
            requested.emplace(what, amount);
            taken.emplace(what, now);
            limited.emplace(what, most->second);
        }
        if (!requested.empty())
            return refuse(request, "exceeded quota: {}, requested: {}, used: {}, limited: {}", name,
                          printAmounts(requested), printAmounts(taken), printAmounts(limited));
    }
    return {};
}

} // namespace slipway::apiserver::admission
