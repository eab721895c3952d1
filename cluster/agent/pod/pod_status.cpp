#include "cluster/agent/pod/pod_status.h"

#include "cluster/agent/pod/decide.h"
#include "cluster/agent/pod/pod_conditions.h"
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

/// What a running container may use: what was asked for last, once the runtime has it.
void addResources(core::ContainerStatus& status, const PodView& view, const core::ContainerStatus* before) {
    const auto allocated = view.allocated.find(status.name);
    if (allocated == view.allocated.end())
        return;
    const auto wanted = view.wanted.find(status.name), applied = view.applied.find(status.name);
    const bool there = wanted == view.wanted.end() || applied == view.applied.end() ||
                       (wanted->second.sameCpu(applied->second) && wanted->second.sameMemory(applied->second));
    status.resources = there || before == nullptr || !before->resources ? allocated->second : *before->resources;
}

/// What is known of a container that the runtime has lost.
core::ContainerState lostState(const core::ContainerStatus* before, const char* when) {
    core::ContainerState result;
    core::ContainerStateTerminated& state = result.terminated.emplace();
    state.exitCode = 137;
    state.reason = "ContainerStatusUnknown";
    state.message = std::format("The container could not be located when the pod was {}", when);
    if (before != nullptr) {
        state.containerID = before->containerID;
        if (before->state && before->state->running)
            state.message += ".  The container used to be Running";
    }
    return result;
}

/// Nothing of the pod is left to run, and nothing will.
bool isOver(const PodView& view) {
    return view.terminating && !view.state.sandboxReady() &&
           std::ranges::all_of(view.state.containers,
                               [](const ContainerInfo& info) { return info.phase == ContainerPhase::exited; });
}

/// The state of a container that was not started, or is gone from the runtime.
void describeAbsent(core::ContainerStatus& status, const PodView& view, const Waiting& why,
                    const core::ContainerStatus* before) {
    status.started = false;
    status.state = waitingState(why);
    if (before == nullptr)
        return;
    status.restartCount = before->restartCount;
    status.lastState = before->lastState;
    if (!before->state || !before->state->running)
        return;
    if (view.terminating)
        status.state = lostState(before, "deleted");
    else
        status.lastState = lostState(before, "deleted");
}

core::ContainerStatus containerStatus(const PodView& view, const core::Container& container, bool init,
                                      const core::ContainerStatus* before) {
    const bool stays = init && container.restartPolicy == "Always";
    core::ContainerStatus status;
    status.name = container.name;
    status.image = container.image;
    for (const core::VolumeMount& mount : container.volumeMounts) {
        const bool readOnly = mount.readOnly.value_or(false);
        core::VolumeMountStatus& one = status.volumeMounts.emplace_back();
        one.name = mount.name;
        one.mountPath = mount.mountPath;
        if (readOnly) {
            one.readOnly = true;
            one.recursiveReadOnly = "Disabled"; // the runtime makes the top read-only, not what is mounted below it
        }
    }
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
        describeAbsent(status, view, why, before);
        if (isOver(view) && initialized(view) && !status.state->terminated)
            status.state = lostState(before, "terminated");
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
        // An init container is ready by having ended well.
        status.ready = (!init || stays) && *status.started && (verdict == view.verdicts.end() || verdict->second.ready);
        addResources(status, view, before);
    } else if (info->phase == ContainerPhase::exited) {
        status.state = terminated(*info);
        status.ready = init && !stays && info->exitCode == 0;
    } else {
        status.state = waitingState({"ContainerCreating", ""});
    }
    const ContainerInfo* previous = view.state.container(container.name, 1);
    if (previous != nullptr && previous->phase == ContainerPhase::exited)
        status.lastState = terminated(*previous);
    else if (before != nullptr && before->restartCount == status.restartCount)
        status.lastState = before->lastState;
    if (waiting != view.waiting.end() && info->phase == ContainerPhase::exited && !view.terminating &&
        mayRestart(*view.pod->spec, container, *info)) {
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
            container.state->terminated->exitCode != 0 && spec.initContainers[i].restartPolicy != "Always")
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
    if (isOver(view)) // whatever did not end well has failed
        return good == static_cast<int>(spec.containers.size()) ? "Succeeded" : "Failed";
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

/// The containers' last words together fit into 12 KiB.
void shortenMessages(core::PodStatus& status) {
    constexpr std::size_t most = 12 * 1024;
    std::vector<std::string*> messages;
    for (auto* list : {&status.initContainerStatuses, &status.containerStatuses, &status.ephemeralContainerStatuses})
        for (core::ContainerStatus& container : *list)
            for (auto* state : {&container.state, &container.lastState})
                if (*state && (*state)->terminated)
                    messages.push_back(&(*state)->terminated->message);
    std::size_t total = 0;
    for (const std::string* message : messages)
        total += message->size();
    if (total <= most)
        return;
    for (std::string* message : messages)
        message->resize(std::min(message->size(), most / messages.size()));
}

} // namespace

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
    status.phase = final_ ? before->phase : view.failure ? "Failed" : phaseOf(view, status);
    // The last word is said once nothing runs any more.
    const bool runs = std::ranges::any_of(
        view.state.containers, [](const ContainerInfo& info) { return info.phase == ContainerPhase::running; });
    if (!final_ && runs && (status.phase == "Failed" || status.phase == "Succeeded"))
        status.phase = "Running";
    status.reason = view.failure ? view.failure->reason : before ? before->reason : "";
    status.message = view.failure ? view.failure->message : before && final_ ? before->message : "";
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
    shortenMessages(status);
    return status;
}

} // namespace slipway::agent
