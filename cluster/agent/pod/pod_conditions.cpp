#include "cluster/agent/pod/pod_conditions.h"

#include "cluster/agent/pod/decide.h"
#include "cluster/base/time.h"

#include <algorithm>
#include <format>

namespace slipway::agent {
namespace {

void setCondition(core::PodStatus& status, const std::optional<core::PodStatus>& before, std::string type, bool value,
                  std::string reason, std::string message, WallTime now) {
    core::PodCondition condition;
    condition.observedGeneration = status.observedGeneration;
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

/// Why a pod whose containers are ready is not ready itself; empty when it is.
std::string closedGates(const core::PodSpec& spec, const std::optional<core::PodStatus>& before) {
    std::string result;
    for (const core::PodReadinessGate& gate : spec.readinessGates) {
        const core::PodCondition* condition = nullptr;
        if (before)
            for (const auto& known : before->conditions)
                if (known.type == gate.conditionType)
                    condition = &known;
        if (condition != nullptr && condition->status == "True")
            continue;
        result += (result.empty() ? "" : ", ");
        if (condition == nullptr)
            result +=
                std::format("corresponding condition of pod readiness gate \"{}\" does not exist.", gate.conditionType);
        else
            result += std::format("the status of pod readiness gate \"{}\" is not \"True\", but {}", gate.conditionType,
                                  condition->status);
    }
    return result;
}

/// Those that are there only while they have something to say.
void setPassingConditions(core::PodStatus& status, const PodView& view, const std::optional<core::PodStatus>& before) {
    if (view.failure && view.failure->disruption)
        setCondition(status, before, "DisruptionTarget", true, "TerminationByKubelet", view.failure->message, view.now);
    const ResizeState& resize = view.resize;
    if (!resize.pendingReason.empty())
        setCondition(status, before, "PodResizePending", true, resize.pendingReason, resize.pendingMessage, view.now);
    if (resize.inProgress)
        setCondition(status, before, "PodResizeInProgress", true, resize.error.empty() ? "" : "Error", resize.error,
                     view.now);
}

} // namespace

void setConditions(core::PodStatus& status, const PodView& view, const std::optional<core::PodStatus>& before) {
    const core::PodSpec& spec = *view.pod->spec;
    std::vector<std::string> uninitialized, unready;
    if (!initialized(view))
        for (std::size_t i = 0; i < spec.initContainers.size(); ++i) {
            const auto& container = status.initContainerStatuses[i];
            if (isSidecar(spec, container.name) ? !container.started.value_or(false) : !container.ready)
                uninitialized.push_back(container.name);
        }
    for (const auto& container : status.containerStatuses)
        if (!container.ready)
            unready.push_back(container.name);
    for (std::size_t i = 0; i < spec.initContainers.size(); ++i)
        if (spec.initContainers[i].restartPolicy == "Always" && !status.initContainerStatuses[i].ready)
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
    const std::string closed = closedGates(spec, before);
    const bool gated = containersReady && !closed.empty();
    setCondition(status, before, "Ready", containersReady && !gated, gated ? "ReadinessGatesNotReady" : reason,
                 gated ? closed : message, view.now);
    setCondition(status, before, "ContainersReady", containersReady, reason, message, view.now);
    setCondition(status, before, "PodScheduled", true, "", "", view.now);
    setPassingConditions(status, view, before);
    // Conditions that others set (readiness gates, the scheduler's, the node controller's) stay.
    if (before)
        for (const auto& old : before->conditions) {
            const bool ours = std::ranges::any_of(status.conditions, [&](const auto& c) { return c.type == old.type; });
            if (!ours && !old.type.starts_with("PodResize"))
                status.conditions.push_back(old);
        }
}

bool isNodesCondition(std::string_view type) {
    return type == "PodScheduled" || type == "Initialized" || type == "ContainersReady" || type == "Ready" ||
           type == "PodReadyToStartContainers" || type == "PodResizePending" || type == "PodResizeInProgress";
}

} // namespace slipway::agent
