#include "cluster/controllers/node_lifecycle/node_health.h"

#include <algorithm>
#include <array>

namespace slipway::controllers {

using api::core_v1::Node;
using api::core_v1::NodeCondition;
using api::core_v1::Taint;

namespace {

constexpr const char *notReadyTaint = "node.kubernetes.io/not-ready",
                     *unreachableTaint = "node.kubernetes.io/unreachable",
                     *unschedulableTaint = "node.kubernetes.io/unschedulable";

/// Conditions that keep new pods away while they are True.
struct PressureTaint {
    const char *condition, *taint;
};
constexpr std::array<PressureTaint, 4> pressureTaints{
    {{"MemoryPressure", "node.kubernetes.io/memory-pressure"},
     {"DiskPressure", "node.kubernetes.io/disk-pressure"},
     {"PIDPressure", "node.kubernetes.io/pid-pressure"},
     {"NetworkUnavailable", "node.kubernetes.io/network-unavailable"}}};

std::string statusOf(const Node& node, std::string_view type) {
    if (node.status)
        for (const NodeCondition& condition : node.status->conditions)
            if (condition.type == type)
                return condition.status;
    return {};
}

Taint makeTaint(const char* key, const char* effect, const std::string& now) {
    Taint taint;
    taint.key = key;
    taint.effect = effect;
    taint.timeAdded = now;
    return taint;
}

bool isOurs(const Taint& taint) {
    return taint.key == notReadyTaint || taint.key == unreachableTaint || taint.key == unschedulableTaint ||
           std::ranges::any_of(pressureTaints, [&](const PressureTaint& row) { return taint.key == row.taint; });
}

bool sameTaint(const Taint& a, const Taint& b) {
    return a.key == b.key && a.effect == b.effect;
}

constexpr double unhealthyShare = 0.55;
constexpr int largeZone = 50;

} // namespace

std::string readyStatus(const Node& node) {
    const std::string status = statusOf(node, "Ready");
    return status.empty() ? "Unknown" : status;
}

std::vector<Taint> healthTaints(const Node& node, const std::string& now, bool mayEvict) {
    std::vector<Taint> taints;
    const std::string ready = readyStatus(node);
    const char* key = ready == "Unknown" ? unreachableTaint : notReadyTaint;
    if (ready != "True") {
        taints.push_back(makeTaint(key, "NoSchedule", now));
        if (mayEvict)
            taints.push_back(makeTaint(key, "NoExecute", now));
    }
    for (const PressureTaint& row : pressureTaints)
        if (statusOf(node, row.condition) == "True")
            taints.push_back(makeTaint(row.taint, "NoSchedule", now));
    if (node.spec && node.spec->unschedulable.value_or(false))
        taints.push_back(makeTaint(unschedulableTaint, "NoSchedule", now));
    return taints;
}

std::vector<Taint> mergeTaints(const std::vector<Taint>& present, const std::vector<Taint>& wanted) {
    std::vector<Taint> merged;
    for (const Taint& taint : present)
        if (!isOurs(taint) || std::ranges::any_of(wanted, [&](const Taint& other) { return sameTaint(taint, other); }))
            merged.push_back(taint);
    for (const Taint& taint : wanted)
        if (std::ranges::none_of(merged, [&](const Taint& other) { return sameTaint(taint, other); }))
            merged.push_back(taint);
    return merged;
}

api::core_v1::NodeStatus silentStatus(api::core_v1::NodeStatus status, const std::string& now) {
    for (const char* type : {"Ready", "MemoryPressure", "DiskPressure", "PIDPressure"}) {
        auto found = std::ranges::find(status.conditions, type, &NodeCondition::type);
        const bool told = found != status.conditions.end();
        if (!told) {
            status.conditions.emplace_back().type = type;
            found = status.conditions.end() - 1;
        }
        if (found->status == "Unknown")
            continue;
        found->status = "Unknown";
        found->reason = told ? "NodeStatusUnknown" : "NodeStatusNeverUpdated";
        found->message = told ? "Kubelet stopped posting node status." : "Kubelet never posted node status.";
        found->lastTransitionTime = now;
    }
    return status;
}

std::string zoneOf(const Node& node) {
    const auto label = [&](const char* name) {
        const auto found = node.metadata.labels.find(name);
        return found == node.metadata.labels.end() ? std::string() : found->second;
    };
    return label("topology.kubernetes.io/region") + "/" + label("topology.kubernetes.io/zone");
}

ZoneState zoneState(int ready, int notReady) {
    if (ready == 0 && notReady > 0)
        return ZoneState::fullDisruption;
    if (notReady > 2 && double(notReady) / (ready + notReady) >= unhealthyShare)
        return ZoneState::partialDisruption;
    return ZoneState::normal;
}

std::chrono::milliseconds evictionPause(ZoneState state, int size) {
    if (state == ZoneState::partialDisruption)
        return size > largeZone ? std::chrono::seconds(100) : std::chrono::seconds(0);
    return std::chrono::seconds(10);
}

} // namespace slipway::controllers
