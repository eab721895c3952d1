#include "cluster/scheduler/framework.h"

#include "cluster/scheduler/plugins/plugins.h"

namespace slipway::scheduler {
namespace {

/// Whether the node would be large enough if it were empty.
bool couldHold(const Cycle& cycle, const NodeInfo& node) {
    const Resources &asked = cycle.pod.requests, &offered = node.allocatable;
    bool enough = asked.milliCpu <= offered.milliCpu && asked.memory <= offered.memory &&
                  asked.ephemeralStorage <= offered.ephemeralStorage && node.allowedPods > 0;
    for (const Cycle::Extended& one : cycle.extended) {
        const auto found = offered.extended.find(one.name);
        enough = enough && one.amount <= (found == offered.extended.end() ? 0 : found->second);
    }
    return enough;
}

} // namespace

const plugins::FilterPlugin* refusalOf(const Cycle& cycle, const NodeInfo& node, Reasons& reasons) {
    reasons.clear();
    std::optional<NodeLoad> expected;
    if (node.nominated)
        expected = cycle.snapshot.expectedOn(node, cycle.pod);
    for (const plugins::FilterPlugin* plugin : cycle.filters) {
        plugin->filter(cycle, node, expected ? &*expected : nullptr, reasons);
        if (!reasons.empty())
            return plugin;
    }
    return nullptr;
}

bool helpedByPreemption(const Cycle& cycle, const NodeInfo& node, const plugins::FilterPlugin& plugin) {
    return plugin.helpedByPreemption && couldHold(cycle, node);
}

} // namespace slipway::scheduler
