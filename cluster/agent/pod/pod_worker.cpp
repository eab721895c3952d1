#include "cluster/agent/pod/pod_worker.h"

#include "cluster/agent/image/images.h"
#include "cluster/agent/pod/pod_status.h"
#include "cluster/base/log.h"
#include "cluster/base/time.h"

#include <algorithm>
#include <format>

namespace slipway::agent {

using std::chrono::seconds;
using std::chrono::system_clock;

namespace {

constexpr int mostSteps = 20; ///< bounds one sync; the next one goes on
constexpr seconds retryReport{5}, retryStop{2}, leastGrace{2}, pullBackOffShown{3};
constexpr seconds refreshOften{10}, refreshSeldom{60};
constexpr seconds hookLimit{3600};

void earliest(std::optional<WallTime>& wakeAt, WallTime time) {
    wakeAt = wakeAt ? std::min(*wakeAt, time) : time;
}

bool refreshable(const core::Pod& pod) {
    return std::ranges::any_of(pod.spec->volumes, [](const core::Volume& volume) {
        return volume.configMap || volume.secret || volume.projected || volume.downwardAPI;
    });
}

/// Every pod has this one, and it hardly ever changes.
constexpr char rootCa[] = "kube-root-ca.crt";

bool changesOften(const core::Pod& pod) {
    const auto often = [](const core::Volume& volume) {
        if (volume.configMap || volume.secret)
            return true;
        return volume.projected && std::ranges::any_of(volume.projected->sources, [](const auto& source) {
                   return source.secret || (source.configMap && source.configMap->name != rootCa);
               });
    };
    return std::ranges::any_of(pod.spec->volumes, often);
}

std::string firstOf(const std::vector<std::string>& list) {
    return list.empty() ? std::string() : list.front();
}

seconds since(WallTime begin) {
    return std::chrono::duration_cast<seconds>(system_clock::now() - begin);
}

} // namespace

PodWorker::PodWorker(PodEnvironment& environment, std::shared_ptr<const core::Pod> pod)
    : environment_(environment)
    , starter_(environment)
    , observer_(environment)
    , pod_(std::move(pod))
    , operations_([wake = environment.wake, uid = pod_->metadata.uid] {
        if (wake)
            wake(uid);
    }) {
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
    if (pod_->metadata.labels != pod->metadata.labels || pod_->metadata.annotations != pod->metadata.annotations)
        refreshNow_ = true;
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
        operations_.handle();
        const auto pod = this->pod();
        auto state = observer_.observe(pod->metadata.uid);
        if (!state) {
            base::warn("agent", "cannot look at pod {}/{}: {}", pod->metadata.namespace_, pod->metadata.name,
                       state.error().message);
            return system_clock::now() + seconds(2);
        }
        wakeAt.reset();
        checkDeadline(*pod, wakeAt);
        showPullBackOff(*pod, wakeAt);
        PodView now = view(pod, std::move(*state));
        const Actions actions = decide(now);
        noteWaiting(*pod, actions);
        now.waiting = waiting_;
        if (actions.wakeAt)
            earliest(wakeAt, *actions.wakeAt);
        if (!report(now))
            earliest(wakeAt, now.now + retryReport);
        if (now.terminating) {
            operations_.cancel("pull/");
            operations_.cancel("hook/");
        }
        bool progress = false;
        if (!actions.idle())
            progress = take(now, actions);
        else {
            removeOld(now);
            if (now.terminating && operations_.empty() && !finish(now))
                earliest(wakeAt, now.now + retryReport);
        }
        for (const auto& [id, ending] : endings_)
            if (ending.retryAt > now.now)
                earliest(wakeAt, ending.retryAt);
        if (!progress && !operations_.waiting())
            break;
        if (step + 1 == mostSteps)
            earliest(wakeAt, system_clock::now());
    }
    refreshVolumes(wakeAt);
    return wakeAt;
}

void PodWorker::refreshVolumes(std::optional<WallTime>& wakeAt) {
    const auto pod = this->pod();
    if (finished_ || !refreshable(*pod) || isTerminal(*pod) || !pod->metadata.deletionTimestamp.empty())
        return;
    const auto now = system_clock::now();
    if (now >= refreshVolumesAt_ || refreshNow_.exchange(false)) {
        if (refreshVolumesAt_ != WallTime())
            std::ignore = environment_.volumes.prepare(*pod);
        refreshVolumesAt_ = now + (changesOften(*pod) ? refreshOften : refreshSeldom);
    }
    earliest(wakeAt, refreshVolumesAt_);
}

