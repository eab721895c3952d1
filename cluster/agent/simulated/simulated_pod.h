#pragma once

#include "cluster/agent/pod/decide.h"
#include "cluster/agent/simulated/behaviour.h"

#include <optional>
#include <string>
#include <vector>

namespace slipway::agent {

/// A pod that runs nowhere: the same decisions as for real pods (decide.h), carried out on a few numbers. It keeps no
/// object of the pod. Not thread-safe.
class SimulatedPod {
public:
    /// What a simulated pod is about to do.
    struct Step {
        core::PodStatus status;         ///< as it is now
        bool over = false;              ///< it is being deleted, and nothing of it runs: its object can go
        std::optional<WallTime> wakeAt; ///< when it changes by itself
    };

    /// @p podIp empty: the pod uses the node's network.
    SimulatedPod(std::string hostIp, std::string podIp) : hostIp_(std::move(hostIp)), podIp_(std::move(podIp)) {}

    /// Takes over what another process simulated before, from the status it left.
    void adopt(const core::Pod& pod, const Behaviour& behaviour);

    /// Lets the time until @p now pass. To be called when the pod changed, and at wakeAt.
    Step advance(const core::Pod& pod, const Behaviour& behaviour, WallTime now);

    const std::string& podIp() const { return podIp_; }
    /// Containers that run now, by name.
    std::vector<std::string> running() const;

private:
    struct Container {
        std::string name;
        unsigned attempt = 0;
        ContainerPhase phase = ContainerPhase::running;
        WallTime startedAt, finishedAt;
        std::optional<WallTime> endsAt;
        int exitCode = 0;
        BackOff crash;
        std::optional<WallTime> startsAt; ///< of the next attempt, while it is being prepared
        /// How the attempt before ended, for lastState.
        std::optional<std::pair<WallTime, WallTime>> previous; ///< started, finished
        int previousCode = 0;
    };

    Container& of(const std::string& name);
    void letPass(WallTime now);
    PodView view(const core::Pod& pod, const Behaviour& behaviour, WallTime now) const;
    bool act(const Actions& actions, const core::Pod& pod, const Behaviour& behaviour, WallTime now);
    void start(const core::Pod& pod, const Behaviour& behaviour, const Actions::Start& wanted, WallTime now);
    static void foretell(Container& container, const core::Pod& pod, const Behaviour& behaviour);
    void stop(const core::Pod& pod, const Behaviour& behaviour, WallTime now);
    std::optional<WallTime> nextChange(const Behaviour& behaviour, WallTime now) const;
    std::string idOf(const core::Pod& pod, const Container& container, unsigned attempt) const;

    std::string hostIp_, podIp_;
    std::vector<Container> containers_;
    bool sandboxMade_ = false, sandboxReady_ = false;
    std::optional<WallTime> stoppingSince_;
};

} // namespace slipway::agent
