#include "cluster/apiserver/custom/catalog.h"

#include <algorithm>

namespace slipway::apiserver {

Catalog::Catalog(const Definitions& definitions, std::uint64_t generation) : generation_(generation) {
    for (const api::Resource& resource : api::builtInResources())
        all_.push_back(&resource);
    for (const auto& [name, definition] : definitions) {
        if (!definition->established())
            continue;
        for (const api::Resource* resource : definition->served()) {
            byName_.emplace(Key{resource->group, resource->version, resource->name},
                            std::shared_ptr<const api::Resource>(definition, resource));
            custom_.push_back(resource);
            if (resource->custom->converter != nullptr)
                converting_.insert(resource->group);
        }
    }
    // Groups stand together, their versions in the order of preference.
    std::ranges::stable_sort(custom_, [](const api::Resource* a, const api::Resource* b) {
        return a->group != b->group       ? a->group < b->group
               : a->version != b->version ? api::custom::versionBefore(a->version, b->version)
                                          : a->name < b->name;
    });
    all_.insert(all_.end(), custom_.begin(), custom_.end());
}

std::shared_ptr<const api::Resource> Catalog::find(std::string_view group, std::string_view version,
                                                   std::string_view name) const {
    if (const api::Resource* builtIn = api::findResource(group, version, name))
        return {std::shared_ptr<const void>(), builtIn};
    const auto found = byName_.find(Key{group, version, name});
    return found == byName_.end() ? nullptr : found->second;
}

} // namespace slipway::apiserver