/// Containers that begin to wait out a crash are told of once.
void PodWorker::noteWaiting(const core::Pod& pod, const Actions& actions) {
    for (const auto& [name, why] : actions.waiting) {
        Waiting& known = waiting_[name];
        if (why.reason == "CrashLoopBackOff" && known.reason != why.reason)
            environment_.events.record(referenceTo(pod, name), "Warning", "BackOff",
                                       std::format("Back-off restarting failed container {} in pod {}_{}({})", name,
                                                   pod.metadata.name, pod.metadata.namespace_, pod.metadata.uid));
        known = why;
    }
}

/// A failed pull is shown as such first, then as what it is from then on: a wait.
void PodWorker::showPullBackOff(const core::Pod& pod, std::optional<WallTime>& wakeAt) {
    const auto now = system_clock::now();
    for (auto& [name, waiting] : waiting_) {
        const auto failed = pullFailed_.find(name);
        const auto container = anyContainer(*pod.spec, name);
        if (waiting.reason != "ErrImagePull" || failed == pullFailed_.end() || !container)
            continue;
        if (failed->second + pullBackOffShown > now) {
            earliest(wakeAt, failed->second + pullBackOffShown);
            continue;
        }
        const std::string message = std::format("Back-off pulling image \"{}\"", container->image);
        waiting = {"ImagePullBackOff", std::format("{}: ErrImagePull: {}", message, waiting.message)};
        environment_.events.record(referenceTo(pod, name), "Normal", "BackOff", message);
        environment_.events.record(referenceTo(pod, name), "Warning", "Failed", "Error: ImagePullBackOff");
    }
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
            pullFailed_.erase(container.name);
            if (!view.terminating && !starting_.contains(container.name) && !endings_.contains(info->id))
                environment_.probes.watch(pod, container, *info, ip);
            if (const auto verdict = environment_.probes.verdict(info->id))
                view.verdicts[container.name] = *verdict;
        }
    view.crashes = crashes_;
    view.notBefore = notBefore_;
    view.waiting = waiting_;
    view.restarts = restarts_;
    view.starting = starting_;
    std::erase_if(endings_, [&](const auto& entry) {
        return std::ranges::none_of(view.state.containers, [&](const ContainerInfo& info) {
            return info.id == entry.first && info.phase != ContainerPhase::exited;
        });
    });
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

bool PodWorker::take(const PodView& view, const Actions& actions) {
    if (actions.stopPod)
        return stopPod(view);
    bool progress = false;
    for (const auto& wanted : actions.kill) {
        const auto info = std::ranges::find(view.state.containers, wanted.id, &ContainerInfo::id);
        if (info == view.state.containers.end())
            continue;
        if (info->phase == ContainerPhase::created) { // it never ran
            progress = environment_.runtime.removeContainer(info->id).has_value() || progress;
            continue;
        }
        const auto container = anyContainer(*view.pod->spec, wanted.name);
        const bool own = container && container->livenessProbe &&
                         container->livenessProbe->terminationGracePeriodSeconds && view.verdicts.contains(wanted.name);
        kill(view, *info, wanted.message,
             own ? seconds(*container->livenessProbe->terminationGracePeriodSeconds) : grace(*view.pod));
    }
    if (actions.createSandbox)
        return startSandbox(view, actions) || progress;
    return startContainers(view, actions) || progress;
}

bool PodWorker::startSandbox(const PodView& view, const Actions& actions) {
    for (const SandboxInfo& old : view.state.sandboxes)
        std::ignore = environment_.runtime.stopSandbox(old.id);
    if (!view.state.sandboxes.empty())
        environment_.events.record(referenceTo(*view.pod), "Normal", "SandboxChanged",
                                   "Pod sandbox changed, it will be killed and re-created.");
    notBefore_.erase("");
    if (const auto failure = starter_.startSandbox(*view.pod, actions.sandboxAttempt))
        notBefore_[""] = system_clock::now() + failure->retryAfter;
    else
        refreshVolumesAt_ = system_clock::now() + refreshOften;
    return true;
}

bool PodWorker::startContainers(const PodView& view, const Actions& actions) {
    bool progress = false;
    for (const Actions::Start& start : actions.start) {
        if (operations_.anyRunning("hook/"))
            break; // one after the other: a postStart hook holds up the containers behind it
        const auto container = anyContainer(*view.pod->spec, start.name);
        if (!container || operations_.running("pull/" + start.name))
            continue;
        notBefore_.erase(start.name);
        if (const auto ready = images_.extract(start.name)) {
            progress = startContainer(view, start, *container, ready.mapped()) || progress;
            continue;
        }
        const auto local = starter_.localImage(*view.pod, *container);
        if (!local) {
            noteFailure(start.name, local.error());
            progress = true;
        } else if (*local)
            progress = startContainer(view, start, *container, **local) || progress;
        else {
            environment_.events.record(referenceTo(*view.pod, start.name), "Normal", "Pulling",
                                       std::format("Pulling image \"{}\"", container->image));
            pull(*container, starter_.logins(*view.pod, *container), 0, system_clock::now());
        }
    }
    return progress;
}

