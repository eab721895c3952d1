#include "cluster/api/openapi.h"

#include "cluster/api/openapi_schema.h"
#include "cluster/api/schema.h"

#include <algorithm>
#include <format>
#include <functional>
#include <vector>

namespace slipway::api {
namespace {

JsonObject information() { return {{"title", "Kubernetes"}, {"version", "v1.34.0"}}; }

/// The schemas of the resources of a group version and of all they lead to.
JsonObject schemasFor(const std::function<bool(const Resource&)>& wanted, std::string_view reference) {
    JsonObject schemas;
    std::set<const Type*> used, done;
    for (const Resource& resource : builtInResources()) {
        if (!wanted(resource))
            continue;
        used.insert(resource.type);
        if (resource.hasVerb("list"))
            schemas[listName(resource)] = listSchema(resource, reference, used);
    }
    for (std::string_view name : {"meta.v1.Status", "meta.v1.DeleteOptions"})
        used.insert(findType(name));
    while (!used.empty()) {
        const Type* type = *used.begin();
        used.erase(used.begin());
        if (!done.insert(type).second)
            continue;
        std::set<const Type*> next;
        schemas[type->fullName] = openApiSchema(*type, reference, next);
        used.merge(next);
    }
    return schemas;
}

std::string pathOf(const Resource& resource) {
    return resource.group.empty() ? std::format("api/{}", resource.version) : std::format("apis/{}/{}", resource.group, resource.version);
}

} // namespace

JsonObject openApiV3Index() {
    JsonObject paths;
    for (const Resource& resource : builtInResources()) {
        const std::string path = pathOf(resource);
        if (!paths.contains(path))
            paths[path] = JsonObject{{"serverRelativeURL", std::format("/openapi/v3/{}?hash={:016X}", path, std::hash<std::string>()(path + SLIPWAY_VERSION))}};
    }
    return {{"paths", std::move(paths)}};
}

JsonObject openApiV3Document(std::string_view groupVersionPath) {
    const auto all = builtInResources();
    const auto found = std::ranges::find_if(all, [&](const Resource& r) { return pathOf(r) == groupVersionPath; });
    if (found == all.end())
        return {};
    const auto inside = [&](const Resource& r) { return r.group == found->group && r.version == found->version; };
    return {{"openapi", "3.0.0"}, {"info", information()}, {"paths", openApiPaths(found->group, found->version, true)},
            {"components", JsonObject{{"schemas", schemasFor(inside, "#/components/schemas/")}}}};
}

JsonObject openApiV2Document() {
    JsonObject paths;
    std::vector<std::string> done;
    for (const Resource& resource : builtInResources()) {
        if (const std::string path = pathOf(resource); std::ranges::find(done, path) == done.end()) {
            done.push_back(path);
            for (auto& [key, value] : openApiPaths(resource.group, resource.version, false))
                paths[key] = std::move(value);
        }
    }
    return {{"swagger", "2.0"}, {"info", information()}, {"paths", std::move(paths)},
            {"definitions", schemasFor([](const Resource&) { return true; }, "#/definitions/")}};
}

} // namespace slipway::api
