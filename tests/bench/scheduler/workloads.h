#pragma once

#include "cluster/scheduler/snapshot.h"

#include <functional>
#include <string>
#include <vector>

namespace slipway::bench {

/// One of the field's usual measurements of a scheduler: what the cluster is like before, and which pods come.
struct Workload {
    std::string name;
    int nodes = 5000, before = 0, measured = 0;
    int goal = 0;          ///< pods a second
    bool preempts = false; ///< every pod finds its place by driving others out
    bool churns = false;   ///< nodes and pods that fit nowhere come and go meanwhile
    std::function<scheduler::PodInfo(int number)> podBefore, pod;
};

/// Basic, node affinity, anti-affinity, affinity, spreading, preemption, churn; @p nodes in place of 5,000.
std::vector<Workload> workloads(int nodes);

/// The node with that number: 4 processors, 32 GiB, 110 pods, in one of three zones.
api::core_v1::Node benchNode(int number);

/// A pod that asks for that; @p more is further JSON of its spec, beginning with a comma.
scheduler::PodInfo benchPod(const std::string& name, const std::string& cpu, const std::string& more = {},
                            const std::string& ns = "bench", const std::string& colour = "blue");

} // namespace slipway::bench
