#pragma once

#include "cluster/controllers/informers.h"
#include "cluster/controllers/runtime.h"

namespace slipway::controllers {

/// How long a node may be silent before it counts as unreachable.
constexpr auto nodeGracePeriod = std::chrono::seconds(40);

/// The taints a node should have of those that tell its health, given its Ready condition.
std::vector<api::core_v1::Taint> healthTaints(const api::core_v1::Node& node, const std::string& now);

/// How long a pod may stay on a node with these NoExecute taints: nothing means for ever, zero means it must go.
std::optional<std::chrono::seconds> toleratedTime(const api::core_v1::Pod& pod,
                                                  const std::vector<api::core_v1::Taint>& taints);

/// Watches the nodes' leases: marks silent nodes as unknown, taints those that are not ready, and moves pods off them
/// when their tolerations run out. Gives every node its pod network. Removes pods of nodes that are gone.
class NodeLifecycleController {
public:
    NodeLifecycleController(Informers& informers, std::shared_ptr<const client::Client> client,
                            std::string clusterCidr);
    void start() { controller_.start(); }
    void stop() { controller_.stop(); }

private:
    client::Result<SyncResult> sync(const std::string& key);
    client::Result<void> assignNetwork(const api::core_v1::Node& node);
    client::Result<bool> judgeSilence(const api::core_v1::Node& node);
    client::Result<void> bringTaints(const api::core_v1::Node& node);
    client::Result<std::optional<std::chrono::milliseconds>> evictPods(const api::core_v1::Node& node);
    client::Result<void> removePodsOf(const std::string& node);

    Informers& informers_;
    const std::shared_ptr<const client::Client> client_;
    const std::string clusterCidr_;
    Controller controller_;
};

} // namespace slipway::controllers
