// The part of PodWorker that brings sandboxes and containers up.
#include "cluster/agent/image/images.h"
#include "cluster/agent/pod/pod_worker.h"
#include "cluster/base/log.h"

#include <format>

namespace slipway::agent {

using std::chrono::seconds;
using std::chrono::system_clock;

namespace {

constexpr seconds hookLimit{3600}, refreshFirst{10};

} // namespace

bool PodWorker::startSandbox(const PodView& view, const Actions& actions) {
    for (const SandboxInfo& old : view.state.sandboxes)
        std::ignore = environment_.runtime.stopSandbox(old.id);
    if (environment_.cgroups != nullptr)
        if (const auto prepared = environment_.cgroups->preparePod(*view.pod); !prepared)
            base::warn("agent", "control group of {}/{}: {}", view.pod->metadata.namespace_, view.pod->metadata.name,
                       prepared.error());
    if (!view.state.sandboxes.empty())
        environment_.events.record(referenceTo(*view.pod), "Normal", "SandboxChanged",
                                   "Pod sandbox changed, it will be killed and re-created.");
    notBefore_.erase("");
    if (const auto failure = starter_.startSandbox(*view.pod, actions.sandboxAttempt))
        notBefore_[""] = system_clock::now() + failure->retryAfter;
    else
        refreshVolumesAt_ = system_clock::now() + refreshFirst;
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
    if (const auto wanted = view.wanted.find(start.name); wanted != view.wanted.end())
        applied_[id] = wanted->second;
    if (container.lifecycle && container.lifecycle->postStart)
        runPostStart(container, id, view.podIp());
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

} // namespace slipway::agent