void PodWorker::pull(const core::Container& container, std::vector<std::optional<RegistryLogin>> logins,
                     std::size_t index, WallTime begin) {
    const std::string image = normalizeImage(container.image);
    operations_.begin<RuntimeResult<std::string>>(
        "pull/" + container.name,
        [&](OperationDone<std::string> done) {
            return environment_.runtime.beginPull(image, logins[index], std::move(done));
        },
        [this, container, logins, index, begin](const RuntimeResult<std::string>& result) {
            if (!result && result.error().kind == RuntimeError::Kind::cancelled)
                return; // the pod is being ended
            if (!result && index + 1 < logins.size())
                return pull(container, logins, index + 1, begin);
            auto pulled = starter_.pulled(*pod(), container, result, system_clock::now() - begin);
            if (pulled)
                images_[container.name] = std::move(*pulled);
            else
                noteFailure(container.name, pulled.error());
        });
}

bool PodWorker::startContainer(const PodView& view, const Actions::Start& start, const core::Container& container,
                               const ImageInfo& image) {
    const ContainerInfo* last = view.state.current(start.name);
    if (last != nullptr && last->phase == ContainerPhase::exited)
        crashes_[start.name].next(view.now);
    std::string targetId, id;
    if (const std::string target = targetOf(*view.pod->spec, start.name); !target.empty())
        if (const ContainerInfo* info = view.state.current(target); info != nullptr)
            targetId = info->id;
    const auto failure = starter_.startContainer(*view.pod, container, *view.state.sandbox(), start.attempt, image,
                                                 view.podIps, targetId, id);
    if (failure) {
        noteFailure(start.name, *failure);
        return true;
    }
    waiting_.erase(start.name);
    pullFailed_.erase(start.name);
    if (container.lifecycle && container.lifecycle->postStart)
        runPostStart(container, id, firstOf(view.podIps));
    return true;
}

void PodWorker::runPostStart(const core::Container& container, const std::string& id, const std::string& podIp) {
    starting_.insert(container.name);
    operations_.begin<CheckResult>(
        "hook/" + container.name,
        [&](CheckDone done) {
            return beginHook(*container.lifecycle->postStart, {&container, id, podIp}, environment_.runtime,
                             environment_.checks, hookLimit, std::move(done));
        },
        [this, id, container](const CheckResult& result) {
            starting_.erase(container.name);
            const auto pod = this->pod();
            if (result.good || abandoned_ || !pod->metadata.deletionTimestamp.empty())
                return;
            environment_.events.record(referenceTo(*pod, container.name), "Warning", "FailedPostStartHook",
                                       "PostStartHook failed");
            base::warn("agent", "postStart hook of {}/{} {} failed: {}", pod->metadata.namespace_, pod->metadata.name,
                       container.name, result.output);
            ContainerInfo info;
            info.id = id;
            info.name = container.name;
            info.phase = ContainerPhase::running;
            PodView view;
            view.pod = pod.get();
            kill(view, info, "FailedPostStartHook", grace(*pod));
        });
}

void PodWorker::noteFailure(const std::string& name, const ContainerStarter::Failure& failure) {
    const auto now = system_clock::now();
    if (failure.retryAfter.count() > 0)
        notBefore_[name] = now + failure.retryAfter;
    if (failure.waiting.reason == "ErrImagePull")
        pullFailed_[name] = now;
    waiting_[name] = failure.waiting;
}

/// Ends a running container: its preStop hook within the grace period, then the signal. Once begun it is only hurried.
void PodWorker::kill(const PodView& view, const ContainerInfo& info, const std::string& message, seconds time) {
    const core::Pod& pod = *view.pod;
    const std::string key = "stop/" + info.id;
    const auto [found, fresh] = endings_.try_emplace(info.id, Ending{system_clock::now(), time, false, {}});
    Ending& ending = found->second;
    if (!fresh && time < ending.grace) { // asked again, with less patience
        ending.grace = time;
        ending.hookDone = true;
        operations_.cancel(key);
    }
    if (operations_.running(key) || ending.retryAt > system_clock::now())
        return;
    if (fresh)
        environment_.events.record(referenceTo(pod, info.name), "Normal", "Killing",
                                   message.empty() ? "Stopping container " + info.name : message);
    const auto container = anyContainer(*pod.spec, info.name);
    const bool hooked = container && container->lifecycle && container->lifecycle->preStop;
    if (!hooked || ending.hookDone || time.count() == 0 || info.phase != ContainerPhase::running) {
        const seconds left = ending.grace - since(ending.began);
        return stop(pod, info,
                    time.count() == 0 ? time
                    : hooked          ? std::max(left, leastGrace)
                                      : std::max(left, seconds(0)));
    }
    operations_.begin<CheckResult>(
        key,
        [&](CheckDone done) {
            return beginHook(*container->lifecycle->preStop, {&*container, info.id, firstOf(view.podIps)},
                             environment_.runtime, environment_.checks, time, std::move(done));
        },
        [this, id = info.id, name = info.name](const CheckResult& result) {
            if (const auto known = endings_.find(id); known != endings_.end())
                known->second.hookDone = true;
            if (!result.good)
                environment_.events.record(referenceTo(*this->pod(), name), "Warning", "FailedPreStopHook",
                                           "PreStopHook failed");
        });
}

