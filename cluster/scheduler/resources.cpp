#include "cluster/scheduler/resources.h"

#include "cluster/api/quantity.h"

#include <algorithm>

namespace slipway::scheduler {
namespace {

Resources requestsOf(const std::optional<api::core_v1::ResourceRequirements>& requirements) {
    return requirements ? parseResources(requirements->requests) : Resources{};
}

void raiseTo(Resources& most, const Resources& other) {
    most.milliCpu = std::max(most.milliCpu, other.milliCpu);
    most.memory = std::max(most.memory, other.memory);
    most.ephemeralStorage = std::max(most.ephemeralStorage, other.ephemeralStorage);
    for (const auto& [name, amount] : other.extended)
        most.extended[name] = std::max(most.extended[name], amount);
}

} // namespace

Resources& Resources::operator+=(const Resources& other) {
    milliCpu += other.milliCpu;
    memory += other.memory;
    ephemeralStorage += other.ephemeralStorage;
    for (const auto& [name, amount] : other.extended)
        extended[name] += amount;
    return *this;
}

Resources& Resources::operator-=(const Resources& other) {
    milliCpu -= other.milliCpu;
    memory -= other.memory;
    ephemeralStorage -= other.ephemeralStorage;
    for (const auto& [name, amount] : other.extended)
        extended[name] -= amount;
    return *this;
}

Resources parseResources(const std::map<std::string, std::string>& list) {
    Resources result;
    for (const auto& [name, text] : list) {
        const auto amount = api::Quantity::parse(text);
        if (!amount || name == "pods")
            continue;
        if (name == "cpu")
            result.milliCpu = amount->milli();
        else if (name == "memory")
            result.memory = amount->value();
        else if (name == "ephemeral-storage")
            result.ephemeralStorage = amount->value();
        else
            result.extended[name] = amount->value();
    }
    return result;
}

Resources podRequests(const api::core_v1::PodSpec& spec) {
    Resources running, sidecars, starting;
    for (const auto& container : spec.containers)
        running += requestsOf(container.resources);
    for (const auto& container : spec.initContainers) {
        if (container.restartPolicy == "Always") {
            sidecars += requestsOf(container.resources);
            raiseTo(starting, sidecars);
            continue;
        }
        Resources step = sidecars; // an init container runs beside the sidecars started before it
        step += requestsOf(container.resources);
        raiseTo(starting, step);
    }
    running += sidecars;
    raiseTo(running, starting);
    if (spec.resources) {
        const Resources whole = parseResources(spec.resources->requests);
        if (spec.resources->requests.contains("cpu"))
            running.milliCpu = whole.milliCpu;
        if (spec.resources->requests.contains("memory"))
            running.memory = whole.memory;
    }
    running += parseResources(spec.overhead);
    return running;
}

} // namespace slipway::scheduler
