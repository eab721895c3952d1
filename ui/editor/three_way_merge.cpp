#include "ui/editor/three_way_merge.h"

#include "ui/session/session.h"

#include <algorithm>

namespace slipway::ui {
namespace {

using api::Json;
using api::JsonArray;
using api::JsonObject;

/// Nothing stands for a member that is not there.
using Value = const Json*;

bool same(Value a, Value b) {
    return a == nullptr || b == nullptr ? a == b : *a == *b;
}

std::optional<Json> merge(Value base, Value mine, Value theirs, const QString& path, QStringList& both);

JsonObject mergeObjects(const JsonObject& base, const JsonObject& mine, const JsonObject& theirs, const QString& path,
                        QStringList& both) {
    JsonObject result;
    const auto take = [&](std::string_view name) {
        if (result.contains(name))
            return;
        const QString at = path.isEmpty() ? text(name) : path + QLatin1Char('.') + text(name);
        if (auto value = merge(base.if_contains(name), mine.if_contains(name), theirs.if_contains(name), at, both))
            result[name] = std::move(*value);
    };
    for (const auto& entry : mine)
        take(entry.key());
    for (const auto& entry : theirs)
        take(entry.key());
    return result;
}

/// The name of a list's element; empty: it has none.
std::string_view nameOf(const Json& item) {
    return api::stringAt(item, {"name"});
}
bool isNamed(Value list) {
    return list != nullptr && list->is_array() && !list->get_array().empty() &&
           std::ranges::all_of(list->get_array(), [](const Json& item) { return !nameOf(item).empty(); });
}
Value named(Value list, std::string_view name) {
    if (list != nullptr && list->is_array())
        for (const Json& item : list->get_array())
            if (nameOf(item) == name)
                return &item;
    return nullptr;
}

JsonArray mergeNamed(Value base, const JsonArray& mine, const JsonArray& theirs, const QString& path,
                     QStringList& both) {
    JsonArray result;
    const Json mineList = mine, theirList = theirs;
    const auto take = [&](std::string_view name) {
        const Json done = result;
        if (named(&done, name) != nullptr)
            return;
        if (auto value = merge(named(base, name), named(&mineList, name), named(&theirList, name),
                               path + QLatin1Char('[') + text(name) + QLatin1Char(']'), both))
            result.push_back(std::move(*value));
    };
    for (const Json& item : mine)
        take(nameOf(item));
    for (const Json& item : theirs)
        take(nameOf(item));
    return result;
}

std::optional<Json> merge(Value base, Value mine, Value theirs, const QString& path, QStringList& both) {
    const auto copy = [](Value value) { return value == nullptr ? std::nullopt : std::optional<Json>(*value); };
    if (same(base, mine))
        return copy(theirs);
    if (same(base, theirs) || same(mine, theirs))
        return copy(mine);
    static const JsonObject none;
    if (mine != nullptr && theirs != nullptr && mine->is_object() && theirs->is_object()) {
        const JsonObject* before = base == nullptr ? nullptr : base->if_object();
        return mergeObjects(before == nullptr ? none : *before, mine->get_object(), theirs->get_object(), path, both);
    }
    if (isNamed(mine) && isNamed(theirs))
        return mergeNamed(base, mine->get_array(), theirs->get_array(), path, both);
    both << path;
    return copy(mine);
}

} // namespace

MergedObject mergeThreeWay(const JsonObject& base, const JsonObject& mine, const JsonObject& theirs) {
    MergedObject merged;
    merged.object = mergeObjects(base, mine, theirs, {}, merged.both);
    return merged;
}

} // namespace slipway::ui
