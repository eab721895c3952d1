#include "cluster/agent/pod/decide.h"

#include <algorithm>
#include <format>

namespace slipway::agent {
namespace {

bool stays(const core::Container& initContainer) {
    return initContainer.restartPolicy == "Always";
}

bool everStartedMain(const PodView& view) {
    for (const core::Container& container : view.pod->spec->containers)
        if (view.state.current(container.name) != nullptr)
            return true;
    return false;
}

bool allMainFinished(const PodView& view) {
    const core::PodSpec& spec = *view.pod->spec;
    for (const core::Container& container : spec.containers) {
        const ContainerInfo* info = view.state.container(container.name);
        if (info == nullptr || info->phase != ContainerPhase::exited || mayRestart(spec, container, *info))
            return false;
    }
    return true;
}

/// A failed init container that is not tried again ends the pod.
bool initFailed(const PodView& view) {
    const core::PodSpec& spec = *view.pod->spec;
    return !everStartedMain(view) && std::ranges::any_of(spec.initContainers, [&](const core::Container& container) {
        const ContainerInfo* info = view.state.container(container.name);
        return info != nullptr && info->phase == ContainerPhase::exited && info->exitCode != 0 &&
               !mayRestart(spec, container, *info);
    });
}

class Decision {
public:
    explicit Decision(const PodView& view) : view_(view), spec_(*view.pod->spec) {}

    Actions run() {
        if (view_.terminating || isTerminal(*view_.pod) || allMainFinished(view_) || initFailed(view_)) {
            actions_.stopPod = anythingRuns();
            return actions_;
        }
        if (!view_.state.sandboxReady()) {
            needSandbox();
            return actions_;
        }
        // Ephemeral containers run once, whatever else goes on.
        for (const core::EphemeralContainer& container : spec_.ephemeralContainers)
            if (view_.state.container(container.name) == nullptr && !heldBack(container.name))
                actions_.start.push_back({container.name, 0});
        if (runInitContainers())
            for (const core::Container& container : spec_.containers)
                keepRunning(container);
        return actions_;
    }

private:
    bool anythingRuns() const {
        for (const ContainerInfo& info : view_.state.containers)
            if (info.phase != ContainerPhase::exited)
                return true;
        for (const SandboxInfo& sandbox : view_.state.sandboxes)
            if (sandbox.ready)
                return true;
        return false;
    }

    void wakeAt(WallTime time) {
        if (!actions_.wakeAt || time < *actions_.wakeAt)
            actions_.wakeAt = time;
    }

    /// A start held back earlier (a failed pull, a missing ConfigMap); true while it has to wait.
    bool heldBack(const std::string& name) {
        const auto held = view_.notBefore.find(name);
        if (held == view_.notBefore.end() || held->second <= view_.now)
            return false;
        wakeAt(held->second);
        return true;
    }

    void needSandbox() {
        if (heldBack(""))
            return;
        actions_.createSandbox = true;
        const SandboxInfo* last = view_.state.sandbox();
        actions_.sandboxAttempt = last == nullptr ? 0 : last->attempt + 1;
    }

    void start(const core::Container& container) {
        if (heldBack(container.name))
            return;
        const ContainerInfo* last = view_.state.container(container.name);
        const auto known = view_.restarts.find(container.name);
        const unsigned attempt = last != nullptr                 ? last->attempt + 1
                                 : known != view_.restarts.end() ? static_cast<unsigned>(known->second) + 1
                                                                 : 0;
        actions_.start.push_back({container.name, attempt});
    }

    void restart(const core::Container& container, const ContainerInfo& last) {
        const auto crash = view_.crashes.find(container.name);
        const WallTime readyAt = crash == view_.crashes.end() ? view_.now : crash->second.readyAt(last.finishedAt);
        if (readyAt > view_.now) {
            actions_.waiting[container.name] = {"CrashLoopBackOff",
                                                std::format("back-off {} restarting failed container={} pod={}_{}({})",
                                                            goDuration(crash->second.delay), container.name,
                                                            view_.pod->metadata.name, view_.pod->metadata.namespace_,
                                                            view_.pod->metadata.uid)};
            wakeAt(readyAt);
            return;
        }
        start(container);
    }

    static std::string goDuration(std::chrono::seconds time) {
        const auto seconds = time.count();
        return seconds < 60 ? std::format("{}s", seconds) : std::format("{}m{}s", seconds / 60, seconds % 60);
    }

