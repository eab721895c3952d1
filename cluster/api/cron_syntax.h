#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace slipway::api {

/// Why a text is no schedule in cron's five fields (or @hourly, @every 5m, ...), in Kubernetes' words; nothing when it
/// is one.
std::optional<std::string> cronProblem(std::string_view text);

/// Why a text names no time zone.
std::optional<std::string> timeZoneProblem(std::string_view text);

} // namespace slipway::api
