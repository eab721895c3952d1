#include "cluster/agent/simulated/simulated_pod.h"

#include "cluster/agent/pod/pod_status.h"
#include "cluster/base/time.h"

#include <algorithm>
#include <format>

namespace slipway::agent {

using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr int mostRounds = 64; // of decisions at one time; a pod settles after a few
constexpr int killedCode = 137;

WallTime timeOf(const std::string& text) {
    const auto time = base::parseTime(text);
    return time ? *time : WallTime();
}

seconds graceOf(const core::Pod& pod) {
    return seconds(pod.metadata.deletionGracePeriodSeconds.value_or(
        pod.spec ? pod.spec->terminationGracePeriodSeconds.value_or(30) : 30));
}

bool isInit(const core::PodSpec& spec, const std::string& name) {
    return std::ranges::any_of(spec.initContainers, [&](const auto& one) { return one.name == name; });
}

std::string imageOf(const core::PodSpec& spec, const std::string& name) {
    if (const core::Container* container = findContainer(spec, name))
        return container->image;
    const auto found = std::ranges::find(spec.ephemeralContainers, name, &core::EphemeralContainer::name);
    return found == spec.ephemeralContainers.end() ? "" : found->image;
}

} // namespace

SimulatedPod::Container& SimulatedPod::of(const std::string& name) {
    const auto found = std::ranges::find(containers_, name, &Container::name);
    if (found != containers_.end())
        return *found;
    Container& made = containers_.emplace_back();
    made.name = name;
    made.phase = ContainerPhase::unknown; // never started
    return made;
}

std::vector<std::string> SimulatedPod::running() const {
    std::vector<std::string> names;
    for (const Container& container : containers_)
        if (container.phase == ContainerPhase::running)
            names.push_back(container.name);
    return names;
}

std::string SimulatedPod::idOf(const core::Pod& pod, const Container& container, unsigned attempt) const {
    return std::format("simulated-{}-{}-{}", pod.metadata.uid, container.name, attempt);
}

void SimulatedPod::adopt(const core::Pod& pod, const Behaviour& behaviour) {
    if (!pod.status || !pod.spec)
        return;
    if (!pod.status->podIP.empty() && !podIp_.empty())
        podIp_ = pod.status->podIP;
    for (const auto* list : {&pod.status->initContainerStatuses, &pod.status->containerStatuses})
        for (const core::ContainerStatus& status : *list) {
            if (!status.state || (!status.state->running && !status.state->terminated))
                continue;
            Container& container = of(status.name);
            container.attempt = static_cast<unsigned>(status.restartCount);
            if (status.state->running) {
                container.phase = ContainerPhase::running;
                container.startedAt = timeOf(status.state->running->startedAt);
                sandboxMade_ = sandboxReady_ = true;
                foretell(container, pod, behaviour);
            } else {
                container.phase = ContainerPhase::exited;
                container.startedAt = timeOf(status.state->terminated->startedAt);
                container.finishedAt = timeOf(status.state->terminated->finishedAt);
                container.exitCode = status.state->terminated->exitCode;
                sandboxMade_ = true;
            }
        }
}

/// Containers whose time has come end.
void SimulatedPod::letPass(WallTime now) {
    for (Container& container : containers_)
        if (container.phase == ContainerPhase::running && container.endsAt && *container.endsAt <= now) {
            container.phase = ContainerPhase::exited;
            container.finishedAt = *container.endsAt;
            container.endsAt.reset();
        }
}

PodView SimulatedPod::view(const core::Pod& pod, const Behaviour& behaviour, WallTime now) const {
    PodView view;
    view.pod = &pod;
    view.now = now;
    view.hostIp = hostIp_;
    view.podIps = {podIp_.empty() ? hostIp_ : podIp_};
    view.terminating = !pod.metadata.deletionTimestamp.empty();
    if (!sandboxReady_)
        view.podIps.clear();
    if (sandboxMade_) {
        SandboxInfo sandbox;
        sandbox.id = "simulated-" + pod.metadata.uid;
        sandbox.ready = sandboxReady_;
        view.state.sandboxes.push_back(std::move(sandbox));
    }
    for (const Container& container : containers_) {
        if (container.startsAt)
            view.notBefore[container.name] = *container.startsAt;
        if (container.phase == ContainerPhase::unknown)
            continue;
        ContainerInfo info;
        info.id = idOf(pod, container, container.attempt);
        info.sandboxId = "simulated-" + pod.metadata.uid;
        info.name = container.name;
        info.attempt = container.attempt;
        info.phase = container.phase;
        info.startedAt = info.createdAt = container.startedAt;
        info.finishedAt = container.finishedAt;
        info.exitCode = container.exitCode;
        info.image = imageOf(*pod.spec, container.name);
        info.imageRef = info.image;
        if (container.phase == ContainerPhase::running && now < container.startedAt + behaviour.readyAfter)
            view.verdicts[container.name] = {.started = true, .ready = false};
        if (container.crash.delay.count() > 0)
            view.crashes[container.name] = container.crash;
        view.state.containers.push_back(std::move(info));
        if (container.previous) {
            ContainerInfo before = view.state.containers.back();
            before.attempt = container.attempt - 1;
            before.id = idOf(pod, container, before.attempt);
            before.phase = ContainerPhase::exited;
            std::tie(before.startedAt, before.finishedAt) = *container.previous;
            before.exitCode = container.previousCode;
            view.state.containers.push_back(std::move(before));
        }
    }
    return view;
}

