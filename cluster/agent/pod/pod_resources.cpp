#include "cluster/agent/pod/pod_resources.h"

#include "cluster/agent/pod/quantity.h"

#include <algorithm>

namespace slipway::agent {
namespace {

using Quantities = std::map<std::string, std::string>;

void add(Amounts& to, const Amounts& more) {
    for (const auto& [name, amount] : more)
        to[name] += amount;
}

void raise(Amounts& to, const Amounts& atLeast) {
    for (const auto& [name, amount] : atLeast)
        to[name] = std::max(to[name], amount);
}

/// Both lists of a container or a pod.
const core::ResourceRequirements& resourcesOf(const std::optional<core::ResourceRequirements>& resources) {
    static const core::ResourceRequirements none;
    return resources ? *resources : none;
}

/// The containers' amounts together: those that run at once, or an init container beside the sidecars before it.
template <class Read> Amounts together(const core::PodSpec& spec, Read read) {
    Amounts sum, sidecars, most;
    for (const core::Container& container : spec.containers)
        add(sum, read(container));
    for (const core::Container& container : spec.initContainers) {
        Amounts now = read(container);
        if (container.restartPolicy == "Always") {
            add(sidecars, now);
            now = sidecars;
        } else
            add(now, sidecars);
        raise(most, now);
    }
    add(sum, sidecars);
    raise(sum, most);
    return sum;
}

bool everyContainerBounds(const core::PodSpec& spec, const std::string& resource) {
    const auto bounds = [&](const core::Container& container) {
        return resourcesOf(container.resources).limits.contains(resource);
    };
    return std::ranges::all_of(spec.containers, bounds) && std::ranges::all_of(spec.initContainers, bounds);
}

struct QosSeen {
    bool any = false, guaranteed = true;
    void look(const core::ResourceRequirements& resources) {
        for (const char* name : {"cpu", "memory"}) {
            const auto limit = resources.limits.find(name), request = resources.requests.find(name);
            const bool limited = limit != resources.limits.end(), requested = request != resources.requests.end();
            any = any || limited || requested;
            if (!limited || (requested && parseMilli(request->second) != parseMilli(limit->second)))
                guaranteed = false;
        }
    }
};

} // namespace

Amounts amountsOf(const Quantities& quantities) {
    Amounts result;
    for (const auto& [name, text] : quantities)
        if (const auto amount = parseMilli(text))
            result[name] = *amount;
    return result;
}

Amounts podRequests(const core::PodSpec& spec) {
    Amounts result = together(spec, [](const core::Container& container) {
        const core::ResourceRequirements& resources = resourcesOf(container.resources);
        Amounts amounts = amountsOf(resources.limits); // a limit alone is a request, too
        for (const auto& [name, amount] : amountsOf(resources.requests))
            amounts[name] = amount;
        return amounts;
    });
    for (const auto& [name, amount] : amountsOf(resourcesOf(spec.resources).requests))
        result[name] = amount;
    add(result, amountsOf(spec.overhead));
    return result;
}

Amounts podLimits(const core::PodSpec& spec) {
    Amounts result = together(
        spec, [](const core::Container& container) { return amountsOf(resourcesOf(container.resources).limits); });
    std::erase_if(result, [&](const auto& entry) { return !everyContainerBounds(spec, entry.first); });
    for (const auto& [name, amount] : amountsOf(resourcesOf(spec.resources).limits))
        result[name] = amount;
    for (const auto& [name, amount] : amountsOf(spec.overhead))
        if (const auto limit = result.find(name); limit != result.end())
            limit->second += amount;
    return result;
}

std::string qosClass(const core::PodSpec& spec) {
    QosSeen seen;
    const core::ResourceRequirements& whole = resourcesOf(spec.resources);
    if (!whole.limits.empty() || !whole.requests.empty())
        seen.look(whole); // the pod's own word counts instead of its containers'
    else
        for (const auto* list : {&spec.initContainers, &spec.containers})
            for (const core::Container& container : *list)
                seen.look(resourcesOf(container.resources));
    return !seen.any ? "BestEffort" : seen.guaranteed ? "Guaranteed" : "Burstable";
}

bool isSidecar(const core::PodSpec& spec, std::string_view name) {
    return std::ranges::any_of(spec.initContainers, [&](const core::Container& container) {
        return container.name == name && container.restartPolicy == "Always";
    });
}

} // namespace slipway::agent
