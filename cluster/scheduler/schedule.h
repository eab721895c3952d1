#pragma once

#include "cluster/scheduler/plugins/dynamic_resources.h"
#include "cluster/scheduler/plugins/volume_binding.h"
#include "cluster/scheduler/profile.h"
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
        std::vector<double> parts; ///< of each plugin in scorePlugins, weighted
    };

    std::string node; ///< the chosen one; empty: none can take the pod
    int nodeCount = 0;
    int asked = 0;       ///< how many nodes were looked at before enough were found
    int feasible = 0;    ///< how many of them can take the pod
    std::string refusal; ///< why no node is asked at all; empty: they are
    /// It refers to something that this scheduler has not heard of (yet): nothing is wrong with the pod so far.
    bool awaitsNews = false;
    /// What is to be written of the pod's claims before it may be bound to that node; while claims are unbound it
    /// waits.
    std::vector<plugins::VolumeChoice> volumes;
    bool waitsForVolumes = false;
    /// What is to be written of the pod's claims for devices before it is bound.
    std::vector<plugins::DeviceChoice> devices;
    /// How many nodes are named one by one in refusals and ratings; the others are only counted.
    static constexpr std::size_t namedRefusals = 32, namedRatings = 16;
    std::vector<Refusal> refusals;               ///< of the first nodes asked
    std::map<std::string, int> refusalsByReason; ///< how many of the nodes gave that reason
    std::uint32_t refusedBy = 0;                 ///< the filters that refused some node, by their bits
    std::vector<Rating> ratings;                 ///< of the best nodes that can take it, the best first
    std::vector<std::string_view> scorePlugins;  ///< that were asked

    /// "0/3 nodes are available: 1 Too many pods, 2 Insufficient cpu.", as Kubernetes words it.
    std::string message() const;
};

/// Where the search for nodes begins, so that not always the same ones are asked first. One for each thread.
struct SearchStart {
    std::size_t next = 0;
};

/// A node that refused, for preemption to go on from.
struct RefusedNode {
    const NodeInfo* node;
    bool helpedByPreemption;
};

/// Chooses a node: the one kept for the pod if there is one and it will do; else it asks the filters until enough nodes
/// are found (all of a small cluster), rates those, and takes the best (among equals the one with the fewest pods, then
/// the first asked). A function of its arguments. @p refused, when not null, gets the nodes that refused, and @p rated
/// every node that can take the pod.
Decision schedule(const PodInfo& pod, const Snapshot& snapshot, const Profile& profile = defaultProfile(),
                  SearchStart* start = nullptr, std::vector<RefusedNode>* refused = nullptr,
                  std::vector<Decision::Rating>* rated = nullptr);

/// How many nodes that can take a pod are enough, as kube-scheduler reckons.
int enoughNodes(int nodeCount, int percentageOfNodesToScore);

} // namespace slipway::scheduler
