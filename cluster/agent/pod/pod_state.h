#pragma once

#include "cluster/agent/pod/pod_resources.h"
#include "cluster/agent/runtime/runtime.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

/// What the agent knows about one pod, as values that the plain functions of decide.h and pod_status.h judge.
namespace slipway::agent {

/// Labels and annotations that tie sandboxes and containers to pods; the same names as Kubernetes' own agent uses.
namespace labels {
inline constexpr char podName[] = "io.kubernetes.pod.name", podNamespace[] = "io.kubernetes.pod.namespace",
                      podUid[] = "io.kubernetes.pod.uid", containerName[] = "io.kubernetes.container.name",
                      image[] = "slipway.dev/image", messagePath[] = "io.kubernetes.container.terminationMessagePath";
}

/// The sandboxes and containers of one pod, newest first.
struct PodRuntimeState {
    std::vector<SandboxInfo> sandboxes;
    std::vector<ContainerInfo> containers;

    const SandboxInfo* sandbox() const { return sandboxes.empty() ? nullptr : &sandboxes.front(); }
    bool sandboxReady() const { return sandbox() != nullptr && sandbox()->ready; }
    /// The newest container of that name, or null; the one before it with @p skip 1.
    const ContainerInfo* container(std::string_view name, int skip = 0) const;
    /// The newest container of that name in the newest sandbox, or null.
    const ContainerInfo* current(std::string_view name) const;
};

/// What the probes of a running container say.
struct ProbeVerdict {
    bool started = true, ready = true;
    bool failed = false;                            ///< liveness or startup failed often enough: to be restarted
    std::string message;                            ///< why, for the event
    std::optional<std::chrono::seconds> grace = {}; ///< that the failed probe gives the container to end
};

/// A delay that doubles with each failure.
struct BackOff {
    std::chrono::seconds delay{0};
    WallTime updated;

    static constexpr std::chrono::seconds first{10}, most{300};

    /// When a thing that failed at @p failed may be tried again.
    WallTime readyAt(WallTime failed) const { return failed + delay; }
    /// Notes a new try: the next delay, or the first one when the last failure is long past.
    void next(WallTime now) {
        delay = delay.count() == 0 || now - updated > 2 * most ? first : std::min(2 * delay, most);
        updated = now;
    }
};

struct Waiting {
    std::string reason, message;
};

/// Why the agent itself ends a pod.
struct PodFailure {
    std::string reason, message;                    ///< DeadlineExceeded, Evicted, Terminated, ...
    std::optional<std::chrono::seconds> grace = {}; ///< instead of the pod's own, where it is shorter
    bool disruption = false;                        ///< told by the condition DisruptionTarget, too
};

/// How far a change of a running pod's resources has come (KEP-1287).
struct ResizeState {
    std::string pendingReason, pendingMessage; ///< Deferred or Infeasible; empty: nothing waits
    bool inProgress = false;
    std::string error; ///< what the runtime said to the last try
};

/// Everything decide() and podStatus() look at.
struct PodView {
    const core::Pod* pod = nullptr;
    PodRuntimeState state;
    std::map<std::string, ProbeVerdict> verdicts;      ///< by container name; absent: no probes
    std::map<std::string, BackOff> crashes;            ///< by container name
    std::map<std::string, WallTime> notBefore;         ///< starts that wait, for instance after a failed pull
    std::map<std::string, Waiting> waiting;            ///< why a container has not been started
    std::map<std::string, int> restarts;               ///< counts known from the pod's last status
    bool terminating = false;                          ///< deleted, or to be ended for another reason
    std::set<std::string> starting;                    ///< running already, but the postStart hook has not ended
    std::optional<PodFailure> failure;                 ///< set when the agent itself ends the pod
    std::map<std::string, ContainerResources> wanted;  ///< bounds by container name
    std::map<std::string, ContainerResources> applied; ///< bounds that running containers have, by container name
    std::map<std::string, core::ResourceRequirements> allocated; ///< what the bounds were made from, by container name
    ResizeState resize;
    std::string hostIp;
    std::vector<std::string> podIps;
    WallTime now;

    /// The first of the pod's addresses, empty when it has none yet.
    std::string podIp() const { return podIps.empty() ? std::string() : podIps.front(); }
};

/// The specification of a container or init container of that name, or null.
const core::Container* findContainer(const core::PodSpec& spec, std::string_view name);
/// An ephemeral container as a container, or the container of that name; nothing when there is none.
std::optional<core::Container> anyContainer(const core::PodSpec& spec, std::string_view name);
/// The container whose processes an ephemeral container sees; empty: its own only.
std::string targetOf(const core::PodSpec& spec, std::string_view name);
bool isTerminal(const core::Pod& pod);
inline bool succeeded(const ContainerInfo& info) {
    return info.phase == ContainerPhase::exited && info.exitCode == 0;
}
} // namespace slipway::agent
