#pragma once

#include "ui/resources/object_ref.h"
#include "ui/session/session.h"

#include <QPointF>

namespace slipway::ui {

/// One object in the graph; its column says what it is.
struct TopologyNode {
    enum Column { ingress, service, workload, pod, node };
    Column column = pod;
    std::string kind; ///< "Pod"
    QString ns, name;
    QString state; ///< in words
    Tone tone = Tone::plain;
    double y = 0; ///< laid out: rows from the top
};

struct TopologyEdge {
    int from = 0, to = 0; ///< positions among the nodes
};

struct TopologyGraph {
    std::vector<TopologyNode> nodes;
    std::vector<TopologyEdge> edges;
};

struct TopologyInput {
    std::vector<api::Json> ingresses, services, deployments, statefulSets, daemonSets, jobs, replicaSets, pods, nodes;
};

/// Joins the objects: ingress to service by its rules, service to workload by the pods its selector finds, workload to
/// pod by owners, pod to node by its binding. Nodes are ordered so that few lines cross. Pure.
TopologyGraph topologyOf(const TopologyInput& input);
/// Reads one namespace (empty: all) of a cluster. Blocks.
client::Result<TopologyInput> readTopology(const client::Client& client, const std::string& ns);

} // namespace slipway::ui
