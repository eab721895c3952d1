#include "cluster/api/openapi.h"

#include "cluster/api/openapi_schema.h"
#include "cluster/api/schema.h"

#include <format>
#include <set>
#include <vector>

namespace slipway::api {
namespace {

JsonObject information() {
    return {{"title", "Kubernetes"}, {"version", "v1.34.0"}};
}

/// The schemas of the resources of a group version and of all they lead to.
JsonObject schemasFor(Resources resources, bool v3) {
    JsonObject schemas = namedScalars(v3);
    SchemaReferences references{v3, {}};
    std::set<const Type*> done;
    for (const Resource* served : resources) {
        const Resource& resource = *served;
        if (resource.custom != nullptr)
            schemas[resource.type->fullName] = customSchema(resource, references);
        else
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

std::string pathOf(const Resource& resource) {
    return resource.group.empty() ? std::format("api/{}", resource.version)
                                  : std::format("apis/{}/{}", resource.group, resource.version);
}

} // namespace

std::vector<std::string> openApiGroupVersions(Resources resources) {
    std::vector<std::string> paths;
    std::set<std::string> seen;
    for (const Resource* resource : resources)
        if (std::string path = pathOf(*resource); seen.insert(path).second)
            paths.push_back(std::move(path));
    return paths;
}

JsonObject openApiV3Document(std::string_view groupVersionPath, Resources resources) {
    std::vector<const Resource*> inside;
    for (const Resource* resource : resources)
        if (pathOf(*resource) == groupVersionPath)
            inside.push_back(resource);
    if (inside.empty())
        return {};
    return {{"openapi", "3.0.0"},
            {"info", information()},
            {"paths", openApiPaths(inside, true)},
            {"components", JsonObject{{"schemas", schemasFor(inside, true)}}}};
}

JsonObject openApiV2Document(Resources resources) {
    return {{"swagger", "2.0"},
            {"info", information()},
            {"paths", openApiPaths(resources, false)},
            {"definitions", schemasFor(resources, false)}};
}

} // namespace slipway::api
