#include "cluster/agent/node/allocatable.h"

#include "cluster/agent/pod/quantity.h"
#include "cluster/api/validation_pod_parts.h"

#include <algorithm>
#include <format>

namespace slipway::agent {
namespace {

std::string cpuText(std::int64_t milli) {
    return milli % 1000 == 0 ? std::to_string(milli / 1000) : std::format("{}m", milli);
}

std::int64_t reserved(const NodeReserve& reserve, const char* name) {
    std::int64_t milli = 0;
    for (const StringMap* list : {&reserve.system, &reserve.kube})
        if (const auto found = list->find(name); found != list->end())
            milli += parseMilli(found->second).value_or(0);
    return milli;
}

std::int64_t keptFree(const NodeReserve& reserve, const char* signal, std::int64_t capacity) {
    std::int64_t most = 0;
    for (const Threshold& threshold : reserve.eviction)
        if (threshold.signal == signal)
            most = std::max(most, threshold.leastOf(capacity));
    return most;
}

} // namespace

StringMap capacityQuantities(const Capacity& capacity) {
    return {{"cpu", cpuText(capacity.milliCpu)},
            {"memory", std::format("{}Ki", capacity.memoryBytes / 1024)},
            {"ephemeral-storage", std::format("{}Ki", capacity.storageBytes / 1024)},
            {"hugepages-1Gi", "0"},
            {"hugepages-2Mi", "0"},
            {"pods", std::to_string(capacity.pods)}};
}

StringMap allocatableQuantities(const Capacity& capacity, const NodeReserve& reserve) {
    StringMap result = capacityQuantities(capacity);
    result["cpu"] = cpuText(std::max<std::int64_t>(0, capacity.milliCpu - reserved(reserve, "cpu")));
    const std::int64_t memory = capacity.memoryBytes - reserved(reserve, "memory") / 1000 -
                                keptFree(reserve, "memory.available", capacity.memoryBytes);
    result["memory"] = std::format("{}Ki", std::max<std::int64_t>(0, memory) / 1024);
    const std::int64_t storage = capacity.storageBytes - reserved(reserve, "ephemeral-storage") / 1000 -
                                 keptFree(reserve, "nodefs.available", capacity.storageBytes);
    result["ephemeral-storage"] = std::to_string(std::max<std::int64_t>(0, storage));
    return result;
}

std::map<std::string, std::optional<std::string>> extendedResourceChanges(const StringMap& capacity,
                                                                          const StringMap& allocatable) {
    std::map<std::string, std::optional<std::string>> changes;
    for (const auto& [name, amount] : allocatable)
        if (api::isExtendedResource(name) && !capacity.contains(name))
            changes[name] = std::nullopt;
    for (const auto& [name, amount] : capacity)
        if (const auto offered = allocatable.find(name);
            api::isExtendedResource(name) && (offered == allocatable.end() || offered->second != amount))
            changes[name] = amount;
    return changes;
}

std::expected<StringMap, std::string> parseReserved(std::string_view text) {
    StringMap result;
    while (!text.empty()) {
        const std::size_t comma = std::min(text.find(','), text.size());
        const std::string_view one = text.substr(0, comma);
        const std::size_t equals = one.find('=');
        const std::string name(one.substr(0, equals));
        const std::string amount(equals == std::string_view::npos ? "" : one.substr(equals + 1));
        if ((name != "cpu" && name != "memory" && name != "ephemeral-storage") || !parseMilli(amount))
            return std::unexpected(std::format("\"{}\" is not an amount of cpu, memory or ephemeral-storage", one));
        result[name] = amount;
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return result;
}

} // namespace slipway::agent
