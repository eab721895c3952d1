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
    v4_.table.put("", baseRules(Family::ip4, v4_.ranges));
}

void ServiceWriter::setZone(const std::string& zone) {
    std::lock_guard lock(mutex_);
    zone_ = zone;
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
        own.table.put("", baseRules(own.family, own.ranges));
    }
    own.table.put(view.key, serviceRules(plan, own.family, own.ranges));
    changes_.emplace_back(known == own.plans.end() ? ServicePlan() : known->second, plan);
    if (plan.ports.empty())
        own.plans.erase(known);
    else
        own.plans.insert_or_assign(view.key, std::move(plan));
}

bool ServiceWriter::apply(const std::vector<ServiceView>& services) {
    NodePlace place{settings_.nodeName, {}};
    {
        std::lock_guard lock(mutex_);
        place.zone = zone_;
    }
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
