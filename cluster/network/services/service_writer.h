#pragma once

#include "cluster/network/nftables/kernel_rules.h"
#include "cluster/network/services/health_ports.h"
#include "cluster/network/services/service_feed.h"
#include "cluster/network/services/service_rules.h"

#include <map>
#include <mutex>

namespace slipway::network {

struct ServiceWriterSettings {
    std::string nodeName, nodeIp;
    std::string dnsAddress; ///< the node answers DNS there itself: a service with this address gets no rules
    PodRanges ranges, ranges6;
};

/// Keeps the kernel's rules, its memory of UDP flows and the health check ports in step with services. A consumer of
/// ServiceFeed.
class ServiceWriter {
public:
    /// @p health may be null.
    ServiceWriter(ServiceWriterSettings settings, HealthPorts* health);

    /// Takes changed services over. False when the kernel refused; what changed is kept and comes again.
    bool apply(const std::vector<ServiceView>& services);
    /// Where the node is; services are to be handed over again when it changed. Any thread.
    void setZone(const std::string& zone);
    /// Whether what leaves the cluster is masqueraded here (else another network does it); written with the next
    /// apply(). Any thread.
    void setMasquerade(bool masquerade);

private:
    struct PerFamily {
        Family family;
        PodRanges ranges;
        Table table;
        std::map<std::string, ServicePlan> plans;
        bool used = false;
    };
    void take(PerFamily& own, const ServiceView& view, const NodePlace& place);
    NodePlace takePlace();
    Contribution base(const PerFamily& own) const;
    void afterwards();

    const ServiceWriterSettings settings_;
    HealthPorts* health_;
    KernelRules kernel_;
    PerFamily v4_, v6_;
    std::mutex mutex_;
    std::string zone_;
    bool masquerade_ = true, masquerading_ = true; ///< wanted, and in the rules
    /// Changed services whose flows and affinities are to be looked at once the rules are written: old and new plan.
    std::vector<std::pair<ServicePlan, ServicePlan>> changes_;
};

} // namespace slipway::network
