#include "cluster/agent/pod/quantity.h"

#include "cluster/api/quantity.h"

namespace slipway::agent {

std::optional<std::int64_t> parseMilli(std::string_view quantity) {
    const auto parsed = api::Quantity::parse(quantity);
    return parsed ? std::optional(parsed->milli()) : std::nullopt;
}

std::optional<std::int64_t> parseUnits(std::string_view quantity) {
    const auto parsed = api::Quantity::parse(quantity);
    return parsed ? std::optional(parsed->value()) : std::nullopt;
}

} // namespace slipway::agent
