#pragma once

#include "cluster/agent/pod/container_starter.h"
#include "cluster/agent/pod/observe.h"

#include <atomic>
#include <mutex>

namespace slipway::agent {

/// One pod's life on the node: brings what is to what should be, step by step, and reports. update() and abandon() may
/// be called from any thread; sync() by one thread at a time.
class PodWorker {
public:
    PodWorker(PodEnvironment& environment, std::shared_ptr<const core::Pod> pod);

    /// The pod as it should be now.
    void update(std::shared_ptr<const core::Pod> pod);
    /// The pod's object is gone: end what runs and clean up.
    void abandon();
    std::shared_ptr<const core::Pod> pod() const;

    /// Takes all steps that can be taken now. When to come again at the latest; nothing: when something changes.
    std::optional<WallTime> sync();
    /// Everything is cleaned up; the worker may go.
    bool finished() const { return finished_; }
    /// The last status computed, for the agent's own answers.
    core::PodStatus status() const;

private:
    PodView view(const std::shared_ptr<const core::Pod>& pod, PodRuntimeState state);
    void take(const PodView& view, const Actions& actions);
    void stopPod(const PodView& view);
    void killContainer(const core::Pod& pod, const ContainerInfo& info, const std::string& message,
                       std::chrono::seconds grace, const std::string& podIp);
    void startContainers(const PodView& view, const Actions& actions);
    void noteFailure(const std::string& name, const ContainerStarter::Failure& failure);
    void removeOld(const PodView& view);
    void checkDeadline(const core::Pod& pod, std::optional<WallTime>& wakeAt);
    bool report(const PodView& view);
    bool finish(const PodView& view);
    void cleanUp(const PodRuntimeState& state, const core::Pod& pod);
    std::chrono::seconds grace(const core::Pod& pod) const;

    PodEnvironment& environment_;
    ContainerStarter starter_;
    PodObserver observer_;
    mutable std::mutex mutex_;
    std::shared_ptr<const core::Pod> pod_;
    std::atomic<bool> abandoned_ = false, finished_ = false;
    std::map<std::string, BackOff> crashes_;
    std::map<std::string, WallTime> notBefore_;
    std::map<std::string, Waiting> waiting_;
    std::map<std::string, int> restarts_;
    std::string failReason_, failMessage_;
    std::optional<core::PodStatus> reported_; ///< what the API is known to have
    WallTime refreshVolumesAt_;
    core::PodStatus status_;
};

} // namespace slipway::agent
