#include "cluster/agent/pod/pod_worker.h"

#include "cluster/agent/pod/pod_status.h"
#include "cluster/base/log.h"
#include "cluster/base/time.h"

#include <algorithm>
#include <format>
#include <thread>

namespace slipway::agent {

using std::chrono::seconds;
using std::chrono::system_clock;

namespace {

constexpr int mostSteps = 20; ///< bounds one sync; the next one goes on
constexpr seconds retryReport{5}, refreshVolumes{60};

void earliest(std::optional<WallTime>& wakeAt, WallTime time) {
    wakeAt = wakeAt ? std::min(*wakeAt, time) : time;
}

bool refreshable(const core::Pod& pod) {
    return std::ranges::any_of(pod.spec->volumes, [](const core::Volume& volume) {
        return volume.configMap || volume.secret || volume.projected || volume.downwardAPI;
    });
}

} // namespace

PodWorker::PodWorker(PodEnvironment& environment, std::shared_ptr<const core::Pod> pod)
    : environment_(environment), starter_(environment), observer_(environment), pod_(std::move(pod)) {
    if (!pod_->status)
        return;
    reported_ = pod_->status;
    for (const auto* list : {&pod_->status->initContainerStatuses, &pod_->status->containerStatuses})
        for (const core::ContainerStatus& container : *list)
            if (!container.containerID.empty())
                restarts_[container.name] = container.restartCount;
}

void PodWorker::update(std::shared_ptr<const core::Pod> pod) {
    std::lock_guard lock(mutex_);
    pod_ = std::move(pod);
}

void PodWorker::abandon() {
    abandoned_ = true;
}

std::shared_ptr<const core::Pod> PodWorker::pod() const {
    std::lock_guard lock(mutex_);
    return pod_;
}

core::PodStatus PodWorker::status() const {
    std::lock_guard lock(mutex_);
    return status_;
}

std::chrono::seconds PodWorker::grace(const core::Pod& pod) const {
    if (pod.metadata.deletionGracePeriodSeconds)
        return seconds(*pod.metadata.deletionGracePeriodSeconds);
    return seconds(pod.spec->terminationGracePeriodSeconds.value_or(30));
}

std::optional<WallTime> PodWorker::sync() {
    std::optional<WallTime> wakeAt;
    for (int step = 0; step < mostSteps && !finished_; ++step) {
        const auto pod = this->pod();
        auto state = observer_.observe(pod->metadata.uid);
        if (!state) {
            base::warn("agent", "cannot look at pod {}/{}: {}", pod->metadata.namespace_, pod->metadata.name,
                       state.error().message);
            return system_clock::now() + seconds(2);
        }
        wakeAt.reset();
        checkDeadline(*pod, wakeAt);
        PodView now = view(pod, std::move(*state));
        const Actions actions = decide(now);
        for (const auto& [name, why] : actions.waiting)
            now.waiting[name] = waiting_[name] = why;
        if (actions.wakeAt)
            earliest(wakeAt, *actions.wakeAt);
        if (!report(now))
            earliest(wakeAt, now.now + retryReport);
        if (actions.idle()) {
            removeOld(now);
            if (now.terminating && !finish(now))
                earliest(wakeAt, now.now + retryReport);
            break;
        }
        take(now, actions);
    }
    const auto pod = this->pod();
    if (!finished_ && refreshable(*pod) && !isTerminal(*pod) && pod->metadata.deletionTimestamp.empty()) {
        if (system_clock::now() >= refreshVolumesAt_) {
            if (refreshVolumesAt_ != WallTime())
                std::ignore = environment_.volumes.prepare(*pod);
            refreshVolumesAt_ = system_clock::now() + refreshVolumes;
        }
        earliest(wakeAt, refreshVolumesAt_);
    }
    return wakeAt;
}

PodView PodWorker::view(const std::shared_ptr<const core::Pod>& pod, PodRuntimeState state) {
    PodView view;
    view.pod = pod.get();
    view.state = std::move(state);
    view.now = system_clock::now();
    view.terminating = abandoned_ || !pod->metadata.deletionTimestamp.empty() || !failReason_.empty();
    view.failReason = failReason_;
    view.failMessage = failMessage_;
    view.hostIp = environment_.nodeIp;
    if (pod->spec->hostNetwork.value_or(false))
        view.podIps = {environment_.nodeIp};
    else if (view.state.sandboxReady())
        view.podIps = observer_.addresses(*view.state.sandbox());
    const std::string ip = view.podIps.empty() ? "" : view.podIps.front();
    for (const auto* list : {&pod->spec->initContainers, &pod->spec->containers})
        for (const core::Container& container : *list) {
            const ContainerInfo* info = view.state.current(container.name);
            if (info == nullptr || info->phase != ContainerPhase::running)
                continue;
            waiting_.erase(container.name);
            notBefore_.erase(container.name);
            if (!view.terminating)
                environment_.probes.watch(pod, container, *info, ip);
            if (const auto verdict = environment_.probes.verdict(info->id))
                view.verdicts[container.name] = *verdict;
        }
    view.crashes = crashes_;
    view.notBefore = notBefore_;
    view.waiting = waiting_;
    view.restarts = restarts_;
    return view;
}

void PodWorker::checkDeadline(const core::Pod& pod, std::optional<WallTime>& wakeAt) {
    const auto limit = pod.spec->activeDeadlineSeconds;
    if (!limit || !failReason_.empty() || isTerminal(pod) || !reported_)
        return;
    const auto started = base::parseTime(reported_->startTime);
    if (!started)
        return;
    const WallTime deadline = *started + seconds(*limit);
    if (system_clock::now() < deadline) {
        earliest(wakeAt, deadline);
        return;
    }
    failReason_ = "DeadlineExceeded";
    failMessage_ = "Pod was active on the node longer than the specified deadline";
    environment_.events.record(referenceTo(pod), "Normal", failReason_, failMessage_);
}

void PodWorker::take(const PodView& view, const Actions& actions) {
    if (actions.stopPod) {
        stopPod(view);
        return;
    }
    for (const auto& kill : actions.kill)
        for (const ContainerInfo& info : view.state.containers) {
            if (info.id != kill.id)
                continue;
            const auto container = findContainer(*view.pod->spec, kill.name);
            const auto probe = container == nullptr       ? nullptr
                               : container->livenessProbe ? &*container->livenessProbe
                                                          : nullptr;
            const seconds time = probe != nullptr && probe->terminationGracePeriodSeconds
                                     ? seconds(*probe->terminationGracePeriodSeconds)
                                     : grace(*view.pod);
            killContainer(*view.pod, info, kill.message, time, view.podIps.empty() ? "" : view.podIps.front());
            if (info.phase != ContainerPhase::running)
                std::ignore = environment_.runtime.removeContainer(info.id);
        }
    if (actions.createSandbox) {
        for (const SandboxInfo& old : view.state.sandboxes)
            std::ignore = environment_.runtime.stopSandbox(old.id);
        if (!view.state.sandboxes.empty())
            environment_.events.record(referenceTo(*view.pod), "Normal", "SandboxChanged",
                                       "Pod sandbox changed, it will be killed and re-created.");
        notBefore_.erase("");
        if (const auto failure = starter_.startSandbox(*view.pod, actions.sandboxAttempt))
            notBefore_[""] = system_clock::now() + failure->retryAfter;
        else
            refreshVolumesAt_ = system_clock::now() + refreshVolumes;
        return;
    }
    startContainers(view, actions);
}

void PodWorker::startContainers(const PodView& view, const Actions& actions) {
    const auto pod = this->pod();
    for (const Actions::Start& start : actions.start) {
        const ContainerInfo* last = view.state.current(start.name);
        if (last != nullptr && last->phase == ContainerPhase::exited)
            crashes_[start.name].next(view.now);
        notBefore_.erase(start.name);
        const auto failure = starter_.startContainer(pod, *view.state.sandbox(), start, view.podIps);
        if (failure)
            noteFailure(start.name, *failure);
        else
            waiting_.erase(start.name);
    }
}

void PodWorker::noteFailure(const std::string& name, const ContainerStarter::Failure& failure) {
    if (failure.retryAfter.count() > 0)
        notBefore_[name] = system_clock::now() + failure.retryAfter;
    const auto pod = this->pod();
    const core::Container* container = findContainer(*pod->spec, name);
    auto& waiting = waiting_[name];
    // The second failure in a row is shown as a back-off, with what went wrong.
    const bool again = waiting.reason == "ErrImagePull" || waiting.reason == "ImagePullBackOff";
    waiting = failure.waiting;
    if (failure.waiting.reason == "ErrImagePull" && again && container != nullptr) {
        waiting = {"ImagePullBackOff", std::format("Back-off pulling image \"{}\": ErrImagePull: {}", container->image,
                                                   failure.waiting.message)};
        environment_.events.record(referenceTo(*pod, name), "Normal", "BackOff",
                                   std::format("Back-off pulling image \"{}\"", container->image));
        environment_.events.record(referenceTo(*pod, name), "Warning", "Failed", "Error: ImagePullBackOff");
    }
}

void PodWorker::killContainer(const core::Pod& pod, const ContainerInfo& info, const std::string& message, seconds time,
                              const std::string& podIp) {
    const core::Container* container = findContainer(*pod.spec, info.name);
    if (info.phase == ContainerPhase::running)
        environment_.events.record(referenceTo(pod, info.name), "Normal", "Killing",
                                   message.empty() ? "Stopping container " + info.name : message);
    if (container != nullptr && container->lifecycle && container->lifecycle->preStop && time.count() > 0 &&
        info.phase == ContainerPhase::running) {
        const auto begin = system_clock::now();
        const std::string failed =
            runHook(*container->lifecycle->preStop, *container, info.id, podIp, environment_.runtime, time);
        if (!failed.empty())
            environment_.events.record(referenceTo(pod, info.name), "Warning", "FailedPreStopHook",
                                       "PreStopHook failed");
        time -= std::chrono::duration_cast<seconds>(system_clock::now() - begin);
        time = std::max(time, seconds(2)); // the process still gets a moment to see its signal
    }
    if (auto stopped = environment_.runtime.stopContainer(info.id, time); !stopped)
        base::warn("agent", "stopping container {} of {}/{}: {}", info.name, pod.metadata.namespace_, pod.metadata.name,
                   stopped.error().message);
}

/// Main containers first and at once; sidecars after them, in reverse order (KEP-753); the sandbox last.
void PodWorker::stopPod(const PodView& view) {
    environment_.probes.forget(view.pod->metadata.uid);
    const seconds time = grace(*view.pod);
    const std::string ip = view.podIps.empty() ? "" : view.podIps.front();
    const auto begin = system_clock::now();
    std::vector<const ContainerInfo*> sidecars;
    {
        std::vector<std::jthread> stopping;
        for (const ContainerInfo& info : view.state.containers) {
            if (info.phase == ContainerPhase::exited)
                continue;
            const core::Container* container = findContainer(*view.pod->spec, info.name);
            if (container != nullptr && isSidecar(*container) && info.name != "")
                sidecars.push_back(&info);
            else
                stopping.emplace_back([&, this] { killContainer(*view.pod, info, "", time, ip); });
        }
    }
    std::ranges::sort(sidecars, std::greater(), [](const ContainerInfo* info) { return info->createdAt; });
    for (const ContainerInfo* info : sidecars) {
        const auto used = std::chrono::duration_cast<seconds>(system_clock::now() - begin);
        killContainer(*view.pod, *info, "", std::max(time - used, seconds(2)), ip);
    }
    for (const SandboxInfo& sandbox : view.state.sandboxes)
        if (auto stopped = environment_.runtime.stopSandbox(sandbox.id); !stopped)
            base::warn("agent", "stopping the sandbox of {}/{}: {}", view.pod->metadata.namespace_,
                       view.pod->metadata.name, stopped.error().message);
}

/// Two instances of each container stay, for logs of the previous one; sandboxes go with their containers.
void PodWorker::removeOld(const PodView& view) {
    std::map<std::string, int> seen;
    std::map<std::string, int> perSandbox;
    for (const ContainerInfo& info : view.state.containers) {
        if (++seen[info.name] > 2 && info.phase == ContainerPhase::exited) {
            std::ignore = environment_.runtime.removeContainer(info.id);
            std::error_code error;
            std::filesystem::remove(
                environment_.paths.logDir(*view.pod) / info.name / std::format("{}.log", info.attempt), error);
        } else
            ++perSandbox[info.sandboxId];
    }
    for (std::size_t i = 1; i < view.state.sandboxes.size(); ++i)
        if (perSandbox[view.state.sandboxes[i].id] == 0)
            std::ignore = environment_.runtime.removeSandbox(view.state.sandboxes[i].id);
}

/// True when the API has the status.
bool PodWorker::report(const PodView& view) {
    if (abandoned_)
        return true;
    std::optional<core::PodStatus> before = reported_ ? reported_ : view.pod->status;
    // Conditions of others come with the pod as the API has it.
    if (before && view.pod->status)
        for (const auto& condition : view.pod->status->conditions)
            if (!std::ranges::any_of(before->conditions, [&](const auto& c) { return c.type == condition.type; }))
                before->conditions.push_back(condition);
    core::PodStatus status = podStatus(view, before);
    {
        std::lock_guard lock(mutex_);
        status_ = status;
    }
    if (reported_ && *reported_ == status)
        return true;
    switch (environment_.writer.writeStatus(*view.pod, status)) {
    case PodWriter::Outcome::written:
        reported_ = std::move(status);
        return true;
    case PodWriter::Outcome::gone:
        return true; // the source of pods will say so, too
    case PodWriter::Outcome::retry:
        break;
    }
    return false;
}

/// Nothing runs any more. Volumes go before the object does; logs and dead containers after.
/// False when it has to be tried again.
bool PodWorker::finish(const PodView& view) {
    if (!abandoned_ && view.pod->metadata.deletionTimestamp.empty())
        return true; // ended for another reason: the object stays, and so do logs
    if (!abandoned_ && environment_.writer.removePod(*view.pod) == PodWriter::Outcome::retry)
        return false;
    cleanUp(view.state, *view.pod);
    finished_ = true;
    return true;
}

void PodWorker::cleanUp(const PodRuntimeState& state, const core::Pod& pod) {
    environment_.probes.forget(pod.metadata.uid);
    for (const ContainerInfo& info : state.containers)
        std::ignore = environment_.runtime.removeContainer(info.id);
    for (const SandboxInfo& sandbox : state.sandboxes)
        std::ignore = environment_.runtime.removeSandbox(sandbox.id);
    environment_.volumes.remove(pod.metadata.uid);
    std::error_code error;
    std::filesystem::remove_all(environment_.paths.logDir(pod), error);
}

} // namespace slipway::agent
