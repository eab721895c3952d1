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
                member(target, key, value, type, orderFor(patch, key));
        for (const auto& [key, value] : patch) // an order without a change of the list itself
            if (std::string_view(key).starts_with(orderPrefix) &&
                !patch.contains(std::string_view(key).substr(orderPrefix.size())))
                reorder(target, std::string_view(key).substr(orderPrefix.size()), value, type);
    }

private:
    static void retain(JsonObject& target, const JsonObject& patch) {
        const Json* keys = patch.if_contains(retainKeys);
        if (keys == nullptr || !keys->is_array())
            return;
        JsonObject kept;
        for (const auto& [key, value] : target)
            if (std::ranges::any_of(keys->get_array(), [&](const Json& k) {
                    return k.is_string() && view(k.get_string()) == std::string_view(key);
                }))
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

    /// The $setElementOrder list of a member, or null.
    static const JsonArray* orderFor(const JsonObject& patch, std::string_view key) {
        const Json* order = patch.if_contains(std::string(orderPrefix) + std::string(key));
        if (order != nullptr && !order->is_array())
            throw MergeFailure{std::format("$setElementOrder list of {} is not a list", key)};
        return order == nullptr ? nullptr : &order->get_array();
    }

    void member(JsonObject& target, std::string_view key, const Json& value, const Type* type, const JsonArray* order) {
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
            return;
        }
        if (value.is_array() && field != nullptr && field->patchMerge && field->container == Container::list) {
            if (current == nullptr || !current->is_array())
                current = &(target[key] = JsonArray());
            if (order != nullptr)
                checkOrder(value.get_array(), *order, field->mergeKey);
            const JsonArray before = current->get_array();
            list(current->get_array(), value.get_array(), *field);
            arrange(current->get_array(), before, order != nullptr ? *order : value.get_array(), field->mergeKey);
            return;
        }
        target[key] = value;
    }

    /// The patch's own elements must come in the order its $setElementOrder list gives them.
    static void checkOrder(const JsonArray& patch, const JsonArray& order, std::string_view mergeKey) {
        std::size_t next = 0;
        for (const Json& item : patch) {
            if (!stringAt(item, {directive}).empty())
                continue;
            while (next < order.size() && !sameElement(order[next], item, mergeKey))
                ++next;
            if (next++ >= order.size())
                throw MergeFailure{
                    std::format("The order in patch list:\n{}\n doesn't match $setElementOrder list:\n{}\n",
                                printJson(patch), printJson(order))};
        }
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
            if (replaceAll && stringAt(item, {directive}).empty())
                target.push_back(item);
            else if (!replaceAll)
                element(target, item.get_object(), field);
        }
    }

    void element(JsonArray& target, const JsonObject& item, const Field& field) {
        const Json* id = item.if_contains(field.mergeKey);
        const std::string_view mode = stringAt(item, {directive});
        if (id == nullptr) {
            if (mode.empty())
                throw MergeFailure{
                    std::format("map: {} does not contain declared merge key: {}", printJson(item), field.mergeKey)};
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
        if (!mode.empty() && mode != "merge" && mode != "replace")
            throw MergeFailure{std::format("Unknown patch type found: {}", mode)};
        if (found == target.end()) {
            JsonObject made;
            object(made, item, field.type);
            target.push_back(std::move(made));
        } else {
            object(found->get_object(), item, field.type);
        }
    }

    static const Json* idOf(const Json& item, std::string_view mergeKey) {
        return mergeKey.empty() ? &item : find(item, {mergeKey});
    }

    static bool sameElement(const Json& one, const Json& other, std::string_view mergeKey) {
        const Json *a = idOf(one, mergeKey), *b = idOf(other, mergeKey);
        return a != nullptr && b != nullptr && *a == *b;
    }

    static std::ptrdiff_t placeOf(const JsonArray& list, const Json& item, std::string_view mergeKey) {
        const auto found =
            std::ranges::find_if(list, [&](const Json& other) { return sameElement(item, other, mergeKey); });
        return found == list.end() ? -1 : found - list.begin();
    }

    static void reorder(JsonObject& target, std::string_view name, const Json& order, const Type* type) {
        Json* list = target.if_contains(name);
        const Field* field = type == nullptr ? nullptr : type->field(name);
        if (list == nullptr || !list->is_array() || field == nullptr || !field->patchMerge || !order.is_array())
            return;
        const JsonArray before = list->get_array();
        arrange(list->get_array(), before, order.get_array(), field->mergeKey);
    }

    /// Puts the elements @p wanted names in its order. The others keep their order and go before the first named
    /// element that was behind them in @p before (the list as it was).
    static void arrange(JsonArray& list, const JsonArray& before, const JsonArray& wanted, std::string_view mergeKey) {
        std::vector<Json> named, others;
        for (const Json& item : list)
            (placeOf(wanted, item, mergeKey) >= 0 ? named : others).push_back(item);
        std::ranges::stable_sort(named, {}, [&](const Json& item) { return placeOf(wanted, item, mergeKey); });
        const auto comesFirst = [&](const Json& other, const Json& one) {
            const std::ptrdiff_t a = placeOf(before, other, mergeKey), b = placeOf(before, one, mergeKey);
            return a >= 0 && b >= 0 && a < b;
        };
        std::size_t nextNamed = 0, nextOther = 0;
        for (Json& slot : list) {
            const bool other = nextNamed == named.size() ||
                               (nextOther < others.size() && comesFirst(others[nextOther], named[nextNamed]));
            slot = other ? std::move(others[nextOther++]) : std::move(named[nextNamed++]);
        }
    }
};

} // namespace

std::expected<JsonObject, Status> applyStrategicMergePatch(JsonObject object, const JsonObject& patch,
                                                           const Type& type) {
    try {
        StrategicMerge().object(object, patch, &type);
        return object;
    } catch (const MergeFailure& failure) {
        return std::unexpected(badRequest(failure.message));
    }
}

} // namespace slipway::api
