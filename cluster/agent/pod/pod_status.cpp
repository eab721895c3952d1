#include "cluster/agent/pod/pod_status.h"

#include "cluster/agent/pod/decide.h"
#include "cluster/base/time.h"

#include <algorithm>
#include <format>

namespace slipway::agent {
namespace {

core::ContainerState terminated(const ContainerInfo& info) {
    core::ContainerState result;
    core::ContainerStateTerminated& state = result.terminated.emplace();
    state.containerID = "containerd://" + info.id;
    state.exitCode = info.exitCode;
    state.reason = !info.reason.empty() ? info.reason : info.exitCode == 0 ? "Completed" : "Error";
    state.message = info.message;
    if (info.startedAt.time_since_epoch().count() > 0)
        state.startedAt = base::formatTime(info.startedAt);
    state.finishedAt = base::formatTime(info.finishedAt);
    return result;
}

core::ContainerState waitingState(const Waiting& waiting) {
    core::ContainerState result;
    result.waiting = core::ContainerStateWaiting{waiting.message, waiting.reason};
    return result;
}

core::ContainerState runningSince(std::chrono::system_clock::time_point start) {
    core::ContainerState result;
    result.running = core::ContainerStateRunning{base::formatTime(start)};
    return result;
}

const core::ContainerStatus* statusOf(const std::vector<core::ContainerStatus>& list, const std::string& name) {
    for (const auto& status : list)
        if (status.name == name)
            return &status;
    return nullptr;
}

core::ContainerStatus containerStatus(const PodView& view, const core::Container& container, bool init,
                                      const core::ContainerStatus* before) {
    core::ContainerStatus status;
    status.name = container.name;
    status.image = container.image;
    const auto waiting = view.waiting.find(container.name);
    const ContainerInfo* info = view.state.container(container.name);
    if (info == nullptr) {
        const Waiting why = waiting != view.waiting.end()                     ? waiting->second
                            : !init && !initialized(view)                     ? Waiting{"PodInitializing", ""}
                            : init && !view.pod->spec->initContainers.empty() ? Waiting{"PodInitializing", ""}
                                                                              : Waiting{"ContainerCreating", ""};
        // A finished pod keeps what its containers ended with, also once they are removed.
        if (before != nullptr && before->state && before->state->terminated &&
            (view.terminating || isTerminal(*view.pod)))
            return *before;
        status.state = waitingState(why);
        status.started = false;
        if (before != nullptr) {
            status.restartCount = before->restartCount;
            status.lastState = before->lastState;
        }
        return status;
    }
    status.containerID = "containerd://" + info->id;
    status.image = info->image;
    status.imageID = info->imageRef;
    status.restartCount = static_cast<std::int32_t>(info->attempt);
    const auto verdict = view.verdicts.find(container.name);
    status.started = false;
    if (info->phase == ContainerPhase::running && view.starting.contains(container.name)) {
        status.state = waitingState({"ContainerCreating", ""}); // until its postStart hook has ended
    } else if (info->phase == ContainerPhase::running) {
        status.state = runningSince(info->startedAt);
        status.started = verdict == view.verdicts.end() || verdict->second.started;
        status.ready = *status.started && (verdict == view.verdicts.end() || verdict->second.ready);
    } else if (info->phase == ContainerPhase::exited) {
        status.state = terminated(*info);
        status.ready = init && !isSidecar(container) && info->exitCode == 0;
    } else {
        status.state = waitingState({"ContainerCreating", ""});
    }
    const ContainerInfo* previous = view.state.container(container.name, 1);
    if (previous != nullptr && previous->phase == ContainerPhase::exited)
        status.lastState = terminated(*previous);
    else if (before != nullptr && before->restartCount == status.restartCount)
        status.lastState = before->lastState;
    if (waiting != view.waiting.end() && info->phase == ContainerPhase::exited && !view.terminating) {
        status.lastState = terminated(*info);
        status.state = waitingState(waiting->second);
    }
    return status;
}

std::string phaseOf(const PodView& view, const core::PodStatus& status) {
    const core::PodSpec& spec = *view.pod->spec;
    for (std::size_t i = 0; i < spec.initContainers.size() && !initialized(view); ++i) {
        const auto& container = status.initContainerStatuses[i];
        if (spec.restartPolicy == "Never" && container.state && container.state->terminated &&
            container.state->terminated->exitCode != 0 && !isSidecar(spec.initContainers[i]))
            return "Failed";
    }
    if (!initialized(view) && !view.terminating)
        return "Pending";
    int running = 0, waiting = 0, stopped = 0, good = 0;
    for (const auto& container : status.containerStatuses) {
        if (container.state && container.state->running)
            ++running;
        else if (container.state && container.state->terminated) {
            ++stopped;
            good += container.state->terminated->exitCode == 0;
        } else if (container.lastState && container.lastState->terminated)
            ++stopped;
        else
            ++waiting;
    }
    if (waiting > 0)
        return "Pending";
    if (running > 0)
        return "Running";
    if (stopped == 0)
        return "Pending";
    // A pod that is being ended does not restart, whatever its policy says.
    if (view.terminating)
        return stopped == good ? "Succeeded" : "Failed";
    if (spec.restartPolicy != "Never" && spec.restartPolicy != "OnFailure")
        return "Running";
    if (stopped == good)
        return "Succeeded";
    return spec.restartPolicy == "Never" ? "Failed" : "Running";
}

void setCondition(core::PodStatus& status, const std::optional<core::PodStatus>& before, std::string type, bool value,
                  std::string reason, std::string message, WallTime now) {
    core::PodCondition condition;
    condition.type = std::move(type);
    condition.status = value ? "True" : "False";
    condition.reason = std::move(reason);
    condition.message = std::move(message);
    condition.lastTransitionTime = base::formatTime(now);
    if (before)
        for (const auto& old : before->conditions)
            if (old.type == condition.type && old.status == condition.status && !old.lastTransitionTime.empty())
                condition.lastTransitionTime = old.lastTransitionTime;
    status.conditions.push_back(std::move(condition));
}

/// "containers with unready status: [web]" and the like; empty when all are fine.
std::string notFine(const char* what, const std::vector<std::string>& names) {
    if (names.empty())
        return {};
    std::string list;
    for (const auto& name : names)
        list += (list.empty() ? "" : " ") + name;
    return std::format("containers with {} status: [{}]", what, list);
}

void setConditions(core::PodStatus& status, const PodView& view, const std::optional<core::PodStatus>& before) {
    const core::PodSpec& spec = *view.pod->spec;
    std::vector<std::string> uninitialized, unready;
    if (!initialized(view))
        for (std::size_t i = 0; i < spec.initContainers.size(); ++i) {
            const auto& container = status.initContainerStatuses[i];
            if (isSidecar(spec.initContainers[i]) ? !container.started.value_or(false) : !container.ready)
                uninitialized.push_back(container.name);
        }
    for (const auto& container : status.containerStatuses)
        if (!container.ready)
            unready.push_back(container.name);
    for (std::size_t i = 0; i < spec.initContainers.size(); ++i)
        if (isSidecar(spec.initContainers[i]) && !status.initContainerStatuses[i].ready)
            unready.push_back(status.initContainerStatuses[i].name);

    const bool succeeded = status.phase == "Succeeded", failed = status.phase == "Failed";
    const std::string why = succeeded ? "PodCompleted" : failed ? "PodFailed" : "";
    setCondition(status, before, "PodReadyToStartContainers", view.state.sandboxReady(), "", "", view.now);
    setCondition(status, before, "Initialized", uninitialized.empty() || succeeded,
                 succeeded               ? why
                 : uninitialized.empty() ? ""
                                         : "ContainersNotInitialized",
                 succeeded ? "" : notFine("incomplete", uninitialized), view.now);
    const bool over = succeeded || failed;
    const std::string reason = over ? why : unready.empty() ? "" : "ContainersNotReady";
    const std::string message = over ? "" : notFine("unready", unready);
    const bool containersReady = unready.empty() && !over;
    bool gates = true;
    for (const auto& gate : spec.readinessGates) {
        bool open = false;
        if (before)
            for (const auto& condition : before->conditions)
                open = open || (condition.type == gate.conditionType && condition.status == "True");
        gates = gates && open;
    }
    setCondition(status, before, "Ready", containersReady && gates,
                 containersReady && !gates ? "ReadinessGatesNotReady" : reason,
                 containersReady && !gates ? "the status of pod readiness gate is not \"True\"" : message, view.now);
    setCondition(status, before, "ContainersReady", containersReady, reason, message, view.now);
    setCondition(status, before, "PodScheduled", true, "", "", view.now);
    // Conditions that others set (readiness gates, the scheduler's, the node controller's) stay.
    if (before)
        for (const auto& old : before->conditions) {
            const bool ours = std::ranges::any_of(status.conditions, [&](const auto& c) { return c.type == old.type; });
            if (!ours)
                status.conditions.push_back(old);
        }
}

} // namespace

bool isNodesCondition(std::string_view type) {
    return type == "PodScheduled" || type == "Initialized" || type == "ContainersReady" || type == "Ready" ||
           type == "PodReadyToStartContainers";
}

core::PodStatus podStatus(const PodView& view, const std::optional<core::PodStatus>& before) {
    const core::PodSpec& spec = *view.pod->spec;
    core::PodStatus status;
    for (const auto& container : spec.initContainers)
        status.initContainerStatuses.push_back(containerStatus(
            view, container, true, before ? statusOf(before->initContainerStatuses, container.name) : nullptr));
    for (const auto& container : spec.containers)
        status.containerStatuses.push_back(containerStatus(
            view, container, false, before ? statusOf(before->containerStatuses, container.name) : nullptr));
    for (const auto& from : spec.ephemeralContainers)
        if (const auto container = anyContainer(spec, from.name)) {
            core::ContainerStatus one =
                containerStatus(view, *container, false,
                                before ? statusOf(before->ephemeralContainerStatuses, container->name) : nullptr);
            one.started.reset();
            one.ready = false;
            status.ephemeralContainerStatuses.push_back(std::move(one));
        }
    const bool final_ = before && (before->phase == "Succeeded" || before->phase == "Failed");
    status.phase = final_ ? before->phase : !view.failReason.empty() ? "Failed" : phaseOf(view, status);
    // The last word is said once nothing runs any more.
    const bool runs = std::ranges::any_of(
        view.state.containers, [](const ContainerInfo& info) { return info.phase == ContainerPhase::running; });
    if (!final_ && runs && (status.phase == "Failed" || status.phase == "Succeeded"))
        status.phase = "Running";
    status.reason = !view.failReason.empty() ? view.failReason : before ? before->reason : "";
    status.message = !view.failReason.empty() ? view.failMessage : before && final_ ? before->message : "";
    status.qosClass = before && !before->qosClass.empty() ? before->qosClass : qosClass(spec);
    status.startTime = before && !before->startTime.empty() ? before->startTime : base::formatTime(view.now);
    status.observedGeneration = view.pod->metadata.generation;
    if (before)
        status.nominatedNodeName = before->nominatedNodeName;
    status.hostIP = view.hostIp;
    if (!view.hostIp.empty())
        status.hostIPs.push_back({view.hostIp});
    for (const auto& ip : view.podIps)
        status.podIPs.push_back({ip});
    if (status.podIPs.empty() && before && !view.state.sandboxReady())
        status.podIPs = before->podIPs;
    if (!status.podIPs.empty())
        status.podIP = status.podIPs.front().ip;
    setConditions(status, view, before);
    return status;
}

} // namespace slipway::agent
