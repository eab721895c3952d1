#include "cluster/controllers/cluster_role_aggregation/cluster_role_aggregation.h"

#include "cluster/api/selectors.h"
#include "cluster/api/types/rbac_v1.h"

#include <algorithm>

namespace slipway::controllers {

using api::rbac_v1::ClusterRole;
using api::rbac_v1::PolicyRule;

namespace {

class ClusterRoleAggregationController : public Reconciler {
public:
    explicit ClusterRoleAggregationController(const Context& context) : Reconciler(context) {
        // Any role may be selected by any that aggregates; there are few of those.
        watch<ClusterRole>([this](const auto&, const auto&) { enqueueAfter("all", std::chrono::milliseconds(50)); });
    }

private:
    client::Result<SyncResult> sync(const std::string&) override {
        const auto roles = caches_.of<ClusterRole>().list();
        for (const auto& role : roles)
            if (role->aggregationRule)
                if (auto done = aggregate(*role, roles); !done)
                    return std::unexpected(done.error());
        return SyncResult{};
    }

    client::Result<void> aggregate(const ClusterRole& role,
                                   const std::vector<std::shared_ptr<const ClusterRole>>& roles) {
        std::vector<PolicyRule> rules;
        for (const auto& selector : role.aggregationRule->clusterRoleSelectors)
            for (const auto& other : roles)
                if (other->metadata.name != role.metadata.name && api::matches(selector, other->metadata.labels))
                    for (const PolicyRule& rule : other->rules)
                        if (std::ranges::find(rules, rule) == rules.end())
                            rules.push_back(rule);
        if (rules == role.rules)
            return {};
        api::JsonArray list;
        for (const PolicyRule& rule : rules)
            list.emplace_back(api::toJson(rule));
        return ignoreGone(client_->patch(
            client::resourceOf<ClusterRole>(), {}, role.metadata.name, client::PatchKind::merge,
            api::JsonObject{{"metadata", api::JsonObject{{"resourceVersion", role.metadata.resourceVersion}}},
                            {"rules", std::move(list)}}));
    }
};

} // namespace

std::unique_ptr<Reconciler> makeClusterRoleAggregationController(const Context& context) {
    return std::make_unique<ClusterRoleAggregationController>(context);
}

} // namespace slipway::controllers
