#include "cluster/api/patch.h"

#include <algorithm>
#include <format>
#include <vector>

namespace slipway::api {
namespace {

constexpr std::string_view directive = "$patch", retainKeys = "$retainKeys", deletePrefix = "$deleteFromPrimitiveList/",
                           orderPrefix = "$setElementOrder/";

struct MergeFailure {
    std::string message;
};

class StrategicMerge {
public:
    void object(JsonObject& target, const JsonObject& patch, const Type* type) {
        if (const Json* mode = patch.if_contains(directive)) {
            const std::string_view word = mode->is_string() ? view(mode->get_string()) : std::string_view();
            if (word == "replace") {
                target = patch;
                target.erase(directive);
                return;
            }
            if (word == "delete") {
                target.clear();
                return;
            }
            if (word != "merge")
                throw MergeFailure{std::format("Unknown patch type found: {}", word)};
        }
        retain(target, patch);
        deletePrimitives(target, patch);
        for (const auto& [key, value] : patch)
            if (!std::string_view(key).starts_with('$'))
                member(target, key, value, type);
        reorder(target, patch, type);
    }

private:
    static void retain(JsonObject& target, const JsonObject& patch) {
        const Json* keys = patch.if_contains(retainKeys);
        if (keys == nullptr || !keys->is_array())
            return;
        JsonObject kept;
        for (const auto& [key, value] : target)
            if (std::ranges::any_of(keys->get_array(), [&](const Json& k) { return k.is_string() && view(k.get_string()) == std::string_view(key); }))
                kept[key] = value;
        target = std::move(kept);
    }

    static void deletePrimitives(JsonObject& target, const JsonObject& patch) {
        for (const auto& [key, value] : patch) {
            if (!std::string_view(key).starts_with(deletePrefix) || !value.is_array())
                continue;
            Json* list = target.if_contains(std::string_view(key).substr(deletePrefix.size()));
            if (list == nullptr || !list->is_array())
                continue;
            JsonArray kept;
            for (const Json& item : list->get_array())
                if (std::ranges::find(value.get_array(), item) == value.get_array().end())
                    kept.push_back(item);
            *list = std::move(kept);
        }
    }

    void member(JsonObject& target, std::string_view key, const Json& value, const Type* type) {
        if (value.is_null()) {
            target.erase(key);
            return;
        }
        const Field* field = type == nullptr ? nullptr : type->field(key);
        Json* current = target.if_contains(key);
        if (value.is_object()) {
            const Type* inner = field != nullptr && field->container == Container::none ? field->type : nullptr;
            const bool replace = field != nullptr && field->patchReplace;
            if (current == nullptr || !current->is_object() || replace)
                current = &(target[key] = JsonObject());
            object(current->get_object(), value.get_object(), inner);
            if (current->get_object().empty() && stringAt(value, {directive}) == "delete")
                target.erase(key);
            return;
        }
        if (value.is_array() && field != nullptr && field->patchMerge && field->container == Container::list) {
            if (current == nullptr || !current->is_array())
                current = &(target[key] = JsonArray());
            list(current->get_array(), value.get_array(), *field);
            return;
        }
        target[key] = value;
    }

    void list(JsonArray& target, const JsonArray& patch, const Field& field) {
        if (field.mergeKey.empty()) { // a set of scalars
            for (const Json& item : patch)
                if (std::ranges::find(target, item) == target.end())
                    target.push_back(item);
            return;
        }
        const bool replaceAll = std::ranges::any_of(patch, [&](const Json& item) {
            return stringAt(item, {directive}) == "replace" && find(item, {field.mergeKey}) == nullptr;
        });
        if (replaceAll)
            target.clear();
        for (const Json& item : patch) {
            if (!item.is_object())
                throw MergeFailure{std::format("expected an object in list {}", field.name)};
            element(target, item.get_object(), field);
        }
    }

    void element(JsonArray& target, const JsonObject& item, const Field& field) {
        const Json* id = item.if_contains(field.mergeKey);
        const std::string_view mode = stringAt(item, {directive});
        if (id == nullptr) {
            if (mode.empty())
                throw MergeFailure{std::format("map: {} does not contain declared merge key: {}", printJson(item), field.mergeKey)};
            return;
        }
        const auto found = std::ranges::find_if(target, [&](const Json& present) {
            const Json* own = find(present, {field.mergeKey});
            return own != nullptr && *own == *id;
        });
        if (mode == "delete") {
            if (found != target.end())
                target.erase(found);
            return;
        }
        if (found == target.end()) {
            JsonObject made;
            object(made, item, field.type);
            target.push_back(std::move(made));
        } else {
            object(found->get_object(), item, field.type);
        }
    }

    /// $setElementOrder: the named elements take the order given; the others keep their places among them.
    static void reorder(JsonObject& target, const JsonObject& patch, const Type* type) {
        for (const auto& [key, value] : patch) {
            if (!std::string_view(key).starts_with(orderPrefix) || !value.is_array())
                continue;
            const std::string_view name = std::string_view(key).substr(orderPrefix.size());
            Json* list = target.if_contains(name);
            const Field* field = type == nullptr ? nullptr : type->field(name);
            if (list == nullptr || !list->is_array() || field == nullptr)
                continue;
            order(list->get_array(), value.get_array(), field->mergeKey);
        }
    }

    static void order(JsonArray& list, const JsonArray& wanted, std::string_view mergeKey) {
        const auto idOf = [&](const Json& item) -> const Json* { return mergeKey.empty() ? &item : find(item, {mergeKey}); };
        const auto rank = [&](const Json& item) {
            const Json* own = idOf(item);
            for (std::size_t i = 0; own != nullptr && i < wanted.size(); ++i)
                if (const Json* id = mergeKey.empty() ? &wanted[i] : find(wanted[i], {mergeKey}); id != nullptr && *id == *own)
                    return static_cast<std::ptrdiff_t>(i);
            return std::ptrdiff_t(-1);
        };
        std::vector<Json> named;
        for (const Json& item : list)
            if (rank(item) >= 0)
                named.push_back(item);
        std::ranges::stable_sort(named, {}, rank);
        std::size_t next = 0;
        for (Json& item : list)
            if (rank(item) >= 0)
                item = named[next++];
    }
};

} // namespace

std::expected<JsonObject, Status> applyStrategicMergePatch(JsonObject object, const JsonObject& patch, const Type& type) {
    try {
        StrategicMerge().object(object, patch, &type);
        return object;
    } catch (const MergeFailure& failure) {
        return std::unexpected(badRequest(failure.message));
    }
}

} // namespace slipway::api
