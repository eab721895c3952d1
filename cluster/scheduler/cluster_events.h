#pragma once

#include <cstdint>

namespace slipway::scheduler {

/// What may happen in the cluster that gives a pod a chance it had not before, as bits (kube-scheduler's queueing
/// hints).
namespace events {
inline constexpr std::uint32_t nodeAdded = 1, nodeRoom = 2, nodeLabels = 4, nodeTaints = 8, podGone = 16,
                               podPlaced = 32, claims = 64, volumes = 128, namespaces = 256, devices = 512,
                               all = 0xffffffff;
}

/// The events that may help a pod which those filters refused (FilterPlugin's bits); 0: there was no node to ask.
std::uint32_t eventsThatHelp(std::uint32_t refusedBy);

} // namespace slipway::scheduler