void SimulatedPod::start(const core::Pod& pod, const Behaviour& behaviour, const Actions::Start& wanted, WallTime now) {
    Container& container = of(wanted.name);
    if (behaviour.startDelay.count() > 0 && !container.startsAt) {
        container.startsAt = now + behaviour.startDelay;
        return;
    }
    const WallTime begun = container.startsAt.value_or(now);
    container.startsAt.reset();
    if (container.phase == ContainerPhase::exited && wanted.attempt > container.attempt) {
        container.previous = {container.startedAt, container.finishedAt};
        container.previousCode = container.exitCode;
        container.crash.next(now);
    }
    container.attempt = wanted.attempt;
    container.phase = ContainerPhase::running;
    container.startedAt = begun;
    foretell(container, pod, behaviour);
}

/// When and how a container that runs will end.
void SimulatedPod::foretell(Container& container, const core::Pod& pod, const Behaviour& behaviour) {
    container.endsAt.reset();
    const core::Container* spec = findContainer(*pod.spec, container.name);
    if (spec == nullptr)
        return; // an ephemeral one stays until its pod ends
    const auto fate = behaviour.fateOf(pod, *spec, isInit(*pod.spec, container.name), container.attempt);
    container.exitCode = fate.exitCode;
    if (fate.endsAfter)
        container.endsAt = container.startedAt + *fate.endsAfter;
}

void SimulatedPod::stop(const core::Pod& pod, const Behaviour& behaviour, WallTime now) {
    if (!stoppingSince_)
        stoppingSince_ = now;
    const auto grace = std::chrono::duration_cast<milliseconds>(graceOf(pod));
    const bool killed = behaviour.stopDelay > grace;
    const WallTime end = *stoppingSince_ + std::min(behaviour.stopDelay, grace);
    bool any = false;
    for (Container& container : containers_) {
        container.startsAt.reset();
        if (container.phase != ContainerPhase::running)
            continue;
        if (!container.endsAt || *container.endsAt > end) {
            container.endsAt = end;
            container.exitCode = killed ? killedCode : 0;
        }
        any = true;
    }
    letPass(now);
    if (!any)
        sandboxReady_ = false;
}

/// True when something changed, so that it is to be decided anew.
bool SimulatedPod::act(const Actions& actions, const core::Pod& pod, const Behaviour& behaviour, WallTime now) {
    if (actions.stopPod) {
        const bool ready = sandboxReady_;
        const auto before = running().size();
        stop(pod, behaviour, now);
        return ready != sandboxReady_ || before != running().size();
    }
    if (actions.createSandbox) {
        sandboxMade_ = sandboxReady_ = true;
        return true;
    }
    for (const auto& wanted : actions.start)
        start(pod, behaviour, wanted, now);
    for (const auto& wanted : actions.kill)
        for (Container& container : containers_)
            if (container.name == wanted.name && container.phase == ContainerPhase::running) {
                container.endsAt = now;
                container.exitCode = killedCode;
            }
    return !actions.start.empty() || !actions.kill.empty();
}

std::optional<WallTime> SimulatedPod::nextChange(const Behaviour& behaviour, WallTime now) const {
    std::optional<WallTime> next;
    const auto at = [&](WallTime time) {
        if (!next || time < *next)
            next = time;
    };
    for (const Container& container : containers_) {
        if (container.startsAt)
            at(*container.startsAt);
        if (container.phase != ContainerPhase::running)
            continue;
        if (container.endsAt)
            at(*container.endsAt);
        if (const WallTime ready = container.startedAt + behaviour.readyAfter; ready > now)
            at(ready);
    }
    return next;
}

SimulatedPod::Step SimulatedPod::advance(const core::Pod& pod, const Behaviour& behaviour, WallTime now) {
    Step step;
    for (int round = 0; round < mostRounds; ++round) {
        letPass(now);
        const PodView seen = view(pod, behaviour, now);
        const Actions actions = decide(seen);
        if (act(actions, pod, behaviour, now))
            continue;
        PodView last = view(pod, behaviour, now);
        last.waiting = actions.waiting;
        step.status = podStatus(last, pod.status);
        step.wakeAt = nextChange(behaviour, now);
        if (actions.wakeAt && (!step.wakeAt || *actions.wakeAt < *step.wakeAt))
            step.wakeAt = actions.wakeAt;
        break;
    }
    step.over = !pod.metadata.deletionTimestamp.empty() && running().empty();
    return step;
}

} // namespace slipway::agent
