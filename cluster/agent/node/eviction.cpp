#include "cluster/agent/node/eviction.h"

#include "cluster/agent/pod/critical.h"
#include "cluster/agent/pod/quantity.h"
#include "cluster/api/quantity.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <format>

namespace slipway::agent {
namespace {

struct SignalFacts {
    std::string_view signal;
    const char *pressure, *resource;
};
constexpr SignalFacts signals[] = {
    {"memory.available", "MemoryPressure", "memory"}, {"nodefs.available", "DiskPressure", "ephemeral-storage"},
    {"nodefs.inodesFree", "DiskPressure", "inodes"},  {"imagefs.available", "DiskPressure", "ephemeral-storage"},
    {"imagefs.inodesFree", "DiskPressure", "inodes"}, {"pid.available", "PIDPressure", "pids"}};

const SignalFacts* factsOf(std::string_view signal) {
    const auto found = std::ranges::find(signals, signal, &SignalFacts::signal);
    return found == std::end(signals) ? nullptr : found;
}

std::expected<Threshold, std::string> parseThreshold(std::string_view text) {
    const std::size_t less = text.find('<');
    if (less == std::string_view::npos || factsOf(text.substr(0, less)) == nullptr)
        return std::unexpected(std::format("\"{}\" is not an eviction threshold", text));
    Threshold result;
    result.signal = text.substr(0, less);
    result.text = text.substr(less + 1);
    if (result.text.ends_with('%')) {
        const char* end = result.text.data() + result.text.size() - 1;
        if (std::from_chars(result.text.data(), end, result.percent).ptr == end && result.percent >= 0 &&
            result.percent < 100)
            return result;
    } else if (const auto units = parseUnits(result.text); units && *units >= 0) {
        result.least = *units;
        return result;
    }
    return std::unexpected(std::format("\"{}\" is not an amount", result.text));
}

std::int64_t useOf(const PodUse& pod, const std::string& resource) {
    return resource == "memory" ? pod.memory : resource == "pids" ? pod.pids : pod.disk;
}

std::int64_t askedOf(const PodUse& pod, const std::string& resource) {
    const Amounts requests = podRequests(*pod.pod->spec);
    const auto found = requests.find(resource);
    return found == requests.end() ? 0 : found->second / 1000;
}

std::string bytes(std::int64_t amount) {
    return amount == 0 ? "0" : std::format("{}Ki", (amount + 1023) / 1024);
}

std::optional<std::int64_t> limitOf(const core::Container& container, const char* resource) {
    if (!container.resources)
        return std::nullopt;
    const auto found = container.resources->limits.find(resource);
    return found == container.resources->limits.end() ? std::nullopt : parseUnits(found->second);
}

} // namespace

std::int64_t Threshold::leastOf(std::int64_t capacity) const {
    return percent > 0 ? static_cast<std::int64_t>(std::ceil(static_cast<double>(capacity) * percent / 100)) : least;
}

std::expected<std::vector<Threshold>, std::string> parseThresholds(std::string_view text) {
    std::vector<Threshold> result;
    while (!text.empty()) {
        const std::size_t comma = std::min(text.find(','), text.size());
        auto one = parseThreshold(text.substr(0, comma));
        if (!one)
            return std::unexpected(one.error());
        result.push_back(std::move(*one));
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return result;
}

std::vector<Threshold> passed(const std::vector<Threshold>& thresholds, const Supplies& supplies) {
    std::vector<Threshold> result;
    for (const Threshold& threshold : thresholds)
        if (const auto supply = supplies.find(threshold.signal);
            supply != supplies.end() && supply->second.available < threshold.leastOf(supply->second.capacity))
            result.push_back(threshold);
    std::ranges::stable_partition(result, [](const Threshold& one) { return one.signal == "memory.available"; });
    return result;
}

std::string pressureOf(const std::string& signal) {
    const SignalFacts* facts = factsOf(signal);
    return facts == nullptr ? "" : facts->pressure;
}

std::vector<PodUse> evictionOrder(std::vector<PodUse> pods, const std::string& signal) {
    const SignalFacts* facts = factsOf(signal);
    const std::string resource = facts == nullptr ? "" : facts->resource;
    std::erase_if(pods, [](const PodUse& use) { return isCritical(*use.pod); });
    const auto rank = [&](const PodUse& use) {
        const std::int64_t more = useOf(use, resource) - askedOf(use, resource);
        return std::tuple(more <= 0, use.pod->spec->priority.value_or(0), -more);
    };
    std::ranges::stable_sort(pods, {}, rank);
    return pods;
}

std::string evictionMessage(const Threshold& threshold, const Supply& supply, const PodUse& pod) {
    const SignalFacts* facts = factsOf(threshold.signal);
    const std::string resource = facts == nullptr ? threshold.signal : facts->resource;
    const bool counted = resource == "pids" || resource == "inodes";
    const std::int64_t least = threshold.leastOf(supply.capacity);
    std::string text = std::format("The node was low on resource: {}. Threshold quantity: {}, available: {}. ",
                                   resource, threshold.percent > 0 ? std::to_string(least) : threshold.text,
                                   counted ? std::to_string(supply.available) : bytes(supply.available));
    const auto& used = resource == "memory" ? pod.containerMemory : pod.containerDisk;
    if (counted)
        return text;
    for (const core::Container& container : pod.pod->spec->containers) {
        const auto use = used.find(container.name);
        std::int64_t request = 0;
        if (container.resources)
            if (const auto asked = container.resources->requests.find(resource);
                asked != container.resources->requests.end())
                request = parseUnits(asked->second).value_or(0);
        if (use != used.end() && use->second > request)
            text += std::format("Container {} was using {}, request is {}, has larger consumption of {}. ",
                                container.name, bytes(use->second), bytes(request), resource);
    }
    return text;
}

std::optional<std::string> exceedsStorage(const PodUse& pod, const VolumeBytes& volumes) {
    const core::PodSpec& spec = *pod.pod->spec;
    std::int64_t inVolumes = 0;
    for (const core::Volume& volume : spec.volumes) {
        const auto used = volumes.find(volume.name);
        if (!volume.emptyDir || used == volumes.end())
            continue;
        if (volume.emptyDir->medium != "Memory")
            inVolumes += used->second;
        const auto limit = parseUnits(volume.emptyDir->sizeLimit);
        if (limit && *limit > 0 && used->second > *limit)
            return std::format("Usage of EmptyDir volume \"{}\" exceeds the limit \"{}\". ", volume.name,
                               volume.emptyDir->sizeLimit);
    }
    std::int64_t total = inVolumes;
    for (const core::Container& container : spec.containers) {
        const auto used = pod.containerDisk.find(container.name);
        if (used == pod.containerDisk.end())
            continue;
        total += used->second;
        if (const auto limit = limitOf(container, "ephemeral-storage"); limit && used->second > *limit)
            return std::format("Container {} exceeded its local ephemeral storage limit \"{}\". ", container.name,
                               container.resources->limits.at("ephemeral-storage"));
    }
    const Amounts limits = podLimits(spec);
    if (const auto limit = limits.find("ephemeral-storage"); limit != limits.end() && total > limit->second / 1000)
        return std::format("Pod ephemeral local storage usage exceeds the total limit of containers {}. ",
                           api::Quantity::fromInteger(limit->second / 1000, api::Quantity::Format::binary).print());
    return std::nullopt;
}

} // namespace slipway::agent
