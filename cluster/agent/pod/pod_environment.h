#pragma once

#include "cluster/agent/node/pod_cgroups.h"
#include "cluster/agent/pod/admission.h"
#include "cluster/agent/pod/event_sink.h"
#include "cluster/agent/pod/pod_config.h"
#include "cluster/agent/probe/probes.h"
#include "cluster/agent/volume/volumes.h"

namespace slipway::agent {

/// Where a pod's status goes, and how its object is ended. Thread-safe; calls may block.
class PodWriter {
public:
    enum class Outcome { written, gone, retry };
    virtual ~PodWriter() = default;
    virtual Outcome writeStatus(const core::Pod& pod, const core::PodStatus& status) = 0;
    /// The last word on a pod that was asked to end: its object may go.
    virtual Outcome removePod(const core::Pod& pod) = 0;
};

/// What every pod on the node shares. Outlives all pods.
struct PodEnvironment {
    Runtime& runtime;
    ObjectSource& objects;
    EventSink& events;
    PodWriter& writer;
    Volumes& volumes;
    Probes& probes;
    CheckLoop& checks;
    AgentPaths paths;
    DnsSettings dns;
    NodeAllocatable node;
    std::string nodeIp;
    /// Looks at a pod again; may be called from any thread, and after the pods are gone.
    std::function<void(const std::string& uid)> wake = {};
    /// The node as admission sees it; unset: every pod is taken.
    std::function<NodeView()> view = {};
    /// The pods that are on the node besides one; set by Pods.
    std::function<PodList(const std::string& uid)> neighbours = {};
    const PodCgroups* cgroups = nullptr; ///< null: the runtime's own groups are enough
};

} // namespace slipway::agent
