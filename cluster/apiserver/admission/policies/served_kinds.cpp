#include "cluster/apiserver/admission/policies/served_kinds.h"

#include "cluster/api/custom/definition.h"
#include "cluster/apiserver/representation.h"

#include <algorithm>
#include <format>
#include <map>
#include <mutex>

namespace slipway::apiserver::admission {
namespace {

using api::JsonObject;
using api::stringAt;
using Definition = api::custom::Definition;

constexpr std::string_view group = "apiextensions.k8s.io", definitions = "customresourcedefinitions";
constexpr std::size_t mostKept = 256;

/// Definitions that were read before: reading one takes longer than most requests.
class ReadDefinitions {
public:
    static ReadDefinitions& process() {
        static ReadDefinitions kept;
        return kept;
    }

    std::shared_ptr<const Definition> of(const JsonObject& object) {
        const std::string key = std::format("{} {}", stringAt(object, {"metadata", "uid"}),
                                            stringAt(object, {"metadata", "resourceVersion"}));
        const std::lock_guard lock(mutex_);
        if (const auto known = kept_.find(key); known != kept_.end())
            return known->second;
        if (kept_.size() >= mostKept)
            kept_.clear();
        return kept_.emplace(key, std::make_shared<const Definition>(object)).first->second;
    }

private:
    std::mutex mutex_;
    std::map<std::string, std::shared_ptr<const Definition>> kept_;
};

std::shared_ptr<const api::Resource> servedBy(const JsonObject& object, std::string_view version) {
    const auto definition = ReadDefinitions::process().of(object);
    if (!definition->established())
        return nullptr;
    for (const api::Resource* resource : definition->served())
        if (resource->version == version)
            return {definition, resource};
    return nullptr;
}

} // namespace

std::shared_ptr<const api::Resource> servedKind(const ClusterState& cluster, std::string_view group_,
                                                std::string_view version, std::string_view kind) {
    if (const api::Resource* builtIn = api::findKind(group_, version, kind))
        return {std::shared_ptr<const void>(), builtIn};
    for (const JsonObject& object : cluster.all(group, definitions))
        if (stringAt(object, {"spec", "group"}) == group_ && stringAt(object, {"spec", "names", "kind"}) == kind)
            return servedBy(object, version);
    return nullptr;
}

std::shared_ptr<const api::Resource> servedResource(const ClusterState& cluster, std::string_view group_,
                                                    std::string_view version, std::string_view name) {
    if (const api::Resource* builtIn = api::findResource(group_, version, name))
        return {std::shared_ptr<const void>(), builtIn};
    const auto object = cluster.find(group, definitions, {}, std::format("{}.{}", name, group_));
    return object ? servedBy(*object, version) : nullptr;
}

std::vector<JsonObject> objectsOf(const ClusterState& cluster, const api::Resource& resource, std::string_view ns) {
    std::vector<JsonObject> objects;
    const auto listed = cluster.cache().of(resource).list(WatchCache::key(resource, ns), Selection());
    for (const CachedObject& cached : listed)
        if (auto object = objectIn(resource, cached))
            objects.push_back(std::move(*object));
    return objects;
}

std::optional<JsonObject> objectOf(const ClusterState& cluster, const api::Resource& resource, std::string_view ns,
                                   std::string_view name) {
    const auto cached = cluster.cache().of(resource).get(WatchCache::key(resource, ns, name));
    if (!cached)
        return std::nullopt;
    auto object = objectIn(resource, *cached);
    return object ? std::optional(std::move(*object)) : std::nullopt;
}

} // namespace slipway::apiserver::admission
