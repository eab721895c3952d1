#include "cluster/agent/pod/pod_state.h"

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

std::optional<core::Container> anyContainer(const core::PodSpec& spec, std::string_view name) {
    if (const core::Container* container = findContainer(spec, name))
        return *container;
    for (const core::EphemeralContainer& from : spec.ephemeralContainers) {
        if (from.name != name)
            continue;
        core::Container container;
        container.name = from.name;
        container.image = from.image;
        container.args = from.args;
        container.command = from.command;
        container.env = from.env;
        container.envFrom = from.envFrom;
        container.imagePullPolicy = from.imagePullPolicy;
        container.securityContext = from.securityContext;
        container.stdin = from.stdin;
        container.stdinOnce = from.stdinOnce;
        container.tty = from.tty;
        container.terminationMessagePath = from.terminationMessagePath;
        container.terminationMessagePolicy = from.terminationMessagePolicy;
        container.volumeMounts = from.volumeMounts;
        container.workingDir = from.workingDir;
        return container;
    }
    return std::nullopt;
}

std::string targetOf(const core::PodSpec& spec, std::string_view name) {
    for (const core::EphemeralContainer& container : spec.ephemeralContainers)
        if (container.name == name)
            return container.targetContainerName;
    return {};
}

bool isTerminal(const core::Pod& pod) {
    return pod.status && (pod.status->phase == "Succeeded" || pod.status->phase == "Failed");
}

} // namespace slipway::agent
