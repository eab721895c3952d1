#include "cluster/agent/pod/pod_resize.h"

#include "cluster/agent/pod/pod_config.h"

#include <format>

namespace slipway::agent {
namespace {

/// Containers whose resources may change: those that stay.
template <class Pod, class Use> void forResizable(Pod& pod, Use use) {
    for (auto& container : pod.spec->containers)
        use(container);
    for (auto& container : pod.spec->initContainers)
        if (container.restartPolicy == "Always")
            use(container);
}

std::optional<std::string> neverFits(const core::Pod& pod, const Amounts& allocatable) {
    if (pod.metadata.annotations.contains("kubernetes.io/config.source"))
        return "In-place resize of static-pods is not supported";
    if (allocatable.empty())
        return std::nullopt;
    const Amounts requests = podRequests(*pod.spec);
    for (const char* name : {"cpu", "memory"}) {
        const auto asked = requests.find(name), has = allocatable.find(name);
        if (asked == requests.end() || has == allocatable.end() || asked->second <= has->second)
            continue;
        const std::int64_t unit = std::string_view(name) == "cpu" ? 1 : 1000;
        return std::format("Node didn't have enough capacity: {}, requested: {}, capacity: {}", name,
                           asked->second / unit, has->second / unit);
    }
    return std::nullopt;
}

} // namespace

PodResize::PodResize(const core::Pod& pod) {
    if (!pod.status)
        return;
    for (const auto* list : {&pod.status->initContainerStatuses, &pod.status->containerStatuses})
        for (const core::ContainerStatus& container : *list)
            if (container.resources && container.state && container.state->running)
                allocated_[container.name] = *container.resources;
}

std::shared_ptr<const core::Pod> PodResize::allocate(const std::shared_ptr<const core::Pod>& pod,
                                                     const Amounts& allocatable, const Room& room) {
    if (pod == given_ && pendingReason_.empty())
        return made_;
    bool changed = false;
    forResizable(*pod, [&](const core::Container& container) {
        const auto asked = container.resources.value_or(core::ResourceRequirements());
        changed = allocated_.try_emplace(container.name, asked).first->second != asked || changed;
    });
    given_ = made_ = pod;
    pendingReason_.clear();
    pendingMessage_.clear();
    if (!changed)
        return made_;
    if (const auto never = neverFits(*pod, allocatable)) {
        pendingReason_ = "Infeasible";
        pendingMessage_ = *never;
    } else if (const auto now = room ? room(*pod) : std::nullopt) {
        pendingReason_ = "Deferred";
        pendingMessage_ = now->message;
    }
    if (pendingReason_.empty()) {
        forResizable(*pod, [&](const core::Container& container) {
            allocated_[container.name] = container.resources.value_or(core::ResourceRequirements());
        });
        return made_;
    }
    core::Pod held = *pod;
    forResizable(held, [&](core::Container& container) { container.resources = allocated_[container.name]; });
    made_ = std::make_shared<const core::Pod>(std::move(held));
    return made_;
}

std::map<std::string, ContainerResources> wantedResources(const core::Pod& pod, std::int64_t nodeMemory) {
    std::map<std::string, ContainerResources> result;
    forResizable(pod, [&](const core::Container& container) {
        result[container.name] = containerResources(pod, container, nodeMemory);
    });
    return result;
}

} // namespace slipway::agent
