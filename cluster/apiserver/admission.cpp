#include "cluster/apiserver/admission.h"

#include "cluster/apiserver/admission/chain.h"
#include "cluster/apiserver/admission/policies/admission_policies.h"
#include "cluster/apiserver/admission/webhooks/webhooks.h"
#include "cluster/apiserver/service_allocation.h"

#include <algorithm>

namespace slipway::apiserver {
namespace {

using admission::Operation;

/// The cluster addresses a service holds.
std::vector<std::string> addressesOf(const api::JsonObject* service) {
    std::vector<std::string> addresses;
    const api::Json* list = service == nullptr ? nullptr : api::find(*service, {"spec", "clusterIPs"});
    if (list != nullptr && list->is_array())
        for (const api::Json& address : list->get_array())
            if (address.is_string() && address != api::Json("None") && !address.get_string().empty())
                addresses.emplace_back(api::view(address.get_string()));
    return addresses;
}

/// Says that a service holds an address (KEP-1880).
api::JsonObject addressObject(const std::string& address, const admission::Request& request) {
    const bool six = address.find(':') != std::string::npos;
    return {
        {"metadata",
         api::JsonObject{{"name", address},
                         {"labels", api::JsonObject{{"ipaddress.kubernetes.io/ip-family", six ? "IPv6" : "IPv4"},
                                                    {"ipaddress.kubernetes.io/managed-by", "ipallocator.k8s.io"}}}}},
        {"spec", api::JsonObject{{"parentRef", api::JsonObject{{"group", ""},
                                                               {"resource", "services"},
                                                               {"namespace", request.ns()},
                                                               {"name", request.name()}}}}}};
}

/// What turns are kept as: objects of no resource that is served.
api::Resource turnOf(std::string_view what) {
    api::Resource resource{};
    resource.group = "turns.slipway";
    resource.name = what;
    return resource;
}

} // namespace

// The cache takes in a commit in the order of its operations. The turn's is the last: once it is seen, all is.
void Admission::Turn::take(std::unique_lock<std::mutex> lock, std::string_view what, std::string_view ns) {
    held_.push_back(std::move(lock));
    if (!amongServers_)
        return;
    const std::string key = WatchCache::key(turnOf(what), {}, ns.empty() ? "all" : ns);
    const auto seen = cache_.of(turnOf(what)).get(key);
    keys_.emplace_back(key, seen ? seen->revision : store::Operation::absent);
}

void Admission::Turn::addTo(std::vector<store::Operation>& operations) const {
    for (const auto& [key, revision] : keys_)
        operations.push_back({key, "{}", revision});
}

std::optional<api::Status> Admission::mutate(admission::Request& request, Turn& turn) {
    if (auto refusal = admission::ask(admission::mutatingPlugins(), request, cluster_))
        return refusal;
    if (auto refusal = admission::askMutatingWebhooks(request, cluster_))
        return refusal;
    if (!request.writes("services") || request.operation == Operation::remove)
        return {};
    turn.take(std::unique_lock(addresses_), "addresses", {});
    return allocateServiceAddresses(cluster_, serviceNetwork_, request.before, request.object);
}

std::optional<api::Status> Admission::validate(admission::Request& request, Turn& turn) {
    if (auto refusal = admission::ask(admission::validatingPlugins(), request, cluster_))
        return refusal;
    if (auto refusal = admission::askValidatingPolicies(request, cluster_))
        return refusal;
    if (auto refusal = admission::askValidatingWebhooks(request, cluster_))
        return refusal;
    if (!request.resource.namespaced || request.operation == Operation::remove)
        return {};
    if (auto lock = quota_.lockOf(request.ns(), cluster_))
        turn.take(std::move(lock), "quota", request.ns());
    return quota_.judge(request, cluster_);
}

std::optional<api::Status> Admission::connect(admission::Request& request) const {
    if (auto refusal = admission::askMutatingWebhooks(request, cluster_))
        return refusal;
    return admission::askValidatingWebhooks(request, cluster_);
}

std::vector<Admission::Companion> Admission::companions(const admission::Request& request) const {
    std::vector<Companion> list;
    if (!request.writes("services"))
        return list;
    const bool gone = request.operation == Operation::remove;
    const api::Resource& kind = admission::builtIn("networking.k8s.io", "ipaddresses");
    const auto before = addressesOf(gone ? &request.object : request.before);
    const auto after = gone ? std::vector<std::string>() : addressesOf(&request.object);
    for (const std::string& address : after)
        if (std::ranges::find(before, address) == before.end())
            list.push_back({kind, address, addressObject(address, request)});
    for (const std::string& address : before)
        if (std::ranges::find(after, address) == after.end() &&
            cluster_.find("networking.k8s.io", "ipaddresses", {}, address))
            list.push_back({kind, address, {}});
    return list;
}

} // namespace slipway::apiserver
