#include "cluster/api/bootstrap.h"
#include "cluster/apiserver/authorization/rule_cover.h"
#include "cluster/apiserver/bootstrap.h"
#include "cluster/apiserver/ipv4_network.h"
#include "cluster/apiserver/server.h"
#include "cluster/base/log.h"

#include <algorithm>
#include <array>
#include <format>

namespace slipway::apiserver {
namespace {

using api::Json;
using api::JsonArray;
using api::JsonObject;
using api::stringAt;

constexpr std::string_view autoUpdate = "rbac.authorization.kubernetes.io/autoupdate";

/// Where the objects of one list in the bootstrap policy go.
struct PolicyList {
    std::string_view member, group, version, resource;
};
constexpr std::array<PolicyList, 8> policyLists{{
    {"clusterRoles", "rbac.authorization.k8s.io", "v1", "clusterroles"},
    {"clusterRoleBindings", "rbac.authorization.k8s.io", "v1", "clusterrolebindings"},
    {"roles", "rbac.authorization.k8s.io", "v1", "roles"},
    {"roleBindings", "rbac.authorization.k8s.io", "v1", "rolebindings"},
    {"priorityClasses", "scheduling.k8s.io", "v1", "priorityclasses"},
    {"priorityLevels", "flowcontrol.apiserver.k8s.io", "v1", "prioritylevelconfigurations"},
    {"flowSchemas", "flowcontrol.apiserver.k8s.io", "v1", "flowschemas"},
    {"storageClasses", "storage.k8s.io", "v1", "storageclasses"},
}};

/// The policy's flat form has the metadata beside the content.
JsonObject objectOf(const JsonObject& entry) {
    JsonObject object, metadata;
    for (const auto& [key, value] : entry) {
        if (key == "name" || key == "namespace" || key == "labels" || key == "annotations")
            metadata[key] = value;
        else if (!value.is_null())
            object[key] = value;
    }
    const Json* labels = metadata.if_contains("labels");
    if (labels != nullptr && api::find(metadata, {"labels", "kubernetes.io/bootstrapping"}) != nullptr)
        metadata["annotations"] = JsonObject{{autoUpdate, "true"}};
    if (labels != nullptr && labels->is_null())
        metadata.erase("labels");
    object["metadata"] = std::move(metadata);
    return object;
}

JsonObject named(std::string_view name, JsonObject labels = {}) {
    JsonObject metadata{{"name", name}};
    if (!labels.empty())
        metadata["labels"] = std::move(labels);
    return {{"metadata", std::move(metadata)}};
}

const api::Resource& kind(std::string_view group, std::string_view name) {
    return *api::findResource(group, "v1", name);
}

void addPolicy(std::vector<Seed>& seeds) {
    const auto policy = api::parseJson(api::bootstrapPolicyJson());
    if (!policy || !policy->is_object())
        return base::error("bootstrap", "the bootstrap policy is not JSON");
    for (const PolicyList& list : policyLists)
        if (const Json* entries = policy->get_object().if_contains(list.member))
            for (const Json& entry : entries->get_array())
                seeds.push_back({kind(list.group, list.resource), std::string(stringAt(entry, {"namespace"})),
                                 objectOf(entry.get_object())});
}

/// Says that a service holds an address.
JsonObject heldAddress(const std::string& address, std::string_view ns, std::string_view service) {
    JsonObject held = named(address, {{"ipaddress.kubernetes.io/ip-family", "IPv4"},
                                      {"ipaddress.kubernetes.io/managed-by", "ipallocator.k8s.io"}});
    held["spec"] = JsonObject{
        {"parentRef", JsonObject{{"group", ""}, {"resource", "services"}, {"namespace", ns}, {"name", service}}}};
    return held;
}

/// The service `kubernetes` with this server's address behind it, for clients inside the cluster.
void addService(std::vector<Seed>& seeds, const ServerOptions& options) {
    const Ipv4Network network =
        Ipv4Network::parse(options.serviceCidr).value_or(Ipv4Network{10U << 24 | 96U << 16, 16});
    const int port = options.securePort;
    const JsonArray ports{JsonObject{{"name", "https"}, {"port", port}, {"protocol", "TCP"}}};
    const std::string address = network.host(1);

    JsonObject range = named("kubernetes");
    range["spec"] = JsonObject{{"cidrs", JsonArray{std::format("{}/{}", network.host(0), network.prefix)}}};
    seeds.push_back({kind("networking.k8s.io", "servicecidrs"), {}, std::move(range)});

    JsonObject service = named("kubernetes", {{"component", "apiserver"}, {"provider", "kubernetes"}});
    service["spec"] = JsonObject{
        {"clusterIP", address},
        {"clusterIPs", JsonArray{address}},
        {"ipFamilies", JsonArray{"IPv4"}},
        {"ipFamilyPolicy", "SingleStack"},
        {"type", "ClusterIP"},
        {"ports", JsonArray{JsonObject{{"name", "https"}, {"port", 443}, {"protocol", "TCP"}, {"targetPort", port}}}}};
    seeds.push_back({kind("", "services"), "default", std::move(service)});

    seeds.push_back({kind("networking.k8s.io", "ipaddresses"), {}, heldAddress(address, "default", "kubernetes")});

    JsonObject endpoints = named("kubernetes", {{"endpointslice.kubernetes.io/skip-mirror", "true"}});
    endpoints["subsets"] =
        JsonArray{JsonObject{{"addresses", JsonArray{JsonObject{{"ip", options.advertiseAddress}}}}, {"ports", ports}}};
    seeds.push_back({kind("", "endpoints"), "default", std::move(endpoints)});

    JsonObject slice = named("kubernetes", {{"kubernetes.io/service-name", "kubernetes"}});
    slice["addressType"] = "IPv4";
    slice["endpoints"] = JsonArray{
        JsonObject{{"addresses", JsonArray{options.advertiseAddress}}, {"conditions", JsonObject{{"ready", true}}}}};
    slice["ports"] = ports;
    seeds.push_back({kind("discovery.k8s.io", "endpointslices"), "default", std::move(slice)});
}

/// The service `kube-dns`: every node answers on its address itself.
void addDns(std::vector<Seed>& seeds, const ServerOptions& options) {
    const std::string address =
        Ipv4Network::parse(options.serviceCidr).value_or(Ipv4Network{10U << 24 | 96U << 16, 16}).host(10);
    const auto port = [](const char* name, const char* protocol, int number) {
        return JsonObject{{"name", name}, {"port", number}, {"protocol", protocol}};
    };
    const JsonArray ports{port("dns", "UDP", 53), port("dns-tcp", "TCP", 53), port("metrics", "TCP", 9153)};
    JsonObject service = named("kube-dns", {{"k8s-app", "kube-dns"}, {"kubernetes.io/name", "CoreDNS"}});
    service["spec"] = JsonObject{{"clusterIP", address},
                                 {"clusterIPs", JsonArray{address}},
                                 {"ipFamilies", JsonArray{"IPv4"}},
                                 {"ipFamilyPolicy", "SingleStack"},
                                 {"type", "ClusterIP"},
                                 {"ports", ports}};
    seeds.push_back({kind("", "services"), "kube-system", std::move(service)});
    seeds.push_back({kind("networking.k8s.io", "ipaddresses"), {}, heldAddress(address, "kube-system", "kube-dns")});
    JsonObject endpoints = named("kube-dns", {{"endpointslice.kubernetes.io/skip-mirror", "true"}});
    endpoints["subsets"] =
        JsonArray{JsonObject{{"addresses", JsonArray{JsonObject{{"ip", address}}}}, {"ports", ports}}};
    seeds.push_back({kind("", "endpoints"), "kube-system", std::move(endpoints)});
    JsonObject slice = named("kube-dns", {{"kubernetes.io/service-name", "kube-dns"}});
    slice["addressType"] = "IPv4";
    slice["endpoints"] =
        JsonArray{JsonObject{{"addresses", JsonArray{address}}, {"conditions", JsonObject{{"ready", true}}}}};
    slice["ports"] = ports;
    seeds.push_back({kind("discovery.k8s.io", "endpointslices"), "kube-system", std::move(slice)});
}

/// How aggregated API servers recognise this one and its users.
void addAuthenticationConfig(std::vector<Seed>& seeds, const ServerOptions& options) {
    if (options.caPem.empty())
        return;
    JsonObject config = named("extension-apiserver-authentication");
    config["data"] = JsonObject{{"client-ca-file", options.caPem},
                                {"requestheader-allowed-names", "[]"},
                                {"requestheader-client-ca-file", options.caPem},
                                {"requestheader-extra-headers-prefix", "[\"X-Remote-Extra-\"]"},
                                {"requestheader-group-headers", "[\"X-Remote-Group\"]"},
                                {"requestheader-uid-headers", "[\"X-Remote-Uid\"]"},
                                {"requestheader-username-headers", "[\"X-Remote-User\"]"}};
    seeds.push_back({kind("", "configmaps"), "kube-system", std::move(config)});
}

std::vector<api::rbac_v1::PolicyRule> rulesOf(const JsonObject& role) {
    std::vector<api::rbac_v1::PolicyRule> rules;
    if (const Json* list = role.if_contains("rules"); list != nullptr && list->is_array())
        for (const Json& entry : list->get_array())
            if (auto rule = api::fromJson<api::rbac_v1::PolicyRule>(entry))
                rules.push_back(std::move(*rule));
    return rules;
}

/// Adds the entries of @p wanted that @p list does not have.
bool addMissing(JsonObject& object, std::string_view member, const Json* wanted) {
    if (wanted == nullptr || !wanted->is_array())
        return false;
    Json& list = object[member];
    if (!list.is_array())
        list.emplace_array();
    bool added = false;
    for (const Json& entry : wanted->get_array()) {
        const bool there = std::ranges::any_of(list.get_array(), [&](const Json& one) {
            return stringAt(one, {"kind"}) == stringAt(entry, {"kind"}) &&
                   stringAt(one, {"name"}) == stringAt(entry, {"name"}) &&
                   stringAt(one, {"namespace"}) == stringAt(entry, {"namespace"});
        });
        if (!there)
            list.get_array().push_back(entry);
        added = added || !there;
    }
    return added;
}

} // namespace

std::vector<Seed> bootstrapSeeds(const ServerOptions& options) {
    std::vector<Seed> seeds;
    for (std::string_view name : {"default", "kube-system", "kube-public", "kube-node-lease"})
        seeds.push_back({kind("", "namespaces"), {}, named(name)});
    addPolicy(seeds);
    addService(seeds, options);
    addDns(seeds, options);
    addAuthenticationConfig(seeds, options);
    return seeds;
}

std::optional<JsonObject> reconciled(const Seed& seed, const JsonObject& present) {
    JsonObject next = present;
    const std::string_view name = seed.resource.name;
    if (seed.resource.group == "rbac.authorization.k8s.io") {
        if (stringAt(present, {"metadata", "annotations", autoUpdate}) != "true")
            return {};
        if (name.ends_with("bindings"))
            return addMissing(next, "subjects", seed.object.if_contains("subjects")) ? std::optional(next)
                                                                                     : std::nullopt;
        if (seed.object.contains("aggregationRule"))
            return {}; // its rules are put together from others
        const auto missing = authorization::uncovered(rulesOf(present), rulesOf(seed.object));
        for (const auto& rule : missing)
            next["rules"].as_array().push_back(api::toJson(rule));
        return missing.empty() ? std::nullopt : std::optional(next);
    }
    // The server's address may have changed since the last start.
    for (std::string_view member : {"subsets", "endpoints"})
        if ((name == "endpoints" || name == "endpointslices") && seed.object.contains(member)) {
            next[member] = *seed.object.if_contains(member);
            next["ports"] = seed.object.contains("ports") ? *seed.object.if_contains("ports") : Json();
            if (next["ports"].is_null())
                next.erase("ports");
            return next;
        }
    return {};
}

} // namespace slipway::apiserver
