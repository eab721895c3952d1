#pragma once

#include "cluster/network/plan.h"

#include <expected>
#include <memory>
#include <string>

namespace slipway::network {

struct RulesetSettings {
    std::string table = "slipway";
    std::string podCidr;     ///< of this node: traffic from it that leaves the cluster is masqueraded
    std::string clusterCidr; ///< of all pods; empty: the same as podCidr
    std::string bridge = "cni0";
    /// Traffic between two pods of this node through a service is made to come from the node. Needed where the kernel
    /// does not show bridged packets to the packet filter (no br_netfilter): answers would go past it otherwise.
    bool masqueradeLocal = false;
};

/// The plan as one nft transaction that replaces the table whole: the kernel switches from the old rules to the
/// new ones at once. Plain text, for tests too.
std::string rulesetText(const ServicePlan& plan, const RulesetSettings& settings);

/// Writes rules into the kernel through libnftables, in the network namespace of the calling process. One thread at a
/// time.
class KernelRules {
public:
    KernelRules();
    ~KernelRules();
    /// Applies a transaction as a whole or not at all; the error is nftables' own text.
    std::expected<void, std::string> apply(const std::string& ruleset);
    /// Removes the table.
    void clear();

private:
    struct Context;
    std::unique_ptr<Context> context_;
};

} // namespace slipway::network
