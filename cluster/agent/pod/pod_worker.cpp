#include "cluster/agent/pod/pod_worker.h"

#include "cluster/agent/pod/pod_conditions.h"
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
constexpr seconds retryReport{5}, retryResize{10}, pullBackOffShown{3};
constexpr seconds refreshOften{10}, refreshSeldom{60};

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

const core::ContainerStatus* statusOf(const std::optional<core::PodStatus>& status, const std::string& name) {
    if (status)
        for (const auto* list : {&status->initContainerStatuses, &status->containerStatuses})
            for (const core::ContainerStatus& container : *list)
                if (container.name == name)
                    return &container;
    return nullptr;
}

} // namespace

PodWorker::PodWorker(PodEnvironment& environment, std::shared_ptr<const core::Pod> pod,
                     std::optional<Rejection> rejection)
    : environment_(environment)
    , starter_(environment)
    , observer_(environment)
    , rejection_(std::move(rejection))
    , resize_(*pod)
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

void PodWorker::fail(PodFailure failure) {
    std::lock_guard lock(mutex_);
    if (!failure_)
        failure_ = std::move(failure);
}

std::optional<PodFailure> PodWorker::failure() const {
    std::lock_guard lock(mutex_);
    return failure_;
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
    const seconds own(
        pod.metadata.deletionGracePeriodSeconds.value_or(pod.spec->terminationGracePeriodSeconds.value_or(30)));
    const auto failed = failure();
    return failed && failed->grace ? std::min(*failed->grace, own) : own;
}

