#include "cluster/controllers/node_ipam/node_ipam.h"

#include "cluster/api/types/core_v1.h"
#include "cluster/base/log.h"
#include "cluster/controllers/controllers.h"
#include "cluster/controllers/node_ipam/pod_networks.h"

#include <format>

namespace slipway::controllers {

using api::core_v1::Node;

namespace {

class NodeIpamController : public Reconciler {
public:
    explicit NodeIpamController(const Context& context)
        : Reconciler(context), networks_(PodNetworks::parse(context.options.clusterCidr)) {
        if (!networks_)
            base::error(name_, "{} is not an IPv4 network: nodes get no pod network", context.options.clusterCidr);
        watch<Node>();
    }

private:
    /// One worker, so that two nodes never get the same.
    client::Result<SyncResult> sync(const std::string& key) override {
        const auto node = caches_.of<Node>().getKey(key);
        if (!node)
            given_.erase(key);
        if (!node || !networks_)
            return SyncResult{};
        if (node->spec && !node->spec->podCIDR.empty()) {
            given_.erase(key); // the cache shows it now
            return SyncResult{};
        }
        std::set<std::string> taken;
        for (const auto& other : caches_.of<Node>().list())
            if (other->spec)
                taken.insert(other->spec->podCIDR);
        for (const auto& [name, network] : given_)
            if (name != key)
                taken.insert(network);
        taken.erase("");
        const auto network = networks_->firstFree(taken);
        if (!network) {
            events_.record(client::EventRecorder::referenceTo(*node), "Normal", "CIDRNotAvailable",
                           std::format("Node {} status is now: CIDRNotAvailable", key));
            return SyncResult{std::chrono::seconds(30)};
        }
        given_[key] = *network;
        const api::JsonObject patch{
            {"metadata", api::JsonObject{{"uid", node->metadata.uid}}},
            {"spec", api::JsonObject{{"podCIDR", *network}, {"podCIDRs", api::JsonArray{*network}}}}};
        const auto done =
            ignoreGone(client_->patch(client::resourceOf<Node>(), {}, key, client::PatchKind::strategicMerge, patch));
        if (done)
            return SyncResult{};
        given_.erase(key);
        return std::unexpected(done.error());
    }

    const std::optional<PodNetworks> networks_;
    std::map<std::string, std::string> given_; ///< node to network, until the cache shows it
};

} // namespace

std::unique_ptr<Reconciler> makeNodeIpamController(const Context& context) {
    return std::make_unique<NodeIpamController>(context);
}

} // namespace slipway::controllers
