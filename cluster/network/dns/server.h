#pragma once

#include "cluster/network/dns/zone.h"

#include <expected>

namespace slipway::network {

struct DnsServerSettings {
    std::string address; ///< to listen on, UDP and TCP
    int port = 53;
    std::vector<std::string> upstream; ///< name servers for everything outside the cluster; "ip" or "ip:port"
};

/// Serves the cluster's zone and forwards the rest. Bounded: queries being forwarded, TCP connections and their
/// lifetimes. Owns one thread. setZone() may be called from any thread.
class DnsServer {
public:
    /// Begins to listen; the error says which address could not be used.
    static std::expected<std::unique_ptr<DnsServer>, std::string> start(const DnsServerSettings& settings);
    ~DnsServer();
    DnsServer(const DnsServer&) = delete;
    DnsServer& operator=(const DnsServer&) = delete;

    void setZone(std::shared_ptr<const Zone> zone);
    /// The port it listens on (of use with port 0).
    int port() const;

private:
    struct State;
    explicit DnsServer(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

/// Gives the loopback interface of this network namespace another address (a /32). Fine when it has it already.
std::expected<void, std::string> addLoopbackAddress(const std::string& address);

} // namespace slipway::network
