#pragma once

#include "cluster/agent/pod/admission.h"
#include "cluster/agent/pod/pod_state.h"

namespace slipway::agent {

/// What of a pod's resources the node has set aside, while its specification may already ask for something else
/// (in-place resize, KEP-1287). For one thread at a time.
class PodResize {
public:
    /// Why the node has no room for a pod as it would be; nothing: it has.
    using Room = std::function<std::optional<Rejection>(const core::Pod& pod)>;

    /// Takes what an earlier agent set aside from the pod's status.
    explicit PodResize(const core::Pod& pod);

    /// The pod as it may run now. A new wish is granted where the node has room for it, and waits where it has not.
    /// @p allocatable: what the node can give at all; empty: no bound.
    std::shared_ptr<const core::Pod> allocate(const std::shared_ptr<const core::Pod>& pod, const Amounts& allocatable,
                                              const Room& room);

    using Allocated = std::map<std::string, core::ResourceRequirements>; ///< by container name
    const Allocated& allocated() const { return allocated_; }
    const std::string& pendingReason() const { return pendingReason_; }
    const std::string& pendingMessage() const { return pendingMessage_; }

private:
    Allocated allocated_;
    std::string pendingReason_, pendingMessage_;
    std::shared_ptr<const core::Pod> given_, made_; ///< the last answer, and what it was made from
};

/// The bounds of each container that can be changed while it runs, by name.
std::map<std::string, ContainerResources> wantedResources(const core::Pod& pod, std::int64_t nodeMemory);

} // namespace slipway::agent
