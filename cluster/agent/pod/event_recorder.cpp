#include "cluster/agent/pod/event_recorder.h"

#include "cluster/agent/pod/pod_state.h"

#include <format>

namespace slipway::agent {
core::ObjectReference referenceTo(const core::Pod& pod, const std::string& container) {
    core::ObjectReference reference;
    reference.apiVersion = "v1";
    reference.kind = "Pod";
    reference.namespace_ = pod.metadata.namespace_;
    reference.name = pod.metadata.name;
    reference.uid = pod.metadata.uid;
    reference.resourceVersion = pod.metadata.resourceVersion;
    for (const core::Container& known : pod.spec->initContainers)
        if (!container.empty() && known.name == container)
            reference.fieldPath = std::format("spec.initContainers{{{}}}", container);
    if (!container.empty() && reference.fieldPath.empty())
        reference.fieldPath = std::format("spec.containers{{{}}}", container);
    return reference;
}

} // namespace slipway::agent