void PodWorker::stop(const core::Pod& pod, const ContainerInfo& info, seconds time) {
    operations_.begin<RuntimeResult<void>>(
        "stop/" + info.id,
        [&](OperationDone<void> done) { return environment_.runtime.beginStop(info.id, time, std::move(done)); },
        [this, id = info.id, name = info.name, ns = pod.metadata.namespace_,
         podName = pod.metadata.name](const RuntimeResult<void>& stopped) {
            if (stopped || stopped.error().kind == RuntimeError::Kind::cancelled)
                return;
            base::warn("agent", "stopping container {} of {}/{}: {}", name, ns, podName, stopped.error().message);
            if (const auto known = endings_.find(id); known != endings_.end())
                known->second.retryAt = system_clock::now() + retryStop;
        });
}

/// Main containers first and at once; sidecars after them, in reverse order (KEP-753); the sandbox last.
bool PodWorker::stopPod(const PodView& view) {
    if (stopBegan_ == WallTime())
        stopBegan_ = view.now;
    environment_.probes.forget(view.pod->metadata.uid);
    const seconds time = grace(*view.pod);
    std::vector<const ContainerInfo*> sidecars;
    bool mains = false, progress = false;
    for (const ContainerInfo& info : view.state.containers) {
        if (info.phase == ContainerPhase::exited)
            continue;
        if (info.phase == ContainerPhase::created) {
            progress = environment_.runtime.removeContainer(info.id).has_value() || progress;
            continue;
        }
        const auto container = anyContainer(*view.pod->spec, info.name);
        if (container && isSidecar(*container))
            sidecars.push_back(&info);
        else {
            mains = true;
            kill(view, info, "", time);
        }
    }
    if (mains || progress)
        return progress;
    if (!sidecars.empty()) {
        const auto newest = std::ranges::max_element(sidecars, {}, [](const auto* info) { return info->createdAt; });
        const seconds left = time.count() == 0 ? time : std::max(time - since(stopBegan_), leastGrace);
        const auto known = endings_.find((*newest)->id);
        kill(view, **newest, "", known == endings_.end() ? left : std::min(known->second.grace, time));
        return false;
    }
    for (const SandboxInfo& sandbox : view.state.sandboxes)
        if (auto stopped = environment_.runtime.stopSandbox(sandbox.id); !stopped) {
            base::warn("agent", "stopping the sandbox of {}/{}: {}", view.pod->metadata.namespace_,
                       view.pod->metadata.name, stopped.error().message);
            endings_[sandbox.id].retryAt = system_clock::now() + retryStop;
            return false;
        }
    return true;
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
    if (before && view.pod->status) {
        std::erase_if(before->conditions, [](const auto& condition) { return !isNodesCondition(condition.type); });
        for (const auto& condition : view.pod->status->conditions)
            if (!isNodesCondition(condition.type))
                before->conditions.push_back(condition);
    }
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
    // A static pod's mirror has nobody else to take it away.
    if (abandoned_ && view.pod->metadata.annotations.contains("kubernetes.io/config.source"))
        std::ignore = environment_.writer.removePod(*view.pod);
    finished_ = cleanUp(view.state, *view.pod);
    return finished_;
}

bool PodWorker::cleanUp(const PodRuntimeState& state, const core::Pod& pod) {
    environment_.probes.forget(pod.metadata.uid);
    for (const ContainerInfo& info : state.containers)
        std::ignore = environment_.runtime.removeContainer(info.id);
    for (const SandboxInfo& sandbox : state.sandboxes)
        std::ignore = environment_.runtime.removeSandbox(sandbox.id);
    std::error_code error;
    std::filesystem::remove_all(environment_.paths.logDir(pod), error);
    return environment_.volumes.remove(pod.metadata.uid);
}

} // namespace slipway::agent
