#pragma once

#include "cluster/api/json.h"

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::apiserver {

/// The list at a path, an empty one where there is none.
inline const api::JsonArray& listAt(const api::Json& value, std::initializer_list<std::string_view> path) {
    static const api::JsonArray none;
    const api::Json* found = api::find(value, path);
    return found != nullptr && found->is_array() ? found->get_array() : none;
}

/// The texts in the list at a path; anything else in it is left out.
inline std::vector<std::string> textsAt(const api::JsonObject& object, std::initializer_list<std::string_view> path) {
    std::vector<std::string> list;
    if (const api::Json* found = api::find(object, path); found != nullptr && found->is_array())
        for (const api::Json& item : found->get_array())
            if (item.is_string())
                list.emplace_back(api::view(item.get_string()));
    return list;
}

} // namespace slipway::apiserver
