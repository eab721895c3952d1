#pragma once

#include "cluster/client/client.h"

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace slipway::server {

/// Which servers live, judged by how long their leases have stayed as they are by this machine's clock. A plain value.
class LeaseWatch {
public:
    using Clock = std::chrono::steady_clock;
    explicit LeaseWatch(Clock::duration patience) : patience_(patience) {}

    /// Notes what every lease (by name) says now; returns those that have not been renewed for too long.
    std::vector<std::string> stale(const std::map<std::string, std::string>& renewals, Clock::time_point now);

private:
    struct Seen {
        std::string renewal;
        Clock::time_point since;
    };
    const Clock::duration patience_;
    std::map<std::string, Seen> seen_;
};

/// Keeps the endpoints of the service `kubernetes` to the addresses of the servers that live, where several servers
/// share a store: each renews a Lease of its own in kube-system every five seconds, and any removes those of servers
/// that ceased to. Owns one thread; its end takes the server's own address away.
class ServerAddresses {
public:
    ServerAddresses(std::shared_ptr<const client::Client> client, std::string address, unsigned short port);
    ~ServerAddresses();

private:
    void run();
    void round();
    bool renew();
    void publish(const std::vector<std::string>& addresses);
    std::string leaseName() const;

    const std::shared_ptr<const client::Client> client_;
    const std::string address_;
    const unsigned short port_;
    LeaseWatch watch_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool ending_ = false;
    std::thread thread_; ///< last: it uses all of the above
};

} // namespace slipway::server
