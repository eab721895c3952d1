#pragma once

#include "cluster/apiserver/admission/cluster_state.h"
#include "cluster/apiserver/admission/request.h"
#include "cluster/apiserver/admission/resource_quota.h"
#include "cluster/apiserver/ipv4_network.h"
#include "cluster/apiserver/watch_cache.h"

#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace slipway::apiserver {

class AccessControl;

/// Changes and refusals that need more than the object itself: the chain of admission plugins (admission/chain.h), the
/// addresses of services, and quotas. Thread-safe.
class Admission {
public:
    /// @p access may be null (tests): then nothing is asked of it.
    Admission(const WatchCache& cache, Ipv4Network serviceNetwork, const AccessControl* access = nullptr)
        : cluster_(cache, access), serviceNetwork_(serviceNetwork) {}

    /// What has to be unique or counted is decided and committed by one writer at a time: held from where it is decided
    /// until the write is in the store.
    /// Where several servers write to one store, each such decision also changes an object of the store that stands for
    /// the turn: of two that decide at once, one is refused by the store and tries again.
    class Turn {
    public:
        Turn(const WatchCache& cache, bool amongServers) : cache_(cache), amongServers_(amongServers) {}

        /// Takes a turn; what is decided in it may be read from the cache from now on.
        void take(std::unique_lock<std::mutex> lock, std::string_view what, std::string_view ns);
        /// The operations that belong to a commit in this turn, after all others.
        void addTo(std::vector<store::Operation>& operations) const;

    private:
        const WatchCache& cache_;
        const bool amongServers_;
        std::vector<std::unique_lock<std::mutex>> held_;
        std::vector<std::pair<std::string, store::Revision>> keys_; ///< with the revision each was seen at
    };

    /// First phase: defaults from the cluster, webhooks, addresses, and refusals that come before validation.
    std::optional<api::Status> mutate(admission::Request& request, Turn& turn);
    /// Second phase, of a valid object.
    std::optional<api::Status> validate(admission::Request& request, Turn& turn);
    /// Judges a connection to a pod, service or node (exec, attach, port-forward, proxy).
    std::optional<api::Status> connect(admission::Request& request) const;

    /// An object that is written in the same commit as another; without content it is deleted.
    struct Companion {
        const api::Resource& resource;
        std::string name;
        std::optional<api::JsonObject> object;
    };
    /// What goes along with a write: the IPAddress objects of a service.
    std::vector<Companion> companions(const admission::Request& request) const;

private:
    const admission::ClusterState cluster_;
    const Ipv4Network serviceNetwork_;
    admission::ResourceQuota quota_;
    std::mutex addresses_;
};

} // namespace slipway::apiserver
