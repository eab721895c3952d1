#include "cluster/network/service_proxy.h"

#include "cluster/base/log.h"

namespace slipway::network {

ServiceProxy::ServiceProxy(Settings settings, std::function<Inputs()> read, DnsServer* dns)
    : settings_(std::move(settings))
    , read_(std::move(read))
    , dns_(dns)
    , thread_([this](std::stop_token stop) { run(stop); }) {}

ServiceProxy::~ServiceProxy() = default;

void ServiceProxy::changed() {
    {
        std::lock_guard lock(mutex_);
        changed_ = true;
    }
    wake_.notify_all();
}

void ServiceProxy::run(std::stop_token stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
        if (!wake_.wait(lock, stop, [&] { return changed_; }))
            return;
        changed_ = false;
        lock.unlock();
        const bool done = write();
        lock.lock();
        bool never = false;
        // A pause lets what comes in bursts be written at once; after a failure it is longer.
        wake_.wait_for(lock, stop, std::chrono::milliseconds(done ? 20 : 2000), [&] { return never; });
        changed_ = changed_ || !done;
    }
}

bool ServiceProxy::write() {
    const Inputs inputs = read_();
    if (dns_ != nullptr)
        dns_->setZone(std::make_shared<const Zone>(makeZone(settings_.clusterDomain, inputs.services, inputs.slices)));
    ServicePlan plan = planServices(inputs.services, inputs.slices, settings_.nodeName);
    // The node itself answers DNS on this address.
    std::erase_if(plan.ports, [&](const ServicePortPlan& port) {
        return port.clusterIp == settings_.dnsAddress && port.backends.empty();
    });
    const std::string text = rulesetText(plan, settings_.rules);
    if (text == written_)
        return true;
    if (auto applied = rules_.apply(text); !applied) {
        base::error("network", "service rules refused: {}", applied.error().substr(0, 500));
        return false;
    }
    written_ = text;
    return true;
}

} // namespace slipway::network
