#pragma once

#include "cluster/api/json.h"

#include <span>
#include <string_view>

namespace slipway::api {

/// A list of words as JSON.
inline JsonArray words(std::span<const std::string_view> list) {
    JsonArray array;
    for (std::string_view word : list)
        array.emplace_back(word);
    return array;
}

} // namespace slipway::api
