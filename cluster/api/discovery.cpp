#include "cluster/api/base64.h"
#include "cluster/api/conversion.h"
#include "cluster/api/json_words.h"
#include "cluster/api/openapi.h"

#include "cluster/api/schema.h"

#include <algorithm>
#include <array>
#include <format>
#include <map>
#include <openssl/sha.h>
#include <utility>
#include <vector>

namespace slipway::api {
namespace {

struct GroupVersion {
    std::string_view group, version;
    bool operator==(const GroupVersion&) const = default;
};

/// The resources of a list by group and version, in the list's order.
class GroupedResources {
public:
    explicit GroupedResources(Resources resources) {
        for (const Resource* resource : resources) {
            const GroupVersion entry{resource->group, resource->version};
            auto& members = members_[std::pair(entry.group, entry.version)];
            if (members.empty()) {
                if (!versions_.contains(entry.group))
                    groups_.push_back(entry.group);
                versions_[entry.group].push_back(entry);
            }
            members.push_back(resource);
        }
    }

    const std::vector<std::string_view>& groups() const { return groups_; }
    const std::vector<GroupVersion>& versions(std::string_view group) const {
        static const std::vector<GroupVersion> none;
        const auto found = versions_.find(group);
        return found == versions_.end() ? none : found->second;
    }
    const std::vector<const Resource*>& members(const GroupVersion& entry) const {
        static const std::vector<const Resource*> none;
        const auto found = members_.find(std::pair(entry.group, entry.version));
        return found == members_.end() ? none : found->second;
    }

private:
    std::vector<std::string_view> groups_;
    std::map<std::string_view, std::vector<GroupVersion>> versions_;
    std::map<std::pair<std::string_view, std::string_view>, std::vector<const Resource*>> members_;
};

std::string join(const GroupVersion& entry) {
    return entry.group.empty() ? std::string(entry.version) : std::format("{}/{}", entry.group, entry.version);
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

/// Tells clients when what is stored has changed its version.
std::string storageHash(const Resource& resource) {
    const std::string stored = storedApiVersionOf(resource);
    const std::string kind =
        std::format("{}{}/{}", stored.contains('/') ? "" : "/", stored, std::string_view(resource.kind));
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    SHA256(reinterpret_cast<const unsigned char*>(kind.data()), kind.size(), digest.data());
    return encodeBase64({reinterpret_cast<const char*>(digest.data()), 8});
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
    if (resource.hasVerb("list"))
        entry["storageVersionHash"] = storageHash(resource);
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

JsonObject groupEntry(const GroupedResources& all, std::string_view group) {
    JsonArray versions;
    for (const GroupVersion& entry : all.versions(group))
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

JsonObject aggregatedGroup(const GroupedResources& all, std::string_view group) {
    JsonArray versions;
    for (const GroupVersion& entry : all.versions(group)) {
        JsonArray resources;
        for (const Resource* resource : all.members(entry))
            resources.push_back(aggregatedResource(*resource));
        versions.push_back(
            JsonObject{{"version", entry.version}, {"resources", std::move(resources)}, {"freshness", "Current"}});
    }
    JsonObject metadata{{"creationTimestamp", nullptr}};
    if (!group.empty())
        metadata["name"] = group;
    return {{"metadata", std::move(metadata)}, {"versions", std::move(versions)}};
}

} // namespace

Resources builtIns() {
    static const std::vector<const Resource*> list = [] {
        std::vector<const Resource*> made;
        for (const Resource& resource : builtInResources())
            made.push_back(&resource);
        return made;
    }();
    return list;
}

JsonObject discoveryApiVersions(std::string_view serverAddress) {
    return {{"kind", "APIVersions"},
            {"versions", JsonArray{"v1"}},
            {"serverAddressByClientCIDRs",
             JsonArray{JsonObject{{"clientCIDR", "0.0.0.0/0"}, {"serverAddress", serverAddress}}}}};
}

JsonObject discoveryGroups(Resources resources) {
    const GroupedResources all(resources);
    JsonArray list;
    for (std::string_view group : all.groups())
        if (!group.empty())
            list.push_back(groupEntry(all, group));
    return {{"kind", "APIGroupList"}, {"apiVersion", "v1"}, {"groups", std::move(list)}};
}

JsonObject discoveryGroup(std::string_view group, Resources resources) {
    const GroupedResources all(resources);
    if (group.empty() || all.versions(group).empty())
        return {};
    JsonObject entry{{"kind", "APIGroup"}, {"apiVersion", "v1"}};
    for (auto& [name, value] : groupEntry(all, group))
        entry[name] = std::move(value);
    return entry;
}

JsonObject discoveryResources(std::string_view group, std::string_view version, Resources resources) {
    JsonArray list;
    for (const Resource* resource : resources) {
        if (resource->group != group || resource->version != version)
            continue;
        list.push_back(resourceEntry(*resource));
        for (const Subresource& subresource : resource->subresources)
            list.push_back(subresourceEntry(*resource, subresource));
    }
    if (list.empty())
        return {};
    return {{"kind", "APIResourceList"},
            {"apiVersion", "v1"},
            {"groupVersion", join({group, version})},
            {"resources", std::move(list)}};
}

JsonObject discoveryAggregated(bool coreGroup, Resources resources, std::string_view documentVersion) {
    const GroupedResources all(resources);
    JsonArray items;
    for (std::string_view group : all.groups())
        if (group.empty() == coreGroup)
            items.push_back(aggregatedGroup(all, group));
    return {{"kind", "APIGroupDiscoveryList"},
            {"apiVersion", std::format("apidiscovery.k8s.io/{}", documentVersion)},
            {"metadata", JsonObject()},
            {"items", std::move(items)}};
}

} // namespace slipway::api
