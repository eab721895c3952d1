#pragma once

#include "cluster/agent/pod/pod_state.h"

namespace slipway::agent {

/// The next steps for one pod.
struct Actions {
    struct Start {
        std::string name;
        unsigned attempt = 0;
    };
    struct Kill {
        std::string id, name, message;
    };

    bool stopPod = false;       ///< stop every container and the sandbox
    bool createSandbox = false; ///< after stopping what is left of an older one; the rest is decided anew afterwards
    unsigned sandboxAttempt = 0;
    std::vector<Start> start;
    std::vector<Kill> kill;
    std::vector<std::string> resize;        ///< running containers whose bounds are to change
    std::map<std::string, Waiting> waiting; ///< containers in back-off, and why
    std::optional<WallTime> wakeAt;         ///< decide again at this time at the latest

    bool idle() const { return !stopPod && !createSandbox && start.empty() && kill.empty() && resize.empty(); }
};

/// Decides from what should be (the pod) and what is (the runtime's state, probes, back-offs). Plain: no side effects.
/// The order of init containers, sidecars (KEP-753) and main containers, restart policies and the crash-loop back-off
/// follow the pod lifecycle that Kubernetes documents.
Actions decide(const PodView& view);

/// Whether an ended container runs again: by its own rules and policy (KEP-5307), or else by the pod's.
bool mayRestart(const core::PodSpec& spec, const core::Container& container, const ContainerInfo& last);

/// Whether every non-sidecar init container has succeeded, and every sidecar has started.
bool initialized(const PodView& view);

} // namespace slipway::agent
