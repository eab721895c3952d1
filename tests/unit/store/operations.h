#pragma once

#include "cluster/store/sqlite_store.h"

/// Short ways to write commits.
namespace slipway::store::test {

inline Operation put(std::string key, std::string value, Revision expected = Operation::any) {
    return {std::move(key), std::move(value), expected, Operation::noSplice};
}

inline Operation erase(std::string key, Revision expected = Operation::any) {
    return {std::move(key), std::nullopt, expected, Operation::noSplice};
}

/// The value at a revision; "-" when absent, the error's number when refused.
inline std::string valueAt(const Store& store, std::string_view key, Revision at = 0) {
    const auto found = store.get(key, at);
    if (!found)
        return "error " + std::to_string(static_cast<int>(found.error().kind));
    return *found ? *(*found)->value : "-";
}

inline std::string keysAt(const Store& store, std::string_view prefix, Revision at = 0, std::string_view start = {},
                          std::size_t limit = 0) {
    const auto listing = store.list(prefix, at, start, limit);
    if (!listing)
        return "error " + std::to_string(static_cast<int>(listing.error().kind));
    std::string text;
    for (const Entry& entry : listing->entries)
        text += (text.empty() ? "" : " ") + entry.key + "=" + *entry.value;
    return text;
}

} // namespace slipway::store::test
