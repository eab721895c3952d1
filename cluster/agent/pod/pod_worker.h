#pragma once

#include "cluster/agent/pod/container_starter.h"
#include "cluster/agent/pod/observe.h"
#include "cluster/agent/pod/operations.h"
#include "cluster/agent/pod/pod_resize.h"

#include <atomic>
#include <mutex>

namespace slipway::agent {

/// One pod's life on the node: brings what is to what should be, step by step, and reports. What takes long (pulls,
/// hooks, stops) is begun, not waited for, and is part of what the next step sees; a deletion ends pulls and hooks.
/// update() and abandon() may be called from any thread; sync() by one thread at a time.
class PodWorker {
public:
    /// A pod with a @p rejection never runs: it is only told so.
    PodWorker(PodEnvironment& environment, std::shared_ptr<const core::Pod> pod,
              std::optional<Rejection> rejection = {});

    /// The pod as it should be now.
    void update(std::shared_ptr<const core::Pod> pod);
    /// The pod's object is gone: end what runs and clean up.
    void abandon();
    bool abandoned() const { return abandoned_; }
    /// Ends the pod for good, for a reason that its status then names. The first reason stays.
    void fail(PodFailure failure);
    /// What the API was told is lost: the next sync tells it again.
    void tellAgain() { tellAgain_ = true; }
    std::optional<PodFailure> failure() const;
    bool rejected() const { return rejection_.has_value(); }
    std::shared_ptr<const core::Pod> pod() const;

    /// Takes all steps that can be taken now. When to come again at the latest; nothing: when something changes.
    std::optional<WallTime> sync();
    /// Everything is cleaned up; the worker may go.
    bool finished() const { return finished_; }
    /// The last status computed, for the agent's own answers.
    core::PodStatus status() const;

private:
    PodView view(const std::shared_ptr<const core::Pod>& pod, PodRuntimeState state);
    /// True when something changed at once.
    bool take(const PodView& view, const Actions& actions);
    bool stopPod(const PodView& view);
    void kill(const PodView& view, const ContainerInfo& info, const std::string& message, std::chrono::seconds grace);
    void stop(const core::Pod& pod, const ContainerInfo& info, std::chrono::seconds grace);
    bool resize(const PodView& view, const Actions& actions);
    std::optional<WallTime> syncRejected();
    bool startSandbox(const PodView& view, const Actions& actions);
    bool startContainers(const PodView& view, const Actions& actions);
    bool startContainer(const PodView& view, const Actions::Start& start, const core::Container& container,
                        const ImageInfo& image);
    void pull(const core::Container& container, std::vector<std::optional<RegistryLogin>> logins, std::size_t index,
              WallTime begin);
    void runPostStart(const core::Container& container, const std::string& id, const std::string& podIp);
    void noteFailure(const std::string& name, const ContainerStarter::Failure& failure);
    void noteWaiting(const core::Pod& pod, const Actions& actions);
    void showPullBackOff(const core::Pod& pod, std::optional<WallTime>& wakeAt);
    void refreshVolumes(std::optional<WallTime>& wakeAt);
    void removeOld(const PodView& view);
    void checkDeadline(const core::Pod& pod, std::optional<WallTime>& wakeAt);
    bool report(const PodView& view);
    bool write(const core::Pod& pod, core::PodStatus status);
    void watchProbes(const PodView& view, const std::shared_ptr<const core::Pod>& pod);
    void noteResources(PodView& view);
    bool finish(const PodView& view);
    bool cleanUp(const PodRuntimeState& state, const core::Pod& pod);
    /// The time a pod has to end.
    std::chrono::seconds grace(const core::Pod& pod) const;

    /// How far the end of a running container has come.
    struct Ending {
        WallTime began;
        std::chrono::seconds grace{0};
        bool hookDone = false;
        WallTime retryAt;
    };

    PodEnvironment& environment_;
    ContainerStarter starter_;
    PodObserver observer_;
    const std::optional<Rejection> rejection_;
    PodResize resize_;
    std::map<std::string, ContainerResources> applied_; ///< bounds of running containers, by id
    std::string resizeError_;
    mutable std::mutex mutex_;
    std::shared_ptr<const core::Pod> pod_;
    std::optional<PodFailure> failure_;
    std::atomic<bool> abandoned_ = false, finished_ = false, refreshNow_ = false, tellAgain_ = false;
    std::map<std::string, BackOff> crashes_;
    std::map<std::string, WallTime> notBefore_;
    std::map<std::string, Waiting> waiting_;
    std::map<std::string, int> restarts_;
    Operations operations_;
    std::map<std::string, Ending> endings_;      ///< by container id
    std::map<std::string, ImageInfo> images_;    ///< pulled, for the start that follows, by container name
    std::map<std::string, WallTime> pullFailed_; ///< by container name
    std::set<std::string> starting_;
    WallTime stopBegan_;
    std::optional<core::PodStatus> reported_; ///< what the API is known to have
    WallTime refreshVolumesAt_;
    core::PodStatus status_;
};

} // namespace slipway::agent
