// The names of states and steps, as logs and `-o json` show them.
#include "vmdriver/cluster_lifecycle.h"

namespace slipway::vmdriver {

std::string_view stepName(Step step) {
    switch (step) {
    case Step::checkHost:
        return "check-host";
    case Step::prepareNode:
        return "prepare-node";
    case Step::createNode:
        return "create-node";
    case Step::startServer:
        return "start-server";
    case Step::joinNode:
        return "join-node";
    case Step::writeContext:
        return "write-context";
    case Step::deploySample:
        return "deploy-sample";
    case Step::waitSample:
        return "wait-sample";
    case Step::stopNode:
        return "stop-node";
    case Step::removeNode:
        return "remove-node";
    case Step::loadImage:
        return "load-image";
    case Step::saveSnapshot:
        return "save-snapshot";
    case Step::restoreSnapshot:
        return "restore-snapshot";
    case Step::done:
        return "done";
    }
    return "";
}

std::string_view nodeStateName(NodeState state) {
    switch (state) {
    case NodeState::absent:
        return "absent";
    case NodeState::stopped:
        return "stopped";
    case NodeState::running:
        return "running";
    case NodeState::paused:
        return "paused";
    case NodeState::died:
        return "died";
    }
    return "";
}

std::string_view clusterStateName(ClusterState state) {
    switch (state) {
    case ClusterState::absent:
        return "absent";
    case ClusterState::stopped:
        return "stopped";
    case ClusterState::running:
        return "running";
    case ClusterState::paused:
        return "paused";
    case ClusterState::broken:
        return "broken";
    }
    return "";
}

} // namespace slipway::vmdriver
