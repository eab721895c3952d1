#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace slipway::api {

/// The field numbers around the message being read or written that JSON does not show.
struct Outer {
    std::array<std::uint16_t, 3> path{};
    std::size_t size = 0;
};

} // namespace slipway::api
