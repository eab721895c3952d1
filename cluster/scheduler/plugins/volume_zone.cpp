#include "cluster/scheduler/plugins/plugins.h"

#include <algorithm>
#include <array>
#include <ranges>

namespace slipway::scheduler::plugins {

namespace {

using api::core_v1::PersistentVolume;

/// A label that says where something is, and its name of today.
struct PlaceLabel {
    const char *name, *today;
};
constexpr std::array<PlaceLabel, 4> placeLabels{
    {{"topology.kubernetes.io/zone", "topology.kubernetes.io/zone"},
     {"topology.kubernetes.io/region", "topology.kubernetes.io/region"},
     {"failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone"},
     {"failure-domain.beta.kubernetes.io/region", "topology.kubernetes.io/region"}}};

/// A volume that several zones can reach names them all, joined by two underscores.
bool namesPlace(std::string_view places, std::string_view place) {
    for (const auto part : std::views::split(places, std::string_view("__")))
        if (std::string_view(part) == place)
            return true;
    return false;
}

bool isNear(const PersistentVolume& volume, const NodeInfo& node) {
    return std::ranges::all_of(placeLabels, [&](const PlaceLabel& label) {
        const auto wanted = volume.metadata.labels.find(label.name);
        if (wanted == volume.metadata.labels.end())
            return true;
        auto own = node.labels.find(label.name);
        if (own == node.labels.end())
            own = node.labels.find(label.today);
        return own != node.labels.end() && namesPlace(wanted->second, own->second);
    });
}

} // namespace

bool saysWhereItIs(const PersistentVolume& volume) {
    return std::ranges::any_of(placeLabels,
                               [&](const PlaceLabel& label) { return volume.metadata.labels.contains(label.name); });
}

void volumeZone(std::span<const std::shared_ptr<const PersistentVolume>> volumes, const NodeInfo& node,
                Reasons& reasons) {
    const bool nodeSays =
        std::ranges::any_of(placeLabels, [&](const PlaceLabel& label) { return node.labels.contains(label.name); });
    if (nodeSays && !std::ranges::all_of(volumes, [&](const auto& volume) { return isNear(*volume, node); }))
        reasons.emplace_back("node(s) had no available volume zone");
}

} // namespace slipway::scheduler::plugins
