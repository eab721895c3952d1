#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

namespace slipway::scheduler::plugins {

/// Counts by the value of a node label: "how many such pods are in zone a".
using DomainCounts = std::unordered_map<std::string, std::int64_t>;

inline std::int64_t countAt(const DomainCounts& counts, const std::string& value) {
    const auto domain = counts.find(value);
    return domain == counts.end() ? 0 : domain->second;
}

} // namespace slipway::scheduler::plugins
