#include "cluster/network/services/service_writer.h"

#include "cluster/base/log.h"
#include "cluster/network/services/affinity.h"
#include "cluster/network/services/stale_flows.h"

namespace slipway::network {
namespace {

constexpr char tableName[] = "slipway";

} // namespace

ServiceWriter::ServiceWriter(ServiceWriterSettings settings, HealthPorts* health)
    : settings_(std::move(settings))
    , health_(health)
    , v4_{Family::ip4, settings_.ranges, Table("ip", tableName), {}}
    , v6_{Family::ip6, settings_.ranges6, Table("ip6", tableName), {}} {
    v4_.used = true;
    v4_.table.put("", base(v4_));
}

Contribution ServiceWriter::base(const PerFamily& own) const {
    return baseRules(own.family, {own.ranges.cluster, masquerading_ ? own.ranges.node : std::string()});
}

void ServiceWriter::setZone(const std::string& zone) {
    std::lock_guard lock(mutex_);
    zone_ = zone;
}

void ServiceWriter::setMasquerade(bool masquerade) {
    std::lock_guard lock(mutex_);
    masquerade_ = masquerade;
}

NodePlace ServiceWriter::takePlace() {
    std::lock_guard lock(mutex_);
    if (masquerade_ != masquerading_) {
        masquerading_ = masquerade_;
        for (PerFamily* own : {&v4_, &v6_})
            if (own->used)
                own->table.put("", base(*own));
    }
    return {settings_.nodeName, zone_};
}

void ServiceWriter::take(PerFamily& own, const ServiceView& view, const NodePlace& place) {
    const auto known = own.plans.find(view.key);
    ServicePlan plan;
    if (view.service)
        plan = planService(*view.service, view.slices, place, own.family);
    std::erase_if(plan.ports, [&](const ServicePortPlan& port) { return port.clusterIp == settings_.dnsAddress; });
    if (own.family == Family::ip4 && health_ != nullptr)
        health_->set(view.key, plan.health);
    if (known == own.plans.end() ? plan.ports.empty() : plan == known->second)
        return;
    if (!own.used) { // the other family costs nothing until there is a service of it
        own.used = true;
        own.table.put("", base(own));
    }
    own.table.put(view.key, serviceRules(plan, own.family, own.ranges));
    changes_.emplace_back(known == own.plans.end() ? ServicePlan() : known->second, plan);
    if (plan.ports.empty())
        own.plans.erase(known);
    else
        own.plans.insert_or_assign(view.key, std::move(plan));
}

bool ServiceWriter::apply(const std::vector<ServiceView>& services) {
    const NodePlace place = takePlace();
    for (const ServiceView& view : services)
        for (PerFamily* own : {&v4_, &v6_})
            take(*own, view, place);
    for (PerFamily* own : {&v4_, &v6_})
        if (own->used)
            if (auto written = kernel_.sync(own->table); !written) {
                base::error("network", "service rules refused: {}", written.error().substr(0, 500));
                return false;
            }
    afterwards();
    return true;
}

/// What the kernel remembers of how it was before.
void ServiceWriter::afterwards() {
    StaleFlows flows(settings_.nodeIp);
    for (const auto& [before, after] : changes_) {
        flows.add(before, after);
        freeLostClients(kernel_, v4_.table, before, after);
        if (v6_.used)
            freeLostClients(kernel_, v6_.table, before, after);
    }
    changes_.clear();
    if (flows.empty())
        return;
    if (auto forgotten = forgetUdpFlows([&](const UdpFlow& flow) { return flows.isStale(flow); }); !forgotten)
        base::warn("network", "UDP flows not looked at: {}", forgotten.error());
}

} // namespace slipway::network
