#include "cluster/scheduler/cluster_events.h"

#include "cluster/scheduler/plugins/plugins.h"

#include <array>
#include <string_view>

namespace slipway::scheduler {

std::uint32_t eventsThatHelp(std::uint32_t refusedBy) {
    using namespace events;
    struct Hint {
        std::string_view plugin;
        std::uint32_t helpedBy;
    };
    static constexpr std::array<Hint, 10> hints{{{"NodeUnschedulable", nodeTaints},
                                                 {"TaintToleration", nodeTaints},
                                                 {"NodeAffinity", nodeLabels},
                                                 {"NodePorts", podGone},
                                                 {"NodeResourcesFit", nodeRoom | podGone},
                                                 {"VolumeBinding", nodeLabels | podGone | claims | volumes},
                                                 {"VolumeZone", nodeLabels | claims | volumes},
                                                 {"PodTopologySpread", nodeLabels | nodeTaints | podGone | podPlaced},
                                                 {"InterPodAffinity", nodeLabels | podGone | podPlaced | namespaces},
                                                 {"DynamicResources", nodeLabels | podGone | devices}}};
    std::uint32_t helping = nodeAdded;
    for (const Hint& hint : hints)
        if ((refusedBy & plugins::filterBit(hint.plugin)) != 0)
            helping |= hint.helpedBy;
    return helping;
}

} // namespace slipway::scheduler
