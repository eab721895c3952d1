// The part of PodWorker that ends containers and cleans up after them.
#include "cluster/agent/pod/log_rotation.h"
#include "cluster/agent/pod/pod_worker.h"
#include "cluster/base/log.h"

#include <algorithm>
#include <format>

namespace slipway::agent {

using std::chrono::seconds;
using std::chrono::system_clock;

namespace {

constexpr seconds retryStop{2}, leastGrace{2};

seconds since(WallTime begin) {
    return std::chrono::duration_cast<seconds>(system_clock::now() - begin);
}

} // namespace

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
        return stop(pod, info, time.count() == 0 ? time : std::max(left, leastGrace));
    }
    operations_.begin<CheckResult>(
        key,
        [&](CheckDone done) {
            return beginHook(*container->lifecycle->preStop, {&*container, info.id, view.podIp()}, environment_.runtime,
                             environment_.checks, time, std::move(done));
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
    environment_.probes.endRestarts(view.pod->metadata.uid);
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
        if (isSidecar(*view.pod->spec, info.name))
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
            removeLogs(environment_.paths.logDir(*view.pod) / info.name / std::format("{}.log", info.attempt));
        } else
            ++perSandbox[info.sandboxId];
    }
    for (std::size_t i = 1; i < view.state.sandboxes.size(); ++i)
        if (perSandbox[view.state.sandboxes[i].id] == 0)
            std::ignore = environment_.runtime.removeSandbox(view.state.sandboxes[i].id);
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
    if (environment_.cgroups != nullptr)
        environment_.cgroups->removePod(pod.metadata.uid);
    return environment_.volumes.remove(pod.metadata.uid);
}

} // namespace slipway::agent
