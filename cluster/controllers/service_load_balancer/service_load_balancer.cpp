#include "cluster/controllers/service_load_balancer/service_load_balancer.h"

#include "cluster/controllers/controllers.h"
#include "cluster/controllers/service_load_balancer/load_balancer_addresses.h"

#include <algorithm>

namespace slipway::controllers {

using api::core_v1::Node;
using api::core_v1::Service;

namespace {

/// What of a node decides about addresses.
bool sameForBalancers(const Node& a, const Node& b) {
    const auto ready = [](const Node& node) {
        return node.status && std::ranges::any_of(node.status->conditions, [](const auto& condition) {
                   return condition.type == "Ready" && condition.status == "True";
               });
    };
    const auto addresses = [](const Node& node) {
        return node.status ? node.status->addresses : std::vector<api::core_v1::NodeAddress>();
    };
    return ready(a) == ready(b) && addresses(a) == addresses(b) && a.metadata.labels == b.metadata.labels;
}

class ServiceLoadBalancerController : public Reconciler {
public:
    /// One worker: two services never take the same address.
    explicit ServiceLoadBalancerController(const Context& context)
        : Reconciler(context), pool_(context.options.loadBalancerCidr) {
        watch<Service>([this](const auto& before, const auto& after) {
            const Service& service = after ? *after : *before;
            enqueue(client::objectKey(service.metadata.namespace_, service.metadata.name));
            if ((!after || !wantsLoadBalancer(*after)) && before && !balancerAddresses(*before).empty())
                enqueueWanting(); // somebody may have waited for its address
        });
        watch<Node>([this](const auto& before, const auto& after) {
            if (!before || !after || !sameForBalancers(*before, *after))
                enqueueWanting();
        });
    }

private:
    void enqueueWanting() {
        for (const ServicePtr& service : caches_.of<Service>().list())
            if (wantsLoadBalancer(*service))
                enqueue(client::objectKey(service->metadata.namespace_, service->metadata.name));
    }

    client::Result<SyncResult> sync(const std::string& key) override {
        const ServicePtr service = caches_.of<Service>().getKey(key);
        forgetGone();
        if (!service || !service->spec || !service->metadata.deletionTimestamp.empty())
            return SyncResult{};
        if (!wantsLoadBalancer(*service)) {
            const bool ours = service->spec->type != "LoadBalancer" && !balancerAddresses(*service).empty();
            const auto done = ours ? write(*service, {}) : client::Result<void>();
            return done ? client::Result<SyncResult>(SyncResult{}) : std::unexpected(done.error());
        }
        const auto addresses = addressesFor(*service);
        const auto about = client::EventRecorder::referenceTo(*service);
        if (addresses.empty() && !caches_.of<Node>().list().empty())
            events_.record(
                about, "Warning", "SyncLoadBalancerFailed",
                "no address is left for this service: its ports are in use on every node, or the pool is empty");
        if (addresses == balancerAddresses(*service))
            return SyncResult{};
        events_.record(about, "Normal", "EnsuringLoadBalancer", "Ensuring load balancer");
        if (auto done = write(*service, addresses); !done)
            return std::unexpected(done.error());
        if (!addresses.empty())
            events_.record(about, "Normal", "EnsuredLoadBalancer", "Ensured load balancer");
        return SyncResult{};
    }

    /// What the cache shows, or no longer has, need not be remembered.
    void forgetGone() {
        std::map<std::string, ServicePtr> left;
        for (const auto& [uid, service] : given_) {
            const auto present = caches_.of<Service>().get(service->metadata.namespace_, service->metadata.name);
            if (present && present->metadata.uid == uid && balancerAddresses(*present) != balancerAddresses(*service))
                left.emplace(uid, service);
        }
        given_ = std::move(left);
    }

    std::vector<std::string> addressesFor(const Service& service) const {
        std::vector<ServicePtr> others;
        for (const ServicePtr& other : caches_.of<Service>().list()) {
            if (other->metadata.uid == service.metadata.uid || !other->spec)
                continue;
            const auto given = given_.find(other->metadata.uid);
            if (given != given_.end() && balancerAddresses(*other) != balancerAddresses(*given->second))
                others.push_back(given->second); // the cache is behind
            else if (!balancerAddresses(*other).empty())
                others.push_back(other);
        }
        if (pool_.empty())
            return nodeAddressesFor(service, others, caches_.of<Node>().list());
        const auto address = pooledAddressFor(service, others, pool_);
        return address ? std::vector<std::string>{*address} : std::vector<std::string>();
    }

    client::Result<void> write(const Service& service, const std::vector<std::string>& addresses) {
        Service next = service;
        if (!next.status)
            next.status.emplace();
        next.status->loadBalancer.emplace();
        for (const std::string& address : addresses) {
            auto& ingress = next.status->loadBalancer->ingress.emplace_back();
            ingress.ip = address;
            ingress.ipMode = "VIP";
        }
        const auto written = client_->updateStatus(next);
        if (written)
            given_[service.metadata.uid] = std::make_shared<const Service>(std::move(*written));
        return ignoreGone(written);
    }

    const std::string pool_;
    std::map<std::string, ServicePtr> given_; ///< what was written last, by uid
};

} // namespace

std::unique_ptr<Reconciler> makeServiceLoadBalancerController(const Context& context) {
    return std::make_unique<ServiceLoadBalancerController>(context);
}

} // namespace slipway::controllers
