#include "cluster/controllers/service_cidr/service_cidr.h"

#include "cluster/api/types/networking_v1.h"
#include "cluster/base/time.h"
#include "cluster/controllers/workload/object_edit.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>

namespace slipway::controllers {

using api::networking_v1::IPAddress;
using api::networking_v1::ServiceCIDR;

bool holdsAddress(const std::string& cidr, const std::string& address) {
    const std::size_t slash = cidr.find('/');
    const int family = address.find(':') == std::string::npos ? AF_INET : AF_INET6;
    std::array<unsigned char, 16> network{}, host{};
    if (slash == std::string::npos || inet_pton(family, cidr.substr(0, slash).c_str(), network.data()) != 1 ||
        inet_pton(family, address.c_str(), host.data()) != 1)
        return false;
    int bits = std::atoi(cidr.c_str() + slash + 1);
    for (std::size_t i = 0; bits > 0; ++i, bits -= 8) {
        const int mask = bits >= 8 ? 0xff : 0xff << (8 - bits) & 0xff;
        if ((network[i] & mask) != (host[i] & mask))
            return false;
    }
    return true;
}

namespace {

constexpr const char* finalizer = "networking.k8s.io/service-cidr-finalizer";

class ServiceCidrController : public Reconciler {
public:
    explicit ServiceCidrController(const Context& context) : Reconciler(context) {
        watch<ServiceCIDR>();
        watch<IPAddress>([this](const auto&, const auto& after) {
            if (!after) // its network may have waited for it
                enqueueLeaving();
        });
        watch<ServiceCIDR>([this](const auto& before, const auto&) {
            if (!before)
                enqueueLeaving();
        });
    }

private:
    void enqueueLeaving() {
        for (const auto& range : caches_.of<ServiceCIDR>().list())
            if (!range->metadata.deletionTimestamp.empty())
                enqueue(range->metadata.name);
    }

    client::Result<SyncResult> sync(const std::string& key) override {
        const auto range = caches_.of<ServiceCIDR>().getKey(key);
        if (!range || !range->spec)
            return SyncResult{};
        const auto done = range->metadata.deletionTimestamp.empty() ? keep(*range) : release(*range);
        return done ? client::Result<SyncResult>(SyncResult{}) : std::unexpected(done.error());
    }

    static bool isGuarded(const ServiceCIDR& range) {
        return std::ranges::find(range.metadata.finalizers, finalizer) != range.metadata.finalizers.end();
    }

    client::Result<void> setFinalizer(const ServiceCIDR& range, bool guarded) {
        return editObject(*client_, client::resourceOf<ServiceCIDR>(), {}, range.metadata.name, range.metadata.uid,
                          [&](api::JsonObject& object) {
                              api::JsonArray list;
                              for (const std::string& present : range.metadata.finalizers)
                                  if (present != finalizer)
                                      list.emplace_back(present);
                              if (guarded)
                                  list.emplace_back(finalizer);
                              api::objectAt(object, {"metadata"})["finalizers"] = std::move(list);
                          });
    }

    client::Result<void> keep(const ServiceCIDR& range) {
        if (!isGuarded(range))
            if (auto done = setFinalizer(range, true); !done)
                return done;
        return tell(range, "True", "", "Kubernetes Service CIDR is ready");
    }

    client::Result<void> release(const ServiceCIDR& range) {
        if (!isGuarded(range))
            return {};
        if (isNeeded(range))
            return tell(range, "False", "Terminating",
                        "There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new "
                        "ServiceCIDR");
        return setFinalizer(range, false);
    }

    /// Whether an address in use is of this network and of no other that stays.
    bool isNeeded(const ServiceCIDR& range) const {
        const auto ranges = caches_.of<ServiceCIDR>().list();
        const auto holds = [](const ServiceCIDR& one, const std::string& address) {
            return one.spec && std::ranges::any_of(one.spec->cidrs, [&](const std::string& cidr) {
                       return holdsAddress(cidr, address);
                   });
        };
        return std::ranges::any_of(caches_.of<IPAddress>().list(), [&](const auto& address) {
            const std::string& name = address->metadata.name;
            return holds(range, name) && std::ranges::none_of(ranges, [&](const auto& other) {
                       return other->metadata.uid != range.metadata.uid && other->metadata.deletionTimestamp.empty() &&
                              holds(*other, name);
                   });
        });
    }

    client::Result<void> tell(const ServiceCIDR& range, const char* value, const char* reason, const char* message) {
        auto status = range.status.value_or(api::networking_v1::ServiceCIDRStatus());
        auto found = std::ranges::find(status.conditions, "Ready", &api::meta_v1::Condition::type);
        if (found != status.conditions.end() && found->status == value)
            return {};
        if (found == status.conditions.end()) {
            status.conditions.emplace_back().type = "Ready";
            found = status.conditions.end() - 1;
        }
        found->status = value;
        found->reason = reason;
        found->message = message;
        found->lastTransitionTime = base::nowRfc3339();
        return writeStatusIfChanged(range, status);
    }
};

} // namespace

std::unique_ptr<Reconciler> makeServiceCidrController(const Context& context) {
    return std::make_unique<ServiceCidrController>(context);
}

} // namespace slipway::controllers
