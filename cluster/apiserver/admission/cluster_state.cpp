#include "cluster/apiserver/admission/cluster_state.h"

#include <stdexcept>

namespace slipway::apiserver::admission {

const api::Resource& builtIn(std::string_view group, std::string_view resource) {
    for (const api::Resource& candidate : api::builtInResources())
        if (candidate.group == group && candidate.name == resource)
            return candidate;
    throw std::logic_error("no such built-in resource");
}

api::JsonObject parsed(const CachedObject& object) {
    auto value = api::parseJson(*object.bytes);
    return value && value->is_object() ? std::move(value->get_object()) : api::JsonObject();
}

std::shared_ptr<const api::JsonObject> ClusterState::find(std::string_view group, std::string_view resource,
                                                          std::string_view ns, std::string_view name) const {
    const api::Resource& kind = builtIn(group, resource);
    const auto found = cache_.of(kind).get(WatchCache::key(kind, ns, name));
    return found ? cache_.parsed().of(*found) : nullptr;
}

Objects ClusterState::all(std::string_view group, std::string_view resource, std::string_view ns) const {
    const api::Resource& kind = builtIn(group, resource);
    Objects::Shared objects;
    for (const CachedObject& cached : cache_.of(kind).list(WatchCache::key(kind, ns), Selection()))
        objects.push_back(cache_.parsed().of(cached));
    return Objects(std::move(objects));
}

bool ClusterState::any(std::string_view group, std::string_view resource, std::string_view ns) const {
    const api::Resource& kind = builtIn(group, resource);
    return !cache_.of(kind).list(WatchCache::key(kind, ns), Selection(), {}, 1).empty();
}

} // namespace slipway::apiserver::admission
