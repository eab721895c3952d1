#pragma once

#include "cluster/network/services/conntrack.h"
#include "cluster/network/services/service_plan.h"

#include <map>
#include <set>

namespace slipway::network {

/// Which remembered UDP flows go to where their service does not send them any more (or were begun while the service
/// had no endpoints). TCP needs no such care: its connections end by themselves.
class StaleFlows {
public:
    /// @p nodeIp: node ports are only meant on this address.
    explicit StaleFlows(std::string nodeIp) : nodeIp_(std::move(nodeIp)) {}

    /// Adds a service that changed. Nothing is stale when endpoints only came to others.
    void add(const ServicePlan& before, const ServicePlan& after);
    bool empty() const { return frontends_.empty(); }
    bool isStale(const UdpFlow& flow) const;

private:
    void addPort(const ServicePortPlan& before, const ServicePortPlan& after);
    std::string nodeIp_;
    /// "10.96.0.10:53" to what may answer for it: "10.244.0.2:53".
    std::map<std::string, std::set<std::string>> frontends_;
};

} // namespace slipway::network
