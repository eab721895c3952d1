#include "cluster/api/table_cells.h"

#include "cluster/base/time.h"

#include <format>

namespace slipway::api {
namespace {

/// What `kubectl get pods` makes of the container statuses.
struct PodSummary {
    std::string reason;
    int ready = 0, total = 0;
    long long restarts = 0;
    std::string lastRestart; ///< RFC 3339; empty: none
};

bool isSidecar(const JsonObject& pod, std::string_view name) {
    for (const Json& container : arrayAt(pod, {"spec", "initContainers"}))
        if (stringAt(container, {"name"}) == name)
            return stringAt(container, {"restartPolicy"}) == "Always";
    return false;
}

std::string terminationReason(const Json& terminated) {
    if (const std::string_view reason = stringAt(terminated, {"reason"}); !reason.empty())
        return std::string(reason);
    const auto signal = intAt(terminated.get_object(), {"signal"}).value_or(0);
    return signal != 0 ? std::format("Signal:{}", signal)
                       : std::format("ExitCode:{}", intAt(terminated.get_object(), {"exitCode"}).value_or(0));
}

void countRestarts(PodSummary& summary, const Json& status) {
    summary.restarts += intAt(status.get_object(), {"restartCount"}).value_or(0);
    const std::string_view finished = stringAt(status, {"lastState", "terminated", "finishedAt"});
    if (finished > summary.lastRestart)
        summary.lastRestart = finished;
}

/// True while the init containers are not done; the reason says how far they are.
bool summarizeInit(const JsonObject& pod, PodSummary& summary) {
    const JsonArray& statuses = arrayAt(pod, {"status", "initContainerStatuses"});
    const std::size_t total = arrayAt(pod, {"spec", "initContainers"}).size();
    long long restarts = 0;
    for (std::size_t i = 0; i < statuses.size(); ++i) {
        const Json& status = statuses[i];
        const bool sidecar = isSidecar(pod, stringAt(status, {"name"}));
        if (sidecar)
            countRestarts(summary, status);
        restarts += intAt(status.get_object(), {"restartCount"}).value_or(0);
        const Json* terminated = find(status, {"state", "terminated"});
        if (terminated != nullptr && intAt(terminated->get_object(), {"exitCode"}).value_or(0) == 0)
            continue;
        if (sidecar && boolAt(status.get_object(), {"started"})) {
            if (boolAt(status.get_object(), {"ready"}))
                ++summary.ready;
            continue;
        }
        const std::string_view waiting = stringAt(status, {"state", "waiting", "reason"});
        if (terminated != nullptr)
            summary.reason = "Init:" + terminationReason(*terminated);
        else if (!waiting.empty() && waiting != "PodInitializing")
            summary.reason = std::format("Init:{}", waiting);
        else
            summary.reason = std::format("Init:{}/{}", i, total);
        summary.restarts = restarts;
        return true;
    }
    return false;
}

void summarizeContainers(const JsonObject& pod, PodSummary& summary) {
    bool running = false;
    const JsonArray& statuses = arrayAt(pod, {"status", "containerStatuses"});
    for (std::size_t i = statuses.size(); i-- > 0;) {
        const Json& status = statuses[i];
        countRestarts(summary, status);
        const std::string_view waiting = stringAt(status, {"state", "waiting", "reason"});
        const Json* terminated = find(status, {"state", "terminated"});
        if (!waiting.empty()) {
            summary.reason = waiting;
        } else if (terminated != nullptr) {
            summary.reason = terminationReason(*terminated);
        } else if (boolAt(status.get_object(), {"ready"}) && find(status, {"state", "running"}) != nullptr) {
            running = true;
            ++summary.ready;
        }
    }
    if (summary.reason != "Completed" || !running)
        return;
    for (const Json& condition : arrayAt(pod, {"status", "conditions"}))
        if (stringAt(condition, {"type"}) == "Ready" && stringAt(condition, {"status"}) == "True") {
            summary.reason = "Running";
            return;
        }
    summary.reason = "NotReady";
}

PodSummary summarize(const JsonObject& pod) {
    PodSummary summary;
    summary.total = static_cast<int>(arrayAt(pod, {"spec", "containers"}).size());
    for (const Json& container : arrayAt(pod, {"spec", "initContainers"}))
        summary.total += stringAt(container, {"restartPolicy"}) == "Always";
    summary.reason = stringAt(pod, {"status", "phase"});
    if (const std::string_view reason = stringAt(pod, {"status", "reason"}); !reason.empty())
        summary.reason = reason;
    for (const Json& condition : arrayAt(pod, {"status", "conditions"}))
        if (stringAt(condition, {"type"}) == "PodScheduled" && stringAt(condition, {"reason"}) == "SchedulingGated")
            summary.reason = "SchedulingGated";
    if (!summarizeInit(pod, summary))
        summarizeContainers(pod, summary);
    const std::string_view phase = stringAt(pod, {"status", "phase"});
    if (stringAt(pod, {"metadata", "deletionTimestamp"}).empty())
        return summary;
    if (stringAt(pod, {"status", "reason"}) == "NodeLost")
        summary.reason = "Unknown";
    else if (phase != "Succeeded" && phase != "Failed")
        summary.reason = "Terminating";
    return summary;
}

std::string readinessGates(const JsonObject& pod) {
    const JsonArray& gates = arrayAt(pod, {"spec", "readinessGates"});
    int met = 0;
    for (const Json& gate : gates)
        for (const Json& condition : arrayAt(pod, {"status", "conditions"}))
            met += stringAt(condition, {"type"}) == stringAt(gate, {"conditionType"}) &&
                   stringAt(condition, {"status"}) == "True";
    return gates.empty() ? "<none>" : std::format("{}/{}", met, gates.size());
}

} // namespace

JsonArray podCells(const JsonObject& pod) {
    const PodSummary summary = summarize(pod);
    std::string restarts = std::to_string(summary.restarts);
    if (summary.restarts > 0 && !summary.lastRestart.empty())
        restarts += std::format(" ({} ago)", ageSince(summary.lastRestart));
    return {stringAt(pod, {"metadata", "name"}),
            std::format("{}/{}", summary.ready, summary.total),
            summary.reason,
            restarts,
            ageOf(pod),
            orNone(stringAt(pod, {"status", "podIP"})),
            orNone(stringAt(pod, {"spec", "nodeName"})),
            orNone(stringAt(pod, {"status", "nominatedNodeName"})),
            readinessGates(pod)};
}

} // namespace slipway::api
