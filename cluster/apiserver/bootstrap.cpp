#include "cluster/apiserver/server.h"

#include "cluster/api/bootstrap.h"
#include "cluster/base/log.h"

#include <array>
#include <format>

namespace slipway::apiserver {
namespace {

using api::Json;
using api::JsonArray;
using api::JsonObject;

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
        metadata["annotations"] = JsonObject{{"rbac.authorization.kubernetes.io/autoupdate", "true"}};
    if (labels != nullptr && labels->is_null())
        metadata.erase("labels");
    object["metadata"] = std::move(metadata);
    return object;
}

void createIfAbsent(Registry& registry, WatchCache& cache, const api::Resource& resource, std::string_view ns,
                    JsonObject object) {
    static const User server{"system:apiserver", {"system:masters"}, {}, {}};
    const std::string name(api::stringAt(object, {"metadata", "name"}));
    if (cache.of(resource).get(WatchCache::key(resource, ns, name)))
        return;
    WriteContext context{server, false, api::FieldValidation::ignore, {}};
    const auto made = registry.create(resource, ns, std::move(object), context);
    if (!made && made.error().reason != "AlreadyExists")
        base::error("bootstrap", "{} {}: {}", resource.name, name, made.error().message);
}

JsonObject named(std::string_view name) {
    return {{"metadata", JsonObject{{"name", name}}}};
}

} // namespace

void ApiServer::bootstrap() {
    const api::Resource& namespaces = *api::findResource("", "v1", "namespaces");
    for (std::string_view name : {"default", "kube-system", "kube-public", "kube-node-lease"})
        createIfAbsent(registry_, cache_, namespaces, {}, named(name));
    const auto policy = api::parseJson(api::bootstrapPolicyJson());
    if (!policy || !policy->is_object()) {
        base::error("bootstrap", "the bootstrap policy is not JSON");
        return;
    }
    for (const PolicyList& list : policyLists) {
        const Json* entries = policy->get_object().if_contains(list.member);
        const api::Resource& resource = *api::findResource(list.group, list.version, list.resource);
        if (entries == nullptr ||
            (cache_.of(resource).size() != 0 && cache_.of(resource).size() >= entries->get_array().size()))
            continue;
        for (const Json& entry : entries->get_array())
            createIfAbsent(registry_, cache_, resource, api::stringAt(entry, {"namespace"}),
                           objectOf(entry.get_object()));
    }
    bootstrapService();
    bootstrapDns();
    bootstrapped_ = true;
}

/// The service `kube-dns`: every node answers on its address itself.
void ApiServer::bootstrapDns() {
    const std::string address =
        Ipv4Network::parse(options_.serviceCidr).value_or(Ipv4Network{10U << 24 | 96U << 16, 16}).host(10);
    const auto labeled = [](JsonObject labels) {
        JsonObject object = named("kube-dns");
        api::objectAt(object, {"metadata"})["labels"] = std::move(labels);
        return object;
    };
    const auto port = [](const char* name, const char* protocol, int number) {
        return JsonObject{{"name", name}, {"port", number}, {"protocol", protocol}};
    };
    const JsonArray ports{port("dns", "UDP", 53), port("dns-tcp", "TCP", 53), port("metrics", "TCP", 9153)};
    JsonObject service = labeled({{"k8s-app", "kube-dns"}, {"kubernetes.io/name", "CoreDNS"}});
    service["spec"] = JsonObject{{"clusterIP", address}, {"type", "ClusterIP"}, {"ports", ports}};
    createIfAbsent(registry_, cache_, *api::findResource("", "v1", "services"), "kube-system", std::move(service));
    JsonObject endpoints = labeled({{"endpointslice.kubernetes.io/skip-mirror", "true"}});
    endpoints["subsets"] =
        JsonArray{JsonObject{{"addresses", JsonArray{JsonObject{{"ip", address}}}}, {"ports", ports}}};
    createIfAbsent(registry_, cache_, *api::findResource("", "v1", "endpoints"), "kube-system", std::move(endpoints));
    JsonObject slice = labeled({{"kubernetes.io/service-name", "kube-dns"}});
    slice["addressType"] = "IPv4";
    slice["endpoints"] =
        JsonArray{JsonObject{{"addresses", JsonArray{address}}, {"conditions", JsonObject{{"ready", true}}}}};
    slice["ports"] = ports;
    createIfAbsent(registry_, cache_, *api::findResource("discovery.k8s.io", "v1", "endpointslices"), "kube-system",
                   std::move(slice));
}