std::optional<WallTime> PodWorker::sync() {
    if (rejection_)
        return syncRejected();
    std::optional<WallTime> wakeAt;
    for (int step = 0; step < mostSteps && !finished_; ++step) {
        operations_.handle();
        const auto given = this->pod();
        const NodeView node = environment_.view ? environment_.view() : NodeView();
        const auto pod = resize_.allocate(given, node.allocatable, [&](const core::Pod& wish) {
            return environment_.neighbours && !node.allocatable.empty()
                       ? lacksRoom(wish, environment_.neighbours(wish.metadata.uid), node.allocatable)
                       : std::nullopt;
        });
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
        if (!actions.resize.empty() || !resize_.pendingReason().empty())
            earliest(wakeAt, now.now + retryResize);
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
    view.failure = failure();
    view.terminating = abandoned_ || !pod->metadata.deletionTimestamp.empty() || view.failure;
    view.hostIp = environment_.nodeIp;
    if (pod->spec->hostNetwork.value_or(false))
        view.podIps = {environment_.nodeIp};
    else if (view.state.sandboxReady())
        view.podIps = observer_.addresses(*view.state.sandbox());
    watchProbes(view, pod);
    for (const ContainerInfo& info : view.state.containers)
        if (const auto verdict = environment_.probes.verdict(info.id))
            view.verdicts[info.name] = *verdict;
    noteResources(view);
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

/// Containers that run have nothing to wait for any more, and are looked at as they ask.
void PodWorker::watchProbes(const PodView& view, const std::shared_ptr<const core::Pod>& pod) {
    const std::string ip = view.podIps.empty() ? "" : view.podIps.front();
    for (const auto* list : {&pod->spec->initContainers, &pod->spec->containers})
        for (const core::Container& container : *list) {
            const ContainerInfo* info = view.state.current(container.name);
            if (info == nullptr || info->phase != ContainerPhase::running)
                continue;
            waiting_.erase(container.name);
            notBefore_.erase(container.name);
            pullFailed_.erase(container.name);
            if (view.terminating || starting_.contains(container.name) || endings_.contains(info->id))
                continue;
            // What was said of the same instance before the agent began holds until it is looked at again.
            const core::ContainerStatus* before = statusOf(reported_, container.name);
            const bool same = before != nullptr && before->containerID.ends_with("://" + info->id);
            environment_.probes.watch(pod, container, *info, ip,
                                      {same && before->started.value_or(false), same && before->ready});
        }
}

/// Bounds that containers should have, and those that they have.
void PodWorker::noteResources(PodView& view) {
    view.allocated = resize_.allocated();
    view.wanted = wantedResources(*view.pod, environment_.node.memoryBytes);
    for (const auto& [name, wanted] : view.wanted) {
        const ContainerInfo* info = view.state.current(name);
        if (info == nullptr || info->phase != ContainerPhase::running)
            continue;
        const auto known = applied_.find(info->id);
        view.applied[name] =
            known != applied_.end() ? known->second : applied_[info->id] = info->resources.value_or(wanted);
        view.resize.inProgress =
            view.resize.inProgress || !wanted.sameCpu(view.applied[name]) || !wanted.sameMemory(view.applied[name]);
    }
    std::erase_if(applied_, [&](const auto& entry) {
        return std::ranges::find(view.state.containers, entry.first, &ContainerInfo::id) == view.state.containers.end();
    });
    if (!view.resize.inProgress)
        resizeError_.clear();
    view.resize.error = resizeError_;
    view.resize.pendingReason = resize_.pendingReason();
    view.resize.pendingMessage = resize_.pendingMessage();
}

void PodWorker::checkDeadline(const core::Pod& pod, std::optional<WallTime>& wakeAt) {
    const auto limit = pod.spec->activeDeadlineSeconds;
    if (!limit || failure() || isTerminal(pod) || !reported_)
        return;
    const auto started = base::parseTime(reported_->startTime);
    if (!started)
        return;
    const WallTime deadline = *started + seconds(*limit);
    if (system_clock::now() < deadline) {
        earliest(wakeAt, deadline);
        return;
    }
    const PodFailure late{"DeadlineExceeded", "Pod was active on the node longer than the specified deadline"};
    environment_.events.record(referenceTo(pod), "Normal", late.reason, late.message);
    fail(late);
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
        const auto verdict = view.verdicts.find(wanted.name);
        const auto own =
            verdict != view.verdicts.end() && verdict->second.failed ? verdict->second.grace : std::nullopt;
        kill(view, *info, wanted.message, own.value_or(grace(*view.pod)));
    }
    progress = resize(view, actions) || progress;
    if (actions.createSandbox)
        return startSandbox(view, actions) || progress;
    return startContainers(view, actions) || progress;
}

/// The pod's own group is widened before its containers and narrowed after them: the kernel refuses a group whose
/// members may use more.
bool PodWorker::resize(const PodView& view, const Actions& actions) {
    if (actions.resize.empty())
        return false;
    if (environment_.cgroups != nullptr)
        std::ignore = environment_.cgroups->preparePod(*view.pod);
    bool progress = false;
    for (const std::string& name : actions.resize) {
        const ContainerInfo* info = view.state.current(name);
        const ContainerResources& wanted = view.wanted.at(name);
        if (const auto changed = environment_.runtime.updateResources(info->id, wanted)) {
            applied_[info->id] = wanted;
            progress = true;
        } else if (resizeError_ != changed.error().message) {
            resizeError_ = changed.error().message;
            progress = true; // to be told
        }
    }
    if (environment_.cgroups != nullptr)
        if (const auto narrowed = environment_.cgroups->preparePod(*view.pod); !narrowed && resizeError_.empty())
            base::warn("agent", "resizing {}/{}: {}", view.pod->metadata.namespace_, view.pod->metadata.name,
                       narrowed.error());
    return progress;
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
    return write(*view.pod, podStatus(view, before));
}

bool PodWorker::write(const core::Pod& pod, core::PodStatus status) {
    {
        std::lock_guard lock(mutex_);
        status_ = status;
    }
    if (reported_ && *reported_ == status)
        return true;
    switch (environment_.writer.writeStatus(pod, status)) {
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

/// A rejected pod has no containers to tell of, and leaves nothing behind.
std::optional<WallTime> PodWorker::syncRejected() {
    const auto pod = this->pod();
    const auto now = system_clock::now();
    PodView none;
    none.pod = pod.get();
    none.now = now;
    none.terminating = true;
    none.failure = PodFailure{rejection_->reason, "Pod was rejected: " + rejection_->message};
    core::PodStatus status = podStatus(none, reported_ ? reported_ : pod->status);
    status.containerStatuses.clear();
    status.initContainerStatuses.clear();
    status.ephemeralContainerStatuses.clear();
    if (!reported_ || reported_->phase != "Failed")
        environment_.events.record(referenceTo(*pod), "Warning", rejection_->reason, rejection_->message);
    if (!abandoned_ && !write(*pod, std::move(status)))
        return now + retryReport;
    const bool gone = abandoned_ || (!pod->metadata.deletionTimestamp.empty() &&
                                     environment_.writer.removePod(*pod) != PodWriter::Outcome::retry);
    finished_ = gone;
    if (!gone && !pod->metadata.deletionTimestamp.empty())
        return now + retryReport;
    return std::nullopt;
}

} // namespace slipway::agent
