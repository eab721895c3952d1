#pragma once

#include "cluster/network/dns/server.h"
#include "cluster/network/nftables/ruleset.h"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace slipway::network {

/// Keeps the kernel's rules and the DNS zone in step with services and endpoints. Changes that come together are
/// written together. Owns one thread.
class ServiceProxy {
public:
    struct Inputs {
        std::vector<std::shared_ptr<const api::core_v1::Service>> services;
        std::vector<std::shared_ptr<const api::discovery_v1::EndpointSlice>> slices;
    };
    struct Settings {
        std::string nodeName, clusterDomain = "cluster.local", dnsAddress;
        RulesetSettings rules;
    };

    /// @p read gives the current services and endpoints, and is called on the proxy's thread. @p dns may be null.
    ServiceProxy(Settings settings, std::function<Inputs()> read, DnsServer* dns);
    ~ServiceProxy();
    ServiceProxy(const ServiceProxy&) = delete;
    ServiceProxy& operator=(const ServiceProxy&) = delete;

    /// Something changed. Any thread; never blocks.
    void changed();

private:
    void run(std::stop_token stop);
    bool write();

    Settings settings_;
    std::function<Inputs()> read_;
    DnsServer* dns_;
    KernelRules rules_;
    std::string written_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    bool changed_ = false;
    std::jthread thread_;
};

} // namespace slipway::network
