#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace slipway::agent {

/// A Kubernetes quantity in thousandths ("250m" is 250, "1Gi" is 1073741824000), rounded up; nothing for other text.
std::optional<std::int64_t> parseMilli(std::string_view quantity);

/// A quantity in whole units, rounded up.
std::optional<std::int64_t> parseUnits(std::string_view quantity);

} // namespace slipway::agent
