#pragma once

#include "cluster/network/dns/upstream.h"
#include "cluster/network/dns/zone.h"

#include <expected>

namespace slipway::network {

struct DnsServerSettings {
    std::string address; ///< to listen on, UDP and TCP
    int port = 53;
    std::string domain = "cluster.local";
    dns::Servers upstream; ///< for everything outside the cluster
    int metricsPort = 0;   ///< for Prometheus, over HTTP; 0: none
};

/// Serves the cluster's names, and asks other name servers for the rest, whose answers it keeps for a while. Until the
/// names are complete, what it does not know yet is a failure rather than "there is no such name". Bounded: questions
/// to others, TCP connections and their lifetimes, the cache. Owns one thread; any thread may call.
class DnsServer {
public:
    /// Begins to listen; the error says which address could not be used.
    static std::expected<std::unique_ptr<DnsServer>, std::string> start(const DnsServerSettings& settings);
    ~DnsServer();
    DnsServer(const DnsServer&) = delete;
    DnsServer& operator=(const DnsServer&) = delete;

    /// Takes over changed services. The names are complete from then on.
    void update(const std::vector<ServiceView>& services);
    void setUpstream(dns::Servers servers);
    /// The port it listens on (of use with port 0).
    int port() const;
    /// Counters in Prometheus' text form, under the names dashboards know.
    std::string metrics() const;

private:
    struct State;
    explicit DnsServer(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace slipway::network
