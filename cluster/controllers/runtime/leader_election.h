#pragma once

#include "cluster/api/types/coordination_v1.h"
#include "cluster/client/client.h"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace slipway::controllers {

/// How long a lease holds without being renewed, how often its holder renews it, how often others look at it.
struct LeaseTiming {
    std::chrono::seconds duration{15}, renewal{10}, retry{2};
};

/// The lease as @p identity should write it now, or nothing while another holds it. @p unchangedFor is how long the
/// lease has been as it is by this machine's clock: what other machines' clocks say is not relied on.
std::optional<api::coordination_v1::LeaseSpec> claimLease(const std::optional<api::coordination_v1::LeaseSpec>& present,
                                                          const std::string& identity,
                                                          std::chrono::steady_clock::duration unchangedFor,
                                                          std::chrono::system_clock::time_point now,
                                                          const LeaseTiming& timing = {});

/// Sees to it that of several servers one does what only one may: it holds a Lease in kube-system, and renews it.
/// Alone, a server holds it at once. Owns one thread.
class LeaderElection {
public:
    struct Callbacks {
        std::function<void()> lead, lost; ///< called on the thread, in turn
    };
    LeaderElection(std::shared_ptr<const client::Client> client, std::string name, std::string identity,
                   Callbacks callbacks, LeaseTiming timing = {});
    ~LeaderElection() { stop(); }
    LeaderElection(const LeaderElection&) = delete;
    LeaderElection& operator=(const LeaderElection&) = delete;

    /// Begins; `lead` was called when it returns, if the lease was free.
    void start();
    /// Ends without giving the lease back; `lost` is not called.
    void stop();
    /// Ends, and lets another take the lease at once; `lost` is not called.
    void release();

private:
    bool attempt();
    void round();
    void run();

    const std::shared_ptr<const client::Client> client_;
    const std::string name_, identity_;
    const Callbacks callbacks_;
    const LeaseTiming timing_;
    bool leading_ = false;
    std::chrono::steady_clock::time_point renewed_, seenSince_;
    std::optional<api::coordination_v1::LeaseSpec> seen_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool stopping_ = false;
    std::thread thread_;
};

} // namespace slipway::controllers
