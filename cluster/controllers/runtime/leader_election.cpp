#include "cluster/controllers/runtime/leader_election.h"

#include "cluster/base/log.h"
#include "cluster/base/time.h"

namespace slipway::controllers {

using api::coordination_v1::Lease;
using api::coordination_v1::LeaseSpec;
using Clock = std::chrono::steady_clock;

namespace {

constexpr const char* electionNamespace = "kube-system";

} // namespace

std::optional<LeaseSpec> claimLease(const std::optional<LeaseSpec>& present, const std::string& identity,
                                    Clock::duration unchangedFor, std::chrono::system_clock::time_point now,
                                    const LeaseTiming& timing) {
    const bool mine = present && present->holderIdentity == identity;
    const bool free = !present || present->holderIdentity.empty() ||
                      unchangedFor > std::chrono::seconds(present->leaseDurationSeconds.value_or(0));
    if (!mine && !free)
        return {};
    LeaseSpec next = present.value_or(LeaseSpec());
    if (!mine) {
        next.acquireTime = base::formatMicroTime(now);
        next.leaseTransitions = present ? next.leaseTransitions.value_or(0) + 1 : 0;
    }
    next.holderIdentity = identity;
    next.leaseDurationSeconds = static_cast<int>(timing.duration.count());
    next.renewTime = base::formatMicroTime(now);
    return next;
}

LeaderElection::LeaderElection(std::shared_ptr<const client::Client> client, std::string name, std::string identity,
                               Callbacks callbacks, LeaseTiming timing)
    : client_(std::move(client))
    , name_(std::move(name))
    , identity_(std::move(identity))
    , callbacks_(std::move(callbacks))
    , timing_(timing)
    , seenSince_(Clock::now()) {}

void LeaderElection::start() {
    round();
    thread_ = std::thread([this] { run(); });
}

void LeaderElection::stop() {
    {
        std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable())
        thread_.join();
}

void LeaderElection::release() {
    stop();
    if (!std::exchange(leading_, false))
        return;
    auto lease = client_->get<Lease>(electionNamespace, name_);
    if (!lease || !lease->spec || lease->spec->holderIdentity != identity_)
        return;
    lease->spec->holderIdentity.clear();
    lease->spec->leaseDurationSeconds = 1;
    (void)client_->update(*lease);
}

void LeaderElection::run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        const bool held = leading_ && Clock::now() - renewed_ < timing_.renewal;
        if (changed_.wait_for(lock, held ? timing_.renewal : timing_.retry, [&] { return stopping_; }))
            return;
        lock.unlock();
        round();
        lock.lock();
    }
}

void LeaderElection::round() {
    if (attempt()) {
        renewed_ = Clock::now();
        if (!std::exchange(leading_, true))
            callbacks_.lead();
    } else if (leading_ && Clock::now() - renewed_ > timing_.duration) {
        base::warn("leader-election", "the lease {} is lost", name_);
        leading_ = false;
        callbacks_.lost();
    }
}

/// Reads the lease, and takes or renews it where it may be. True when it is held now.
bool LeaderElection::attempt() {
    const auto present = client_->get<Lease>(electionNamespace, name_);
    if (!present && present.error().kind != client::Errc::notFound)
        return false;
    const auto spec = present ? present->spec : std::nullopt;
    if (spec != seen_) {
        seen_ = spec;
        seenSince_ = Clock::now();
    }
    const auto next = claimLease(spec, identity_, Clock::now() - seenSince_, std::chrono::system_clock::now(), timing_);
    if (!next)
        return false;
    Lease lease = present ? *present : Lease();
    lease.metadata.name = name_;
    lease.metadata.namespace_ = electionNamespace;
    lease.spec = next;
    return present ? client_->update(lease).has_value() : client_->create(electionNamespace, lease).has_value();
}

} // namespace slipway::controllers
