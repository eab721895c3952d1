#include "cluster/apiserver/subresource_update.h"

#include "cluster/base/time.h"

#include <algorithm>
#include <array>
#include <vector>

namespace slipway::apiserver {
namespace {

using api::Json;
using api::JsonArray;
using api::JsonObject;
using api::objectAt;
using api::stringAt;

void take(const JsonObject& from, JsonObject& to, std::string_view member) {
    if (const Json* value = from.if_contains(member))
        to[member] = *value;
    else
        to.erase(member);
}

JsonObject memberOf(const JsonObject& object, std::string_view member) {
    const Json* found = object.if_contains(member);
    return found != nullptr && found->is_object() ? found->get_object() : JsonObject();
}

JsonArray conditionsOf(const JsonObject& object) {
    const Json* found = api::find(object, {"status", "conditions"});
    return found != nullptr && found->is_array() ? found->get_array() : JsonArray();
}

/// Where in a list of conditions those of a type are.
std::vector<std::size_t> indexesOf(const JsonArray& conditions, std::string_view type) {
    std::vector<std::size_t> indexes;
    for (std::size_t i = 0; i < conditions.size(); ++i)
        if (stringAt(conditions[i], {"type"}) == type)
            indexes.push_back(i);
    return indexes;
}

/// Conditions without times get those of the same condition before, or the present one.
void fillConditionTimes(const JsonArray& before, JsonArray& after) {
    const std::string now = base::nowRfc3339();
    for (Json& value : after) {
        JsonObject* condition = value.if_object();
        if (condition == nullptr)
            continue;
        if (stringAt(*condition, {"lastUpdateTime"}).empty())
            (*condition)["lastUpdateTime"] = now;
        if (!stringAt(*condition, {"lastTransitionTime"}).empty())
            continue;
        const auto same = std::ranges::find_if(before, [&](const Json& old) {
            return stringAt(old, {"type"}) == stringAt(*condition, {"type"}) &&
                   stringAt(old, {"status"}) == stringAt(*condition, {"status"}) &&
                   !stringAt(old, {"lastTransitionTime"}).empty();
        });
        (*condition)["lastTransitionTime"] =
            same == before.end() ? Json(now) : Json(stringAt(*same, {"lastTransitionTime"}));
    }
}

/// The approver writes conditions alone; the signer writes everything but the decisions, which stay as they were. A
/// status that has more or fewer decisions than there were is left for validation to refuse.
void keepCertificateParts(std::string_view subresource, const JsonObject& before, JsonObject& after) {
    const JsonArray old = conditionsOf(before);
    JsonArray conditions = conditionsOf(after);
    if (subresource == "approval")
        take(before, after, "status");
    else
        for (std::string_view type : {"Approved", "Denied"}) {
            const auto was = indexesOf(old, type), is = indexesOf(conditions, type);
            if (was.size() == is.size())
                for (std::size_t i = 0; i < is.size(); ++i)
                    conditions[is[i]] = old[was[i]];
        }
    fillConditionTimes(old, conditions);
    if (conditions.empty())
        objectAt(after, {"status"}).erase("conditions");
    else
        objectAt(after, {"status"})["conditions"] = std::move(conditions);
}

/// Takes over the resources and resize policies of the containers of that name.
void takeResources(JsonObject& spec, const JsonObject& wanted) {
    for (std::string_view list : {"containers", "initContainers"}) {
        Json* containers = spec.if_contains(list);
        const Json* changed = wanted.if_contains(list);
        if (containers == nullptr || changed == nullptr || !containers->is_array() || !changed->is_array())
            continue;
        for (Json& container : containers->get_array())
            for (const Json& other : changed->get_array())
                if (container.is_object() && other.is_object() &&
                    stringAt(container, {"name"}) == stringAt(other, {"name"}))
                    for (std::string_view member : {"resources", "resizePolicy"})
                        take(other.get_object(), container.get_object(), member);
    }
}

/// Resources whose status is written without anything of the metadata; for others labels and annotations may come with
/// it.
bool statusKeepsMetadata(const api::Resource& resource) {
    static constexpr std::array<std::string_view, 5> names{"customresourcedefinitions", "apiservices", "flowschemas",
                                                           "prioritylevelconfigurations", "volumeattachments"};
    return resource.custom != nullptr || std::ranges::find(names, resource.name) != names.end();
}

void keepAllOfPodBut(std::string_view subresource, const JsonObject& before, JsonObject& after) {
    const JsonObject wanted = memberOf(after, "spec");
    JsonObject metadata = memberOf(after, "metadata");
    after = before;
    after["metadata"] = std::move(metadata);
    JsonObject& spec = objectAt(after, {"spec"});
    if (subresource == "ephemeralcontainers")
        take(wanted, spec, "ephemeralContainers");
    else
        takeResources(spec, wanted);
}

} // namespace

void keepOtherParts(const api::Resource& resource, std::string_view subresource, const JsonObject& before,
                    JsonObject& after) {
    if (subresource == "ephemeralcontainers" || subresource == "resize")
        return keepAllOfPodBut(subresource, before, after);
    if (subresource == "finalize") {
        const Json* finalizers = api::find(after, {"spec", "finalizers"});
        const Json wanted = finalizers == nullptr ? Json(JsonArray()) : *finalizers;
        take(before, after, "spec");
        objectAt(after, {"spec"})["finalizers"] = wanted;
        return take(before, after, "status");
    }
    if (subresource == "status" || subresource == "approval") {
        JsonObject wanted = before;
        take(after, wanted, "status");
        JsonObject metadata = memberOf(after, "metadata");
        if (statusKeepsMetadata(resource)) {
            take(metadata, objectAt(wanted, {"metadata"}), "managedFields");
            take(metadata, objectAt(wanted, {"metadata"}), "resourceVersion");
        } else {
            take(memberOf(before, "metadata"), metadata, "ownerReferences");
            if (resource.group == "apps" && resource.name == "deployments")
                take(memberOf(before, "metadata"), metadata, "labels");
            wanted["metadata"] = std::move(metadata);
        }
        after = std::move(wanted);
        if (resource.name == "certificatesigningrequests")
            keepCertificateParts(subresource, before, after);
        return;
    }
    if (subresource.empty() && resource.subresource("status") != nullptr)
        take(before, after, "status");
}

} // namespace slipway::apiserver
