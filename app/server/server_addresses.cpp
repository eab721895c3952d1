#include "app/server/server_addresses.h"

#include "cluster/base/log.h"
#include "cluster/base/time.h"

#include <algorithm>
#include <format>

namespace slipway::server {
namespace {

using api::Json;
using api::JsonArray;
using api::JsonObject;
using api::stringAt;

constexpr auto interval = std::chrono::seconds(5), patience = std::chrono::seconds(15);
constexpr const char* label = "apiserver.kubernetes.io/identity";
constexpr const char* labelValue = "slipway-server";
constexpr const char* leaseNamespace = "kube-system";

const client::ResourceRef leases{"coordination.k8s.io", "v1", "leases", "Lease", true};
const client::ResourceRef endpoints{"", "v1", "endpoints", "Endpoints", true};
const client::ResourceRef slices{"discovery.k8s.io", "v1", "endpointslices", "EndpointSlice", true};

/// Writes a member of default/kubernetes where it is not so already.
void keep(const client::Client& client, const client::ResourceRef& kind, std::string_view member, JsonArray wanted) {
    auto present = client.get(kind, "default", "kubernetes");
    if (!present || !present->is_object())
        return;
    Json& now = present->get_object()[member];
    if (now == wanted)
        return;
    now = std::move(wanted);
    if (const auto done = client.update(kind, "default", "kubernetes", present->get_object()); !done)
        base::warn("addresses", "{} of the service kubernetes: {}", kind.resource, done.error().message);
}

} // namespace

std::vector<std::string> LeaseWatch::stale(const std::map<std::string, std::string>& renewals, Clock::time_point now) {
    std::erase_if(seen_, [&](const auto& one) { return !renewals.contains(one.first); });
    std::vector<std::string> names;
    for (const auto& [name, renewal] : renewals) {
        auto& seen = seen_.try_emplace(name, renewal, now).first->second;
        if (seen.renewal != renewal)
            seen = {renewal, now};
        else if (now - seen.since > patience_)
            names.push_back(name);
    }
    return names;
}

ServerAddresses::ServerAddresses(std::shared_ptr<const client::Client> client, std::string address, unsigned short port)
    : client_(std::move(client)), address_(std::move(address)), port_(port), watch_(patience), thread_([this] {
        run();
    }) {}

ServerAddresses::~ServerAddresses() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    wake_.notify_all();
    thread_.join();
    (void)client_->remove(leases, leaseNamespace, leaseName());
    round();
}

std::string ServerAddresses::leaseName() const {
    return std::format("apiserver-{}-{}", address_, port_);
}

void ServerAddresses::run() {
    for (std::unique_lock lock(mutex_); !ending_; wake_.wait_for(lock, interval, [this] { return ending_; })) {
        lock.unlock();
        if (renew())
            round();
        lock.lock();
    }
}

bool ServerAddresses::renew() {
    auto present = client_->get(leases, leaseNamespace, leaseName());
    if (!present && present.error().kind != client::Errc::notFound)
        return false;
    JsonObject lease =
        present
            ? present->as_object()
            : JsonObject{{"metadata", JsonObject{{"name", leaseName()}, {"labels", JsonObject{{label, labelValue}}}}}};
    lease["spec"] = JsonObject{{"holderIdentity", address_},
                               {"leaseDurationSeconds", int(std::chrono::seconds(patience).count())},
                               {"renewTime", base::formatMicroTime(std::chrono::system_clock::now())}};
    return present ? client_->update(leases, leaseNamespace, leaseName(), lease).has_value()
                   : client_->create(leases, leaseNamespace, lease).has_value();
}

void ServerAddresses::round() {
    const auto list = client_->list(leases, leaseNamespace, {.labelSelector = std::format("{}={}", label, labelValue)});
    if (!list)
        return;
    std::map<std::string, std::string> renewals, holders;
    for (const Json& lease : list->items) {
        const std::string name(stringAt(lease, {"metadata", "name"}));
        renewals[name] = stringAt(lease, {"spec", "renewTime"});
        holders[name] = stringAt(lease, {"spec", "holderIdentity"});
    }
    for (const std::string& gone : watch_.stale(renewals, LeaseWatch::Clock::now())) {
        base::warn("addresses", "the server {} has not been heard of", holders[gone]);
        (void)client_->remove(leases, leaseNamespace, gone);
        holders.erase(gone);
    }
    std::vector<std::string> addresses;
    for (const auto& [name, holder] : holders)
        addresses.push_back(holder);
    std::ranges::sort(addresses);
    addresses.erase(std::ranges::unique(addresses).begin(), addresses.end());
    if (!addresses.empty())
        publish(addresses);
}

void ServerAddresses::publish(const std::vector<std::string>& addresses) {
    JsonArray listed, ready;
    for (const std::string& address : addresses) {
        listed.push_back(JsonObject{{"ip", address}});
        ready.push_back(JsonObject{{"addresses", JsonArray{address}}, {"conditions", JsonObject{{"ready", true}}}});
    }
    const JsonArray ports{JsonObject{{"name", "https"}, {"port", port_}, {"protocol", "TCP"}}};
    keep(*client_, endpoints, "subsets", JsonArray{JsonObject{{"addresses", std::move(listed)}, {"ports", ports}}});
    keep(*client_, slices, "endpoints", std::move(ready));
}

} // namespace slipway::server
