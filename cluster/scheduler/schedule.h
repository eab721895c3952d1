#pragma once

#include "cluster/scheduler/plugins/volume_binding.h"
#include "cluster/scheduler/snapshot.h"

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace slipway::scheduler {

/// What was decided for one pod, and why.
struct Decision {
    struct Refusal {
        std::string node, plugin;
        std::vector<std::string> reasons;
    };
    struct Rating {
        std::string node;
        double score = 0;
    };

    std::string node; ///< the chosen one; empty: none can take the pod
    int nodeCount = 0;
    std::string refusal; ///< why no node is asked at all; empty: they are
    /// What is to be written of the pod's claims before it may be bound to that node; while claims are unbound it
    /// waits.
    std::vector<plugins::VolumeChoice> volumes;
    bool waitsForVolumes = false;
    /// How many nodes are named one by one in refusals; the others are only counted.
    static constexpr std::size_t namedRefusals = 32;
    std::vector<Refusal> refusals;               ///< of the first nodes, in name order
    std::map<std::string, int> refusalsByReason; ///< how many of all nodes gave that reason
    std::vector<Rating> ratings;                 ///< of the nodes that can take it, in name order

    /// "0/3 nodes are available: 1 Too many pods, 2 Insufficient cpu.", as Kubernetes words it.
    std::string message() const;
};

/// Chooses a node: asks the filters, rates what is left, takes the best (among equals the one with the fewest pods,
/// then the first by name). A pure function.
Decision schedule(const PodInfo& pod, const Snapshot& snapshot);

} // namespace slipway::scheduler
