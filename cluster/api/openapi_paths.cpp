#include "cluster/api/openapi_schema.h"

#include <array>
#include <format>
#include <vector>

namespace slipway::api {
namespace {

struct Operation {
    std::string_view method, action, verb; ///< HTTP method, x-kubernetes-action, the resource's verb
};
constexpr std::array<Operation, 4> itemOperations{
    {{"get", "get", "get"}, {"put", "put", "update"}, {"patch", "patch", "patch"}, {"delete", "delete", "delete"}}};
constexpr std::array<Operation, 3> collectionOperations{
    {{"get", "list", "list"}, {"post", "post", "create"}, {"delete", "deletecollection", "deletecollection"}}};

JsonObject parameter(std::string_view name, std::string_view type, std::string_view where, bool v3) {
    JsonObject made{{"name", name}, {"in", where}, {"uniqueItems", true}};
    if (where == "path")
        made["required"] = true;
    if (v3) {
        made.erase("uniqueItems");
        made["schema"] = JsonObject{{"type", type}, {"uniqueItems", true}};
    } else {
        made["type"] = type;
    }
    return made;
}

std::vector<std::pair<std::string_view, std::string_view>> queryParameters(const Operation& operation) {
    if (operation.action == "list")
        return {{"allowWatchBookmarks", "boolean"},
                {"continue", "string"},
                {"fieldSelector", "string"},
                {"labelSelector", "string"},
                {"limit", "integer"},
                {"resourceVersion", "string"},
                {"resourceVersionMatch", "string"},
                {"sendInitialEvents", "boolean"},
                {"timeoutSeconds", "integer"},
                {"watch", "boolean"}};
    if (operation.action == "get")
        return {};
    if (operation.action == "delete" || operation.action == "deletecollection")
        return {{"dryRun", "string"},
                {"gracePeriodSeconds", "integer"},
                {"orphanDependents", "boolean"},
                {"propagationPolicy", "string"}};
    if (operation.action == "patch")
        return {{"dryRun", "string"}, {"fieldManager", "string"}, {"fieldValidation", "string"}, {"force", "boolean"}};
    return {{"dryRun", "string"}, {"fieldManager", "string"}, {"fieldValidation", "string"}};
}

JsonArray patchTypes(const Resource& resource) {
    JsonArray types{"application/json-patch+json", "application/merge-patch+json"};
    if (resource.custom == nullptr)
        types.push_back("application/strategic-merge-patch+json");
    types.push_back("application/apply-patch+yaml");
    return types;
}

JsonObject body(const Operation& operation, const Resource& resource, const JsonObject& reference, bool v3,
                JsonArray& parameters) {
    if (!v3) {
        parameters.push_back(
            JsonObject{{"name", "body"},
                       {"in", "body"},
                       {"required", true},
                       {"schema", operation.action == "patch" ? JsonObject{{"type", "object"}} : reference}});
        return {};
    }
    JsonObject content;
    if (operation.action == "patch") {
        for (const Json& type : patchTypes(resource))
            content[view(type.get_string())] = JsonObject{{"schema", JsonObject{{"type", "object"}}}};
    } else {
        content["*/*"] = JsonObject{{"schema", reference}};
    }
    return {{"content", std::move(content)}, {"required", true}};
}

JsonObject operationObject(const Operation& operation, const Resource& resource, std::string_view subresource,
                           bool v3) {
    const std::string prefix = v3 ? "#/components/schemas/" : "#/definitions/";
    const bool list = operation.action == "list";
    const JsonObject reference{{"$ref", prefix + (list ? listName(resource) : std::string(resource.type->fullName))}};
    JsonArray parameters;
    for (const auto& [name, type] : queryParameters(operation))
        parameters.push_back(parameter(name, type, "query", v3));
    JsonObject made{
        {"description",
         std::format("{} of {}{}{}", operation.action, resource.name, subresource.empty() ? "" : "/", subresource)},
        {"operationId", std::format("{}{}{}{}{}{}", operation.action, resource.group, resource.version,
                                    resource.namespaced ? "Namespaced" : "", resource.kind, subresource)},
        {"tags", JsonArray{std::format("{}_{}", resource.group.empty() ? "core" : resource.group, resource.version)}},
        {"x-kubernetes-action", operation.action},
        {"x-kubernetes-group-version-kind",
         JsonObject{{"group", resource.group}, {"kind", resource.kind}, {"version", resource.version}}}};
    if (operation.method == "post" || operation.method == "put" || operation.method == "patch") {
        if (JsonObject content = body(operation, resource, reference, v3, parameters); !content.empty())
            made["requestBody"] = std::move(content);
        if (!v3)
            made["consumes"] = operation.action == "patch" ? patchTypes(resource) : JsonArray{"*/*"};
    }
    JsonObject ok{{"description", "OK"}};
    if (v3)
        ok["content"] = JsonObject{{"application/json", JsonObject{{"schema", reference}}}};
    else
        ok["schema"] = reference;
    made["responses"] = JsonObject{{"200", std::move(ok)}, {"401", JsonObject{{"description", "Unauthorized"}}}};
    if (!v3)
        made["produces"] = JsonArray{"application/json"};
    made["parameters"] = std::move(parameters);
    return made;
}

bool has(std::span<const std::string_view> verbs, std::string_view verb) {
    return std::ranges::find(verbs, verb) != verbs.end();
}

template <std::size_t N>
void addPath(JsonObject& paths, const std::string& path, const std::array<Operation, N>& operations,
             std::span<const std::string_view> verbs, const Resource& resource, std::string_view subresource, bool v3) {
    JsonObject item;
    for (const Operation& operation : operations)
        if (has(verbs, operation.verb))
            item[operation.method] = operationObject(operation, resource, subresource, v3);
    if (item.empty())
        return;
    JsonArray parameters;
    if (path.find("{name}") != std::string::npos)
        parameters.push_back(parameter("name", "string", "path", v3));
    if (path.find("{namespace}") != std::string::npos)
        parameters.push_back(parameter("namespace", "string", "path", v3));
    item["parameters"] = std::move(parameters);
    paths[path] = std::move(item);
}

} // namespace

JsonObject openApiPaths(Resources resources, bool v3) {
    JsonObject paths;
    for (const Resource* served : resources) {
        const Resource& resource = *served;
        const std::string base = resource.group.empty() ? std::format("/api/{}", resource.version)
                                                        : std::format("/apis/{}/{}", resource.group, resource.version);
        const std::string collection =
            std::format("{}{}/{}", base, resource.namespaced ? "/namespaces/{namespace}" : "", resource.name);
        addPath(paths, collection, collectionOperations, resource.verbs, resource, "", v3);
        addPath(paths, collection + "/{name}", itemOperations, resource.verbs, resource, "", v3);
        if (resource.namespaced && resource.hasVerb("list")) {
            static constexpr std::array<Operation, 1> all{{{"get", "list", "list"}}};
            addPath(paths, std::format("{}/{}", base, resource.name), all, resource.verbs, resource, "", v3);
        }
        for (const Subresource& subresource : resource.subresources) {
            static constexpr std::array<Operation, 4> operations{{{"get", "get", "get"},
                                                                  {"put", "put", "update"},
                                                                  {"patch", "patch", "patch"},
                                                                  {"post", "post", "create"}}};
            addPath(paths, std::format("{}/{{name}}/{}", collection, subresource.name), operations, subresource.verbs,
                    resource, subresource.name, v3);
        }
    }
    return paths;
}

} // namespace slipway::api