    bool killWhenUnfit(const core::Container& container, const ContainerInfo& info) {
        const auto image = info.annotations.find(labels::image);
        if (image != info.annotations.end() && image->second != container.image) {
            actions_.kill.push_back(
                {info.id, info.name, std::format("Container {} definition changed, will be restarted", info.name)});
            return true;
        }
        const auto verdict = view_.verdicts.find(container.name);
        if (verdict == view_.verdicts.end() || !verdict->second.failed)
            return false;
        actions_.kill.push_back({info.id, info.name, verdict->second.message});
        return true;
    }

    /// A change of bounds, in place where the container allows it.
    void resize(const core::Container& container, const ContainerInfo& info) {
        const auto wanted = view_.wanted.find(container.name), applied = view_.applied.find(container.name);
        if (wanted == view_.wanted.end() || applied == view_.applied.end())
            return;
        const bool cpu = !wanted->second.sameCpu(applied->second), memory = !wanted->second.sameMemory(applied->second);
        const bool restarts = std::ranges::any_of(container.resizePolicy, [&](const auto& policy) {
            return policy.restartPolicy == "RestartContainer" &&
                   ((cpu && policy.resourceName == "cpu") || (memory && policy.resourceName == "memory"));
        });
        if (restarts)
            actions_.kill.push_back(
                {info.id, info.name, std::format("Container {} resize requires restart", info.name)});
        else if (cpu || memory)
            actions_.resize.push_back(container.name);
    }

    void keepRunning(const core::Container& container) {
        const ContainerInfo* info = view_.state.current(container.name);
        if (info == nullptr) {
            // What ended well before the sandbox was lost does not run a second time.
            const ContainerInfo* older = view_.state.container(container.name);
            const bool ended = older != nullptr && older->phase == ContainerPhase::exited && !isInit(container.name) &&
                               !mayRestart(spec_, container, *older);
            if (!ended)
                start(container);
            return;
        }
        switch (info->phase) {
        case ContainerPhase::running:
            if (!killWhenUnfit(container, *info))
                resize(container, *info);
            break;
        case ContainerPhase::exited:
            if (mayRestart(spec_, container, *info))
                restart(container, *info);
            break;
        case ContainerPhase::created: // its start failed, or the agent ended in between
        case ContainerPhase::unknown:
            actions_.kill.push_back(
                {info->id, info->name, "Container is in an unknown state, try killing it before restart"});
            break;
        }
    }

    bool isInit(const std::string& name) const {
        return std::ranges::any_of(spec_.initContainers, [&](const auto& known) { return known.name == name; });
    }

    bool startedAndFit(const core::Container& container) const {
        const ContainerInfo* info = view_.state.current(container.name);
        if (info == nullptr || info->phase != ContainerPhase::running)
            return false;
        if (view_.starting.contains(container.name))
            return false;
        const auto verdict = view_.verdicts.find(container.name);
        return verdict == view_.verdicts.end() || verdict->second.started;
    }

    /// True when the main containers may run.
    bool runInitContainers() {
        const bool past = everStartedMain(view_);
        for (const core::Container& container : spec_.initContainers) {
            if (stays(container)) {
                keepRunning(container);
                if (!past && !startedAndFit(container))
                    return false;
                continue;
            }
            if (past)
                continue;
            const ContainerInfo* info = view_.state.current(container.name);
            if (info != nullptr && succeeded(*info))
                continue;
            keepRunning(container);
            return false;
        }
        return true;
    }

    const PodView& view_;
    const core::PodSpec& spec_;
    Actions actions_;
};

} // namespace

bool mayRestart(const core::PodSpec& spec, const core::Container& container, const ContainerInfo& last) {
    for (const core::ContainerRestartRule& rule : container.restartPolicyRules) {
        if (!rule.exitCodes)
            continue;
        const bool listed = std::ranges::contains(rule.exitCodes->values, last.exitCode);
        if (listed == (rule.exitCodes->operator_ == "In"))
            return rule.action == "Restart";
    }
    const std::string& policy = container.restartPolicy.empty() ? spec.restartPolicy : container.restartPolicy;
    if (policy == "Never")
        return false;
    return policy != "OnFailure" || last.exitCode != 0;
}

Actions decide(const PodView& view) {
    return Decision(view).run();
}

bool initialized(const PodView& view) {
    if (everStartedMain(view))
        return true;
    for (const core::Container& container : view.pod->spec->initContainers) {
        const ContainerInfo* info = view.state.container(container.name);
        if (info == nullptr)
            return false;
        const auto verdict = view.verdicts.find(container.name);
        const bool fine = stays(container) ? info->phase == ContainerPhase::running &&
                                                 (verdict == view.verdicts.end() || verdict->second.started)
                                           : succeeded(*info);
        if (!fine)
            return false;
    }
    return true;
}

} // namespace slipway::agent
