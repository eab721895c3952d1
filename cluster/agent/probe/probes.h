#pragma once

#include "cluster/agent/pod/event_sink.h"
#include "cluster/agent/probe/checks.h"
#include "cluster/agent/task_pool.h"

#include <functional>
#include <memory>
#include <mutex>

namespace slipway::agent {

enum class ProbeKind { startup, liveness, readiness };

/// How a probe's results add up: thresholds of successes and failures in a row. Plain.
struct ProbeCount {
    ProbeKind kind = ProbeKind::readiness;
    int successes = 0, failures = 0;
    std::uint64_t allGood = 0, allBad = 0;
    std::optional<bool> verdict; ///< nothing decided yet

    /// Takes one result; true when the verdict changed.
    bool take(bool good, const core::Probe& probe);
};

/// Looks at running containers as their probes ask, and keeps the verdicts. Thread-safe.
class Probes {
public:
    /// @p changed is called with the pod's uid when a verdict changed; from a pool thread, and it must not block.
    Probes(Runtime& runtime, EventSink& events, TaskPool& pool, CheckLoop& loop,
           std::function<void(const std::string& uid)> changed);
    ~Probes();
    Probes(const Probes&) = delete;
    Probes& operator=(const Probes&) = delete;

    struct Before {
        bool started = false, ready = false;
    };

    /// Begins or goes on with the probes of a running container; probes of an earlier instance end.
    /// @p before: what is known of this instance from earlier.
    void watch(const std::shared_ptr<const core::Pod>& pod, const core::Container& container, const ContainerInfo& info,
               const std::string& podIp, Before before);
    /// The pod is being ended: nothing is restarted any more, but readiness goes on to be told.
    void endRestarts(const std::string& podUid);
    /// Ends all probes of a pod.
    void forget(const std::string& podUid);
    /// How often a probe's looks were good and bad.
    struct Count {
        std::string ns, pod, uid, container, type;
        std::uint64_t good = 0, bad = 0;
    };
    std::vector<Count> counts() const;
    /// Nothing when the container has no probes being watched.
    std::optional<ProbeVerdict> verdict(const std::string& containerId) const;

private:
    struct Watched;
    struct Shared;
    std::shared_ptr<Shared> shared_;
};

} // namespace slipway::agent
