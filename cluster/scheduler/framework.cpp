#include "cluster/scheduler/framework.h"

#include "cluster/scheduler/plugins/plugins.h"

namespace slipway::scheduler {
namespace {

/// The node as it will be when those it is kept for have come; nothing when nobody is expected.
std::optional<NodeInfo> withNominees(const Cycle& cycle, const NodeInfo& node) {
    std::optional<NodeInfo> expected;
    for (const auto& [key, nominee] : cycle.snapshot.nominees()) {
        const PodInfo& pod = nominee.pod;
        if (nominee.node != node.name || key == cycle.pod.key || pod.priority < cycle.pod.priority ||
            cycle.snapshot.holdsPod(key))
            continue;
        if (!expected)
            expected = node;
        expected->requested += pod.requests;
        ++expected->expectedPods;
        expected->usedPorts.insert(expected->usedPorts.end(), pod.hostPorts.begin(), pod.hostPorts.end());
    }
    return expected;
}

bool everEnough(std::int64_t asked, std::int64_t offered) {
    return asked <= offered;
}

/// Whether the node would be large enough if it were empty.
bool couldHold(const PodInfo& pod, const NodeInfo& node) {
    const auto offered = [&](const std::string& name) {
        const auto found = node.allocatable.extended.find(name);
        return found == node.allocatable.extended.end() ? 0 : found->second;
    };
    bool enough = everEnough(pod.requests.milliCpu, node.allocatable.milliCpu) &&
                  everEnough(pod.requests.memory, node.allocatable.memory) &&
                  everEnough(pod.requests.ephemeralStorage, node.allocatable.ephemeralStorage);
    for (const auto& [name, amount] : pod.requests.extended)
        enough = enough && everEnough(amount, offered(name));
    return enough;
}

} // namespace

std::optional<NodeRefusal> refusalOf(const Cycle& cycle, const NodeInfo& node) {
    const std::optional<NodeInfo> expected = withNominees(cycle, node);
    NodeRefusal refusal;
    for (const auto& plugin : plugins::filterPlugins()) {
        plugin.filter(cycle, expected ? *expected : node, refusal.reasons);
        if (refusal.reasons.empty())
            continue;
        refusal.plugin = plugin.name;
        refusal.helpedByPreemption = plugin.helpedByPreemption && couldHold(cycle.pod, node);
        return refusal;
    }
    return {};
}

} // namespace slipway::scheduler