/// The service `kubernetes` with this server's address behind it, for clients inside the cluster.
void ApiServer::bootstrapService() {
    const api::Resource &services = *api::findResource("", "v1", "services"),
                        &endpoints = *api::findResource("", "v1", "endpoints"),
                        &slices = *api::findResource("discovery.k8s.io", "v1", "endpointslices");
    const Ipv4Network network =
        Ipv4Network::parse(options_.serviceCidr).value_or(Ipv4Network{10U << 24 | 96U << 16, 16});
    const int port = options_.securePort;
    JsonObject range = named("kubernetes");
    range["spec"] = JsonObject{{"cidrs", JsonArray{std::format("{}/{}", network.host(0), network.prefix)}}};
    createIfAbsent(registry_, cache_, *api::findResource("networking.k8s.io", "v1", "servicecidrs"), {},
                   std::move(range));
    JsonObject service = named("kubernetes");
    api::objectAt(service, {"metadata"})["labels"] = JsonObject{{"component", "apiserver"}, {"provider", "kubernetes"}};
    service["spec"] = JsonObject{
        {"clusterIP", network.host(1)},
        {"type", "ClusterIP"},
        {"ports", JsonArray{JsonObject{{"name", "https"}, {"port", 443}, {"protocol", "TCP"}, {"targetPort", port}}}}};
    createIfAbsent(registry_, cache_, services, "default", std::move(service));

    // The address may have changed since the last start.
    static const User server{"system:apiserver", {"system:masters"}, {}, {}};
    WriteContext context{server, false, api::FieldValidation::ignore, {}};
    const JsonArray subsets{
        JsonObject{{"addresses", JsonArray{JsonObject{{"ip", options_.advertiseAddress}}}},
                   {"ports", JsonArray{JsonObject{{"name", "https"}, {"port", port}, {"protocol", "TCP"}}}}}};
    JsonObject mirror = named("kubernetes");
    api::objectAt(mirror, {"metadata"})["labels"] = JsonObject{{"endpointslice.kubernetes.io/skip-mirror", "true"}};
    mirror["subsets"] = subsets;
    createIfAbsent(registry_, cache_, endpoints, "default", std::move(mirror));
    const JsonArray sliceEndpoints{
        JsonObject{{"addresses", JsonArray{options_.advertiseAddress}}, {"conditions", JsonObject{{"ready", true}}}}};
    const JsonArray slicePorts{JsonObject{{"name", "https"}, {"port", port}, {"protocol", "TCP"}}};
    JsonObject slice = named("kubernetes");
    api::objectAt(slice, {"metadata"})["labels"] = JsonObject{{"kubernetes.io/service-name", "kubernetes"}};
    slice["addressType"] = "IPv4";
    slice["endpoints"] = sliceEndpoints;
    slice["ports"] = slicePorts;
    createIfAbsent(registry_, cache_, slices, "default", std::move(slice));

    const auto bring = [&](const api::Resource& resource, const std::function<void(JsonObject&)>& set) {
        const auto done = registry_.update(
            resource, "default", "kubernetes", {},
            [&](const JsonObject& current) -> Outcome<JsonObject> {
                JsonObject next = current;
                set(next);
                return next;
            },
            context);
        if (!done)
            base::error("bootstrap", "{} kubernetes: {}", resource.name, done.error().message);
    };
    bring(endpoints, [&](JsonObject& object) { object["subsets"] = subsets; });
    bring(slices, [&](JsonObject& object) {
        object["endpoints"] = sliceEndpoints;
        object["ports"] = slicePorts;
    });
}

} // namespace slipway::apiserver
