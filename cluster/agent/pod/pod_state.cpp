#include "cluster/agent/pod/pod_state.h"

#include "cluster/agent/pod/quantity.h"

namespace slipway::agent {

const ContainerInfo* PodRuntimeState::container(std::string_view name, int skip) const {
    for (const ContainerInfo& info : containers)
        if (info.name == name && skip-- == 0)
            return &info;
    return nullptr;
}

const ContainerInfo* PodRuntimeState::current(std::string_view name) const {
    const ContainerInfo* info = container(name);
    return info != nullptr && sandbox() != nullptr && info->sandboxId == sandbox()->id ? info : nullptr;
}

const core::Container* findContainer(const core::PodSpec& spec, std::string_view name) {
    for (const auto* list : {&spec.containers, &spec.initContainers})
        for (const core::Container& container : *list)
            if (container.name == name)
                return &container;
    return nullptr;
}

bool isTerminal(const core::Pod& pod) {
    return pod.status && (pod.status->phase == "Succeeded" || pod.status->phase == "Failed");
}

std::string qosClass(const core::PodSpec& spec) {
    bool any = false, guaranteed = true;
    for (const auto* list : {&spec.initContainers, &spec.containers})
        for (const core::Container& container : *list) {
            const core::ResourceRequirements resources = container.resources.value_or(core::ResourceRequirements());
            for (const char* name : {"cpu", "memory"}) {
                const auto limit = resources.limits.find(name), request = resources.requests.find(name);
                const bool hasLimit = limit != resources.limits.end(), hasRequest = request != resources.requests.end();
                any = any || hasLimit || hasRequest;
                if (!hasLimit || (hasRequest && parseMilli(request->second) != parseMilli(limit->second)))
                    guaranteed = false;
            }
        }
    return !any ? "BestEffort" : guaranteed ? "Guaranteed" : "Burstable";
}

} // namespace slipway::agent
