#include "cluster/api/openapi.h"

#include "cluster/api/openapi_schema.h"
#include "cluster/api/schema.h"

#include <algorithm>
#include <format>
#include <functional>
#include <vector>

namespace slipway::api {
namespace {

JsonObject information() {
    return {{"title", "Kubernetes"}, {"version", "v1.34.0"}};
}

/// The schemas of the resources of a group version and of all they lead to.
JsonObject schemasFor(const std::function<bool(const Resource&)>& wanted, bool v3) {
    JsonObject schemas = namedScalars(v3);
    SchemaReferences references{v3, {}};
    std::set<const Type*> done;
    for (const Resource& resource : builtInResources()) {
        if (!wanted(resource))
            continue;
        references.used.insert(resource.type);
        if (resource.hasVerb("list"))
            schemas[listName(resource)] = listSchema(resource, references);
    }
    for (std::string_view name : {"meta.v1.Status", "meta.v1.DeleteOptions"})
        references.used.insert(findType(name));
    while (!references.used.empty()) {
        const Type* type = *references.used.begin();
        references.used.erase(references.used.begin());
        if (done.insert(type).second)
            schemas[type->fullName] = openApiSchema(*type, references);
    }
    return schemas;
}

/// Changes whenever a document may have changed: clients keep documents on disk by it.
std::uint64_t fingerprint() {
    static const std::uint64_t value = [] {
        std::uint64_t hash = 14695981039346656037ULL; // FNV-1a
        const auto add = [&](std::string_view text) {
            for (const char c : text)
                hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
            hash = (hash ^ 0xff) * 1099511628211ULL;
        };
        add(SLIPWAY_VERSION);
        for (const Type& type : allTypes()) {
            add(typeDescription(type));
            add(type.fullName);
            for (const Field& field : type.fields) {
                add(field.name);
                add(fieldDescription(field));
                add(std::format("{} {} {} {}", static_cast<int>(field.kind), static_cast<int>(field.container),
                                static_cast<int>(field.listType), field.required));
                add(field.mergeKey);
            }
        }
        for (const Resource& resource : builtInResources()) {
            add(resource.kind);
            for (std::string_view verb : resource.verbs)
                add(verb);
        }
        return hash;
    }();
    return value;
}

std::string pathOf(const Resource& resource) {
    return resource.group.empty() ? std::format("api/{}", resource.version)
                                  : std::format("apis/{}/{}", resource.group, resource.version);
}

} // namespace

JsonObject openApiV3Index() {
    JsonObject paths;
    for (const Resource& resource : builtInResources()) {
        const std::string path = pathOf(resource);
        if (!paths.contains(path))
            paths[path] =
                JsonObject{{"serverRelativeURL", std::format("/openapi/v3/{}?hash={:016X}", path, fingerprint())}};
    }
    return {{"paths", std::move(paths)}};
}

JsonObject openApiV3Document(std::string_view groupVersionPath) {
    const auto all = builtInResources();
    const auto found = std::ranges::find_if(all, [&](const Resource& r) { return pathOf(r) == groupVersionPath; });
    if (found == all.end())
        return {};
    const auto inside = [&](const Resource& r) { return r.group == found->group && r.version == found->version; };
    return {{"openapi", "3.0.0"},
            {"info", information()},
            {"paths", openApiPaths(found->group, found->version, true)},
            {"components", JsonObject{{"schemas", schemasFor(inside, true)}}}};
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
    return {{"swagger", "2.0"},
            {"info", information()},
            {"paths", std::move(paths)},
            {"definitions", schemasFor([](const Resource&) { return true; }, false)}};
}

} // namespace slipway::api
