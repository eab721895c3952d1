#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace slipway::base {

/// A time of any year the API allows (1 to 9999): what the wall clock's own type, which counts nanoseconds and knows
/// the years 1678 to 2261 only, cannot hold.
struct Instant {
    std::int64_t seconds = 0; ///< since 1970, negative before
    std::int32_t nanos = 0;   ///< 0 to 999'999'999
    bool operator==(const Instant&) const = default;
};

/// Reads RFC 3339 with optional fraction and any offset; nothing when @p text is not one.
std::optional<Instant> parseInstant(std::string_view text);

/// RFC 3339 in UTC. @p digits of the fraction: 0 (the API's Time) to 9; what is finer is cut off.
std::string formatInstant(const Instant& instant, int digits = 0);

} // namespace slipway::base
