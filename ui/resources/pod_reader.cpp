#include "ui/resources/row_readers.h"
#include "ui/session/session.h"

#include <QStringList>

namespace slipway::ui {
namespace {

using api::JsonObject;

/// The state of one container status: "waiting", "running" or "terminated", and its members.
const JsonObject* stateOf(const JsonObject& status, std::string_view name) {
    const api::Json* found = api::find(status, {"state", name});
    return found == nullptr ? nullptr : found->if_object();
}

QString exitText(const JsonObject& terminated, const QString& prefix) {
    if (const auto signal = api::intAt(terminated, {"signal"}); signal && *signal != 0)
        return prefix + QStringLiteral("Signal:%1").arg(*signal);
    return prefix + QStringLiteral("ExitCode:%1").arg(api::intAt(terminated, {"exitCode"}).value_or(0));
}

bool conditionTrue(const JsonObject& pod, std::string_view type) {
    for (const api::Json& condition : arrayAt(pod, {"status", "conditions"}))
        if (api::stringAt(condition, {"type"}) == type)
            return api::stringAt(condition, {"status"}) == "True";
    return false;
}

bool restartableInit(const JsonObject& pod, std::string_view name) {
    for (const api::Json& container : arrayAt(pod, {"spec", "initContainers"}))
        if (api::stringAt(container, {"name"}) == name)
            return api::stringAt(container, {"restartPolicy"}) == "Always";
    return false;
}

Brick brickOf(const JsonObject& status, bool init) {
    Brick brick;
    brick.name = text(api::stringAt(status, {"name"}));
    brick.init = init;
    brick.restarts = static_cast<int>(api::intAt(status, {"restartCount"}).value_or(0));
    if (stateOf(status, "running") != nullptr) {
        brick.state = QStringLiteral("running");
        brick.tone = api::boolAt(status, {"ready"}) ? Tone::ok : Tone::waiting;
    } else if (const JsonObject* terminated = stateOf(status, "terminated")) {
        brick.terminated = true;
        brick.failed = api::intAt(*terminated, {"exitCode"}).value_or(0) != 0;
        brick.state = text(api::stringAt(*terminated, {"reason"}));
        if (brick.state.isEmpty())
            brick.state = exitText(*terminated, {});
        brick.tone = brick.failed ? Tone::bad : Tone::done;
    } else {
        const JsonObject* waiting = stateOf(status, "waiting");
        brick.state = waiting == nullptr ? QString() : text(api::stringAt(*waiting, {"reason"}));
        if (brick.state.isEmpty())
            brick.state = QStringLiteral("waiting");
        const bool making = brick.state == QLatin1String("ContainerCreating") ||
                            brick.state == QLatin1String("PodInitializing") || brick.state == QLatin1String("waiting");
        brick.tone = making ? Tone::busy : Tone::bad;
        brick.failed = !making;
    }
    return brick;
}

Tone toneOf(const PodSummary& pod) {
    const QString& s = pod.status;
    if (s == QLatin1String("Running"))
        return pod.ready >= pod.total ? Tone::ok : Tone::waiting;
    if (s == QLatin1String("Completed") || s == QLatin1String("Succeeded"))
        return Tone::done;
    if (s == QLatin1String("Terminating"))
        return Tone::leaving;
    if (s == QLatin1String("ContainerCreating") || s == QLatin1String("PodInitializing"))
        return Tone::busy;
    if (s.startsWith(QLatin1String("Init:")) && s.contains(QLatin1Char('/')))
        return Tone::busy;
    if (s == QLatin1String("Pending") || s == QLatin1String("SchedulingGated") || s == QLatin1String("NotReady"))
        return Tone::waiting;
    return s.isEmpty() || s == QLatin1String("Unknown") ? Tone::muted : Tone::bad;
}

/// Walks the init containers. @return whether the pod is still initializing.
bool summarizeInit(const JsonObject& pod, PodSummary& out) {
    const api::JsonArray& statuses = arrayAt(pod, {"status", "initContainerStatuses"});
    for (std::size_t i = 0; i < statuses.size(); ++i) {
        const JsonObject* status = statuses[i].if_object();
        if (status == nullptr)
            continue;
        const JsonObject* terminated = stateOf(*status, "terminated");
        const bool sidecar = restartableInit(pod, api::stringAt(*status, {"name"}));
        if (sidecar) {
            ++out.total;
            out.restarts += static_cast<int>(api::intAt(*status, {"restartCount"}).value_or(0));
        }
        if (terminated != nullptr && api::intAt(*terminated, {"exitCode"}).value_or(0) == 0)
            continue;
        if (sidecar && api::boolAt(*status, {"started"})) {
            out.ready += api::boolAt(*status, {"ready"}) ? 1 : 0;
            continue;
        }
        const JsonObject* waiting = stateOf(*status, "waiting");
        const auto reasonOf = [](const JsonObject* state) {
            return state == nullptr ? std::string_view() : api::stringAt(*state, {"reason"});
        };
        if (terminated != nullptr) {
            const auto reason = reasonOf(terminated);
            out.status = reason.empty() ? exitText(*terminated, QStringLiteral("Init:"))
                                        : QStringLiteral("Init:") + text(reason);
        } else if (!reasonOf(waiting).empty() && reasonOf(waiting) != "PodInitializing") {
            out.status = QStringLiteral("Init:") + text(reasonOf(waiting));
        } else {
            out.status = QStringLiteral("Init:%1/%2").arg(i).arg(arrayAt(pod, {"spec", "initContainers"}).size());
        }
        return true;
    }
    return false;
}

void summarizeContainers(const JsonObject& pod, PodSummary& out) {
    bool anyRunning = false;
    const api::JsonArray& statuses = arrayAt(pod, {"status", "containerStatuses"});
    for (std::size_t i = statuses.size(); i-- > 0;) {
        const JsonObject* status = statuses[i].if_object();
        if (status == nullptr)
            continue;
        out.restarts += static_cast<int>(api::intAt(*status, {"restartCount"}).value_or(0));
        const JsonObject* waiting = stateOf(*status, "waiting");
        const JsonObject* terminated = stateOf(*status, "terminated");
        if (waiting != nullptr && !api::stringAt(*waiting, {"reason"}).empty()) {
            out.status = text(api::stringAt(*waiting, {"reason"}));
        } else if (terminated != nullptr) {
            const auto reason = api::stringAt(*terminated, {"reason"});
            out.status = reason.empty() ? exitText(*terminated, {}) : text(reason);
        } else if (api::boolAt(*status, {"ready"}) && stateOf(*status, "running") != nullptr) {
            anyRunning = true;
            ++out.ready;
        }
    }
    if (out.status == QLatin1String("Completed") && anyRunning)
        out.status = conditionTrue(pod, "Ready") ? QStringLiteral("Running") : QStringLiteral("NotReady");
}

void addBricks(const JsonObject& pod, PodSummary& out) {
    for (const bool init : {true, false}) {
        const auto& statuses =
            init ? arrayAt(pod, {"status", "initContainerStatuses"}) : arrayAt(pod, {"status", "containerStatuses"});
        for (const api::Json& status : statuses)
            if (const JsonObject* object = status.if_object())
                out.bricks.push_back(brickOf(*object, init));
    }
    if (!out.bricks.empty())
        return;
    for (const api::Json& container : arrayAt(pod, {"spec", "containers"}))
        out.bricks.push_back({text(api::stringAt(container, {"name"})), QStringLiteral("waiting"), Tone::muted});
}

} // namespace

PodSummary summarizePod(const JsonObject& pod) {
    PodSummary out;
    out.total = static_cast<int>(arrayAt(pod, {"spec", "containers"}).size());
    const auto reason = api::stringAt(pod, {"status", "reason"});
    out.status = text(reason.empty() ? api::stringAt(pod, {"status", "phase"}) : reason);
    for (const api::Json& condition : arrayAt(pod, {"status", "conditions"}))
        if (api::stringAt(condition, {"type"}) == "PodScheduled" &&
            api::stringAt(condition, {"reason"}) == "SchedulingGated")
            out.status = QStringLiteral("SchedulingGated");
    if (!summarizeInit(pod, out) || conditionTrue(pod, "Initialized"))
        summarizeContainers(pod, out);
    const auto phase = api::stringAt(pod, {"status", "phase"});
    if (api::find(pod, {"metadata", "deletionTimestamp"}) != nullptr) {
        if (reason == "NodeLost")
            out.status = QStringLiteral("Unknown");
        else if (phase != "Failed" && phase != "Succeeded")
            out.status = QStringLiteral("Terminating");
    }
    addBricks(pod, out);
    out.tone = toneOf(out);
    return out;
}

void readPod(const JsonObject& pod, Row& row) {
    PodSummary summary = summarizePod(pod);
    QString owner;
    for (const api::Json& reference : arrayAt(pod, {"metadata", "ownerReferences"}))
        if (api::boolAt(reference.is_object() ? reference.get_object() : JsonObject(), {"controller"}))
            owner =
                text(api::stringAt(reference, {"kind"})) + QLatin1Char('/') + text(api::stringAt(reference, {"name"}));
    QStringList states;
    for (const Brick& brick : summary.bricks)
        states << brick.name + QStringLiteral(": ") + brick.state;
    for (const api::Json& container : arrayAt(pod, {"spec", "containers"}))
        row.containers.push_back(text(api::stringAt(container, {"name"})));
    row.bricks = std::move(summary.bricks);
    if (const api::Json* spec = api::find(pod, {"spec"}); spec != nullptr && spec->is_object())
        row.bounds = boundsOfPodSpec(spec->get_object());
    const double ready = summary.total == 0 ? 0 : double(summary.ready) / summary.total;
    row.cells = {
        {states.join(QStringLiteral(", ")), Tone::plain, double(row.bricks.size()), states.join(QLatin1Char('\n'))},
        {QStringLiteral("%1/%2").arg(summary.ready).arg(summary.total), Tone::plain, ready, {}},
        {summary.status, summary.tone, 0, text(api::stringAt(pod, {"status", "message"}))},
        {QString::number(summary.restarts),
         summary.restarts > 0 ? Tone::waiting : Tone::plain,
         double(summary.restarts),
         {}},
        {}, // CPU and memory are measured
        {},
        {owner, Tone::plain, 0, {}},
        {text(api::stringAt(pod, {"status", "podIP"})), Tone::plain, 0, {}},
        {text(api::stringAt(pod, {"spec", "nodeName"})), Tone::plain, 0, {}},
        {text(api::stringAt(pod, {"status", "qosClass"})), Tone::plain, 0, {}}};
}

} // namespace slipway::ui
