#include "cluster/scheduler/held_resources.h"

#include "cluster/api/quantity.h"

#include <algorithm>

namespace slipway::scheduler {
namespace {

using Quantities = std::map<std::string, std::string>;

void raiseTo(Quantities& most, const Quantities& other) {
    for (const auto& [name, text] : other) {
        const auto [known, added] = most.try_emplace(name, text);
        const auto now = api::Quantity::parse(known->second), more = api::Quantity::parse(text);
        if (!added && now && more && now->milli() < more->milli())
            known->second = text;
    }
}

} // namespace

Resources heldBy(const api::core_v1::Pod& pod) {
    std::optional<api::core_v1::PodSpec> held; // only where it differs
    const bool never = pod.status && std::ranges::any_of(pod.status->conditions, [](const auto& condition) {
                           return condition.type == "PodResizePending" && condition.reason == "Infeasible";
                       });
    const auto look = [&](const auto& statuses, auto list) {
        for (const auto& status : statuses) {
            const auto& containers = (*pod.spec).*list;
            const auto found = std::ranges::find(containers, status.name, &api::core_v1::Container::name);
            if (found == containers.end() || !status.resources)
                continue;
            const Quantities asked = found->resources ? found->resources->requests : Quantities();
            if (status.resources->requests == asked && status.allocatedResources.empty())
                continue;
            Quantities most = never ? Quantities() : asked;
            raiseTo(most, status.resources->requests);
            raiseTo(most, status.allocatedResources);
            if (!held)
                held = *pod.spec;
            auto& resources = ((*held).*list)[static_cast<std::size_t>(found - containers.begin())].resources;
            if (!resources)
                resources.emplace();
            resources->requests = std::move(most);
        }
    };
    if (pod.status) {
        look(pod.status->containerStatuses, &api::core_v1::PodSpec::containers);
        look(pod.status->initContainerStatuses, &api::core_v1::PodSpec::initContainers);
    }
    return podRequests(held ? *held : *pod.spec);
}

} // namespace slipway::scheduler
