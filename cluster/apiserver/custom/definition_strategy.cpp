#include "cluster/apiserver/custom/definition_strategy.h"

#include "cluster/base/time.h"

#include <algorithm>

namespace slipway::apiserver {
namespace {

using api::Json;
using api::JsonArray;
using api::JsonObject;
using api::objectAt;
using api::stringAt;

JsonArray& arrayAt(JsonObject& object, std::string_view name) {
    Json& list = object[name];
    if (!list.is_array())
        list.emplace_array();
    return list.get_array();
}

} // namespace

bool isDefinition(const api::Resource& resource) {
    return resource.name == "customresourcedefinitions" && resource.group == "apiextensions.k8s.io";
}

void prepareDefinition(JsonObject& crd) {
    JsonObject& status = objectAt(crd, {"status"});
    if (!status.contains("acceptedNames"))
        status["acceptedNames"] = JsonObject{{"plural", ""}, {"kind", ""}};
    arrayAt(status, "conditions");
    JsonArray& stored = arrayAt(status, "storedVersions");
    const Json* versions = api::find(crd, {"spec", "versions"});
    if (versions == nullptr || !versions->is_array())
        return;
    for (const Json& version : versions->get_array()) {
        const Json* name = api::find(version, {"name"});
        if (name != nullptr && version.is_object() && api::boolAt(version.get_object(), {"storage"}) &&
            std::ranges::find(stored, *name) == stored.end())
            stored.push_back(*name);
    }
}

void markDefinitionForDeletion(JsonObject& crd) {
    if (!conditionStatus(crd, "Terminating").empty())
        return;
    arrayAt(objectAt(crd, {"metadata"}), "finalizers").emplace_back(definitionFinalizer);
    setCondition(crd, "Terminating", "True", "InstanceDeletionPending",
                 "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon");
}

void setCondition(JsonObject& crd, std::string_view type, std::string_view status, std::string_view reason,
                  std::string_view message) {
    JsonArray& conditions = arrayAt(objectAt(crd, {"status"}), "conditions");
    const auto found =
        std::ranges::find_if(conditions, [&](const Json& one) { return stringAt(one, {"type"}) == type; });
    Json time(base::nowRfc3339());
    if (found != conditions.end() && stringAt(*found, {"status"}) == status)
        if (const Json* before = api::find(*found, {"lastTransitionTime"}))
            time = *before;
    JsonObject condition{{"type", type},
                         {"status", status},
                         {"lastTransitionTime", std::move(time)},
                         {"reason", reason},
                         {"message", message}};
    if (found == conditions.end())
        conditions.push_back(std::move(condition));
    else
        *found = std::move(condition);
}

std::string_view conditionStatus(const JsonObject& crd, std::string_view type) {
    const Json* list = api::find(crd, {"status", "conditions"});
    if (list == nullptr || !list->is_array())
        return {};
    for (const Json& condition : list->get_array())
        if (stringAt(condition, {"type"}) == type)
            return stringAt(condition, {"status"});
    return {};
}

} // namespace slipway::apiserver
