#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

namespace slipway::scheduler::plugins {

/// Counts by the value of a node label: "how many such pods are in zone a".
using DomainCounts = std::unordered_map<std::string, std::int64_t>;

/// Such counts for several labels, by their keys.
using TopologyCounts = std::unordered_map<std::string, DomainCounts>;

inline std::int64_t countAt(const TopologyCounts& counts, const std::string& key, const std::string& value) {
    const auto label = counts.find(key);
    if (label == counts.end())
        return 0;
    const auto domain = label->second.find(value);
    return domain == label->second.end() ? 0 : domain->second;
}

} // namespace slipway::scheduler::plugins
