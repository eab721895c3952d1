#include "cluster/apiserver/subresource_update.h"

#include <algorithm>
#include <array>

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

/// The conditions that carry a decision, or the others.
JsonArray conditions(const JsonObject& object, bool decisions) {
    JsonArray list;
    if (const Json* found = api::find(object, {"status", "conditions"}); found != nullptr && found->is_array())
        for (const Json& condition : found->get_array()) {
            const std::string_view type = stringAt(condition, {"type"});
            if ((type == "Approved" || type == "Denied") == decisions)
                list.push_back(condition);
        }
    return list;
}

void setConditions(JsonObject& object, JsonArray first, const JsonArray& second) {
    for (const Json& condition : second)
        first.push_back(condition);
    if (first.empty())
        objectAt(object, {"status"}).erase("conditions");
    else
        objectAt(object, {"status"})["conditions"] = std::move(first);
}

/// The signer writes what it issued, the approver what was decided.
void keepCertificateParts(std::string_view subresource, const JsonObject& before, JsonObject& after) {
    if (subresource == "approval") {
        JsonArray decided = conditions(after, true);
        const JsonArray others = conditions(before, false);
        take(before, after, "status");
        setConditions(after, std::move(decided), others);
    } else {
        JsonArray decided = conditions(before, true);
        const JsonArray others = conditions(after, false);
        setConditions(after, std::move(decided), others);
    }
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

/// Resources whose status is written without anything of the metadata; for others labels and annotations may come with it.
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
