#include "cluster/scheduler/plugins/plugins.h"

#include <algorithm>

namespace slipway::scheduler::plugins {
namespace {

bool tolerates(const api::core_v1::Toleration& toleration, const api::core_v1::Taint& taint) {
    if (!toleration.effect.empty() && toleration.effect != taint.effect)
        return false;
    if (!toleration.key.empty() && toleration.key != taint.key)
        return false;
    return toleration.operator_ == "Exists" || toleration.value == taint.value;
}

} // namespace

bool tolerated(const std::vector<api::core_v1::Toleration>& tolerations, const api::core_v1::Taint& taint) {
    return std::ranges::any_of(tolerations, [&](const auto& toleration) { return tolerates(toleration, taint); });
}

void taintToleration(const PodInfo& pod, const NodeInfo& node, Reasons& reasons) {
    for (std::size_t i = 0; i < node.taints.size(); ++i) {
        const auto& taint = node.taints[i];
        if ((taint.effect == "NoSchedule" || taint.effect == "NoExecute") &&
            !tolerated(pod.pod->spec->tolerations, taint)) {
            reasons.emplace_back(node.taintReasons[i]);
            return;
        }
    }
}

double preferredTaints(const PodInfo& pod, const NodeInfo& node) {
    return double(std::ranges::count_if(node.taints, [&](const auto& taint) {
        return taint.effect == "PreferNoSchedule" && !tolerated(pod.pod->spec->tolerations, taint);
    }));
}

} // namespace slipway::scheduler::plugins
