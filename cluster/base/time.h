#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

/// Wall-clock time in the forms the Kubernetes API uses (RFC 3339, UTC).
namespace slipway::base {

using Time = std::chrono::system_clock::time_point;

/// Now, in whole seconds: "2026-01-31T12:00:00Z" (the API's Time).
std::string nowRfc3339();

/// Formats with whole seconds (the API's Time).
std::string formatTime(Time time);

/// Formats with microseconds: "2026-01-31T12:00:00.000000Z" (the API's MicroTime).
std::string formatMicroTime(Time time);

/// Formats with nanoseconds, as container logs carry it.
std::string formatNanoTime(Time time);

/// Reads RFC 3339 with optional fraction and any offset; nothing when @p text is not one.
std::optional<Time> parseTime(std::string_view text);

/// A duration in kubectl's short human form: "35s", "4m12s", "3h5m", "2d1h", "400d".
std::string humanDuration(std::chrono::seconds duration);

} // namespace slipway::base
