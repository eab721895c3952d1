#include "cluster/api/openapi.h"

#include "cluster/api/schema.h"

#include <format>
#include <vector>

namespace slipway::api {
namespace {

struct GroupVersion {
    std::string_view group, version;
    bool operator==(const GroupVersion&) const = default;
};

std::vector<GroupVersion> groupVersions() {
    std::vector<GroupVersion> found;
    for (const Resource& resource : builtInResources())
        if (std::ranges::find(found, GroupVersion{resource.group, resource.version}) == found.end())
            found.push_back({resource.group, resource.version});
    return found;
}

std::vector<std::string_view> groups() {
    std::vector<std::string_view> found;
    for (const GroupVersion& entry : groupVersions())
        if (!entry.group.empty() && std::ranges::find(found, entry.group) == found.end())
            found.push_back(entry.group);
    return found;
}

std::string join(const GroupVersion& entry) {
    return entry.group.empty() ? std::string(entry.version) : std::format("{}/{}", entry.group, entry.version);
}

JsonArray words(std::span<const std::string_view> list) {
    JsonArray array;
    for (std::string_view word : list)
        array.emplace_back(word);
    return array;
}

/// Group and version of a subresource's own kind, which may be another group's.
GroupVersion kindOf(const Resource& resource, const Subresource& subresource) {
    if (subresource.kind == "Scale")
        return {"autoscaling", "v1"};
    if (subresource.kind == "Eviction")
        return {"policy", "v1"};
    if (subresource.kind == "TokenRequest")
        return {"authentication.k8s.io", "v1"};
    return {resource.group, resource.version};
}

JsonObject resourceEntry(const Resource& resource) {
    JsonObject entry{{"name", resource.name},
                     {"singularName", resource.singular},
                     {"namespaced", resource.namespaced},
                     {"kind", resource.kind},
                     {"verbs", words(resource.verbs)}};
    if (!resource.shortNames.empty())
        entry["shortNames"] = words(resource.shortNames);
    if (!resource.categories.empty())
        entry["categories"] = words(resource.categories);
    return entry;
}

JsonObject subresourceEntry(const Resource& resource, const Subresource& subresource) {
    JsonObject entry{{"name", std::format("{}/{}", resource.name, subresource.name)},
                     {"singularName", ""},
                     {"namespaced", resource.namespaced},
                     {"kind", subresource.kind},
                     {"verbs", words(subresource.verbs)}};
    if (const GroupVersion kind = kindOf(resource, subresource);
        kind.group != resource.group || kind.version != resource.version) {
        entry["group"] = kind.group;
        entry["version"] = kind.version;
    }
    return entry;
}

JsonObject groupEntry(std::string_view group) {
    JsonArray versions;
    for (const GroupVersion& entry : groupVersions())
        if (entry.group == group)
            versions.push_back(JsonObject{{"groupVersion", join(entry)}, {"version", entry.version}});
    const Json preferred = versions[0];
    return {{"name", group}, {"versions", std::move(versions)}, {"preferredVersion", preferred}};
}

JsonObject responseKind(const GroupVersion& where, std::string_view kind) {
    return {{"group", where.group}, {"version", where.version}, {"kind", kind}};
}

JsonObject aggregatedResource(const Resource& resource) {
    JsonObject entry{{"resource", resource.name},
                     {"responseKind", responseKind({resource.group, resource.version}, resource.kind)},
                     {"scope", resource.namespaced ? "Namespaced" : "Cluster"},
                     {"singularResource", resource.singular},
                     {"verbs", words(resource.verbs)}};
    if (!resource.shortNames.empty())
        entry["shortNames"] = words(resource.shortNames);
    if (!resource.categories.empty())
        entry["categories"] = words(resource.categories);
    JsonArray subresources;
    for (const Subresource& subresource : resource.subresources)
        subresources.push_back(
            JsonObject{{"subresource", subresource.name},
                       {"responseKind", responseKind(kindOf(resource, subresource), subresource.kind)},
                       {"verbs", words(subresource.verbs)}});
    if (!subresources.empty())
        entry["subresources"] = std::move(subresources);
    return entry;
}

JsonObject aggregatedGroup(std::string_view group) {
    JsonArray versions;
    for (const GroupVersion& entry : groupVersions()) {
        if (entry.group != group)
            continue;
        JsonArray resources;
        for (const Resource& resource : builtInResources())
            if (resource.group == entry.group && resource.version == entry.version)
                resources.push_back(aggregatedResource(resource));
        versions.push_back(
            JsonObject{{"version", entry.version}, {"resources", std::move(resources)}, {"freshness", "Current"}});
    }
    JsonObject metadata{{"creationTimestamp", nullptr}};
    if (!group.empty())
        metadata["name"] = group;
    return {{"metadata", std::move(metadata)}, {"versions", std::move(versions)}};
}

} // namespace

JsonObject discoveryApiVersions(std::string_view serverAddress) {
    return {{"kind", "APIVersions"},
            {"versions", JsonArray{"v1"}},
            {"serverAddressByClientCIDRs",
             JsonArray{JsonObject{{"clientCIDR", "0.0.0.0/0"}, {"serverAddress", serverAddress}}}}};
}

JsonObject discoveryGroups() {
    JsonArray list;
    for (std::string_view group : groups())
        list.push_back(groupEntry(group));
    return {{"kind", "APIGroupList"}, {"apiVersion", "v1"}, {"groups", std::move(list)}};
}

JsonObject discoveryGroup(std::string_view group) {
    const auto known = groups();
    if (std::ranges::find(known, group) == known.end())
        return {};
    JsonObject entry = groupEntry(group);
    entry["kind"] = "APIGroup";
    entry["apiVersion"] = "v1";
    return entry;
}

JsonObject discoveryResources(std::string_view group, std::string_view version) {
    JsonArray resources;
    for (const Resource& resource : builtInResources()) {
        if (resource.group != group || resource.version != version)
            continue;
        resources.push_back(resourceEntry(resource));
        for (const Subresource& subresource : resource.subresources)
            resources.push_back(subresourceEntry(resource, subresource));
    }
    if (resources.empty())
        return {};
    return {{"kind", "APIResourceList"},
            {"apiVersion", "v1"},
            {"groupVersion", join({group, version})},
            {"resources", std::move(resources)}};
}

JsonObject discoveryAggregated(bool coreGroup) {
    JsonArray items;
    if (coreGroup)
        items.push_back(aggregatedGroup(""));
    else
        for (std::string_view group : groups())
            items.push_back(aggregatedGroup(group));
    return {{"kind", "APIGroupDiscoveryList"},
            {"apiVersion", "apidiscovery.k8s.io/v2"},
            {"metadata", JsonObject()},
            {"items", std::move(items)}};
}

} // namespace slipway::api
