#include "cluster/api/schema.h"

#include <algorithm>

namespace slipway::api {

const Field* Type::field(std::string_view fieldName) const {
    const auto found = std::ranges::find(fields, fieldName, &Field::name);
    return found == fields.end() ? nullptr : &*found;
}

bool Resource::hasVerb(std::string_view verb) const {
    return std::ranges::find(verbs, verb) != verbs.end();
}

const Subresource* Resource::subresource(std::string_view subresourceName) const {
    const auto found = std::ranges::find(subresources, subresourceName, &Subresource::name);
    return found == subresources.end() ? nullptr : &*found;
}

const Resource* findResource(std::string_view group, std::string_view version, std::string_view name) {
    const auto all = builtInResources();
    const auto found = std::ranges::find_if(
        all, [&](const Resource& r) { return r.name == name && r.group == group && r.version == version; });
    return found == all.end() ? nullptr : &*found;
}

const Resource* findKind(std::string_view group, std::string_view version, std::string_view kind) {
    const auto all = builtInResources();
    const auto found = std::ranges::find_if(
        all, [&](const Resource& r) { return r.kind == kind && r.group == group && r.version == version; });
    return found == all.end() ? nullptr : &*found;
}

const Type* findType(std::string_view name) {
    const auto all = allTypes(); // sorted by name
    const auto found = std::ranges::lower_bound(all, name, {}, &Type::name);
    return found == all.end() || found->name != name ? nullptr : &*found;
}

} // namespace slipway::api
