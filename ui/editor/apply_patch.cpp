#include "ui/editor/apply_patch.h"

#include <algorithm>

namespace slipway::ui {
namespace {

using api::Json;
using api::JsonArray;
using api::JsonObject;

JsonObject patchObject(const JsonObject& previous, const JsonObject& wanted, const api::Type* type);

/// The element of a list whose merge key has the same value, or null.
const JsonObject* sameKey(const JsonArray& list, std::string_view key, const Json& value) {
    for (const Json& item : list)
        if (const JsonObject* object = item.if_object())
            if (const Json* found = object->if_contains(key); found != nullptr && *found == value)
                return object;
    return nullptr;
}

/// A list of objects that is merged by a key.
JsonArray patchKeyedList(const JsonArray& previous, const JsonArray& wanted, const api::Field& field) {
    static const JsonObject none;
    JsonArray patch;
    for (const Json& item : wanted) {
        const JsonObject* object = item.if_object();
        const Json* key = object == nullptr ? nullptr : object->if_contains(field.mergeKey);
        if (key == nullptr) {
            patch.push_back(item); // the server says what is missing
            continue;
        }
        const JsonObject* before = sameKey(previous, field.mergeKey, *key);
        patch.push_back(patchObject(before == nullptr ? none : *before, *object, field.type));
    }
    for (const Json& item : previous) {
        const JsonObject* object = item.if_object();
        const Json* key = object == nullptr ? nullptr : object->if_contains(field.mergeKey);
        if (key != nullptr && sameKey(wanted, field.mergeKey, *key) == nullptr)
            patch.push_back(JsonObject{{"$patch", "delete"}, {field.mergeKey, *key}});
    }
    return patch;
}

JsonArray goneFrom(const JsonArray& previous, const JsonArray& wanted) {
    JsonArray gone;
    for (const Json& item : previous)
        if (std::ranges::find(wanted, item) == wanted.end())
            gone.push_back(item);
    return gone;
}

Json patchValue(const Json* before, const Json& wanted, const api::Field* field, const std::string& name,
                JsonObject& patch) {
    static const JsonObject noObject;
    static const JsonArray noArray;
    if (const JsonObject* object = wanted.if_object()) {
        const JsonObject* old = before == nullptr ? nullptr : before->if_object();
        const bool typed = field != nullptr && field->container == api::Container::none;
        JsonObject made = patchObject(old == nullptr ? noObject : *old, *object, typed ? field->type : nullptr);
        if (typed && field->patchRetainKeys) {
            JsonArray keys;
            for (const auto& member : *object)
                keys.push_back(Json(member.key()));
            made["$retainKeys"] = std::move(keys);
        }
        return made;
    }
    const JsonArray* array = wanted.if_array();
    if (array == nullptr || field == nullptr || !field->patchMerge)
        return wanted;
    const JsonArray* old = before == nullptr ? nullptr : before->if_array();
    if (!field->mergeKey.empty())
        return patchKeyedList(old == nullptr ? noArray : *old, *array, *field);
    if (JsonArray gone = goneFrom(old == nullptr ? noArray : *old, *array); !gone.empty())
        patch["$deleteFromPrimitiveList/" + name] = std::move(gone);
    return wanted;
}

JsonObject patchObject(const JsonObject& previous, const JsonObject& wanted, const api::Type* type) {
    JsonObject patch;
    for (const auto& [name, value] : wanted) {
        const api::Field* field = type == nullptr ? nullptr : type->field(name);
        patch[name] = patchValue(previous.if_contains(name), value, field, std::string(name), patch);
    }
    for (const auto& [name, value] : previous)
        if (!wanted.contains(name))
            patch[name] = nullptr;
    return patch;
}

} // namespace

JsonObject withLastApplied(JsonObject object) {
    JsonObject& annotations = api::objectAt(object, {"metadata", "annotations"});
    annotations.erase(lastAppliedAnnotation);
    const std::string text = api::printJson(object) + "\n";
    api::objectAt(object, {"metadata", "annotations"})[lastAppliedAnnotation] = text;
    return object;
}

JsonObject lastApplied(const JsonObject& live) {
    const auto text = api::stringAt(live, {"metadata", "annotations", lastAppliedAnnotation});
    auto parsed = api::parseJson(text);
    return parsed && parsed->is_object() ? std::move(parsed->get_object()) : JsonObject();
}

JsonObject applyPatch(const JsonObject& previous, const JsonObject& wanted, const api::Type* type) {
    JsonObject patch = patchObject(previous, wanted, type);
    for (const char* fixed : {"apiVersion", "kind", "status"})
        if (!wanted.contains(fixed))
            patch.erase(fixed);
    return patch;
}

} // namespace slipway::ui
