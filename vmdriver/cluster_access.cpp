#include "vmdriver/cluster_access.h"

#include <boost/json/serialize.hpp>
#include <ranges>

#include "cluster/api/decode.h"
#include "cluster/base/files.h"
#include "cluster/base/time.h"
#include "cluster/client/client.h"
#include "cluster/client/kubeconfig.h"
#include "vmdriver/operation.h"

namespace slipway::vmdriver {

struct ClusterAccess::Impl {
    client::Client client;
};

namespace {

const client::ResourceRef pods{.group = "", .version = "v1", .resource = "pods", .kind = "Pod"};
const client::ResourceRef services{.group = "", .version = "v1", .resource = "services", .kind = "Service"};
const client::ResourceRef nodes{.group = "", .version = "v1", .resource = "nodes", .kind = "Node", .namespaced = false};

/// The documents of a YAML stream: split at lines that are "---".
std::vector<std::string> documentsOf(const std::string& text) {
    std::vector<std::string> documents;
    std::size_t begin = 0;
    while (begin <= text.size()) {
        std::size_t end = text.find("\n---\n", begin);
        documents.push_back(text.substr(begin, end == std::string::npos ? end : end + 1 - begin));
        if (end == std::string::npos)
            break;
        begin = end + 5;
    }
    return documents;
}

/// Asks the server's discovery which resource an object of this apiVersion and kind belongs to.
Result<client::ResourceRef> resourceFor(const client::Client& client, std::string_view apiVersion,
                                        std::string_view kind) {
    const auto slash = apiVersion.find('/');
    client::ResourceRef found{
        .group = slash == std::string_view::npos ? "" : std::string(apiVersion.substr(0, slash)),
        .version = std::string(slash == std::string_view::npos ? apiVersion : apiVersion.substr(slash + 1)),
        .resource = {},
        .kind = std::string(kind)};
    const auto list = client.getJson((found.group.empty() ? "/api/" : "/apis/") + std::string(apiVersion));
    if (!list)
        return failure(DriverErrc::notReady, list.error().message);
    const auto* resources = api::find(*list, {"resources"});
    if (resources && resources->is_array())
        for (const auto& resource : resources->get_array()) {
            const auto name = api::stringAt(resource, {"name"});
            if (api::stringAt(resource, {"kind"}) != kind || name.contains('/'))
                continue;
            found.resource = name;
            found.namespaced = resource.is_object() && api::boolAt(resource.get_object(), {"namespaced"});
            return found;
        }
    return failure(DriverErrc::notReady, "the server has no " + std::string(kind) + " in " + std::string(apiVersion));
}

/// Where an object of a manifest lies on the server.
struct ObjectPlace {
    client::ResourceRef resource;
    std::string ns, name;
};

Result<ObjectPlace> placeOf(const client::Client& client, const api::JsonObject& object) {
    auto resource = resourceFor(client, api::stringAt(object, {"apiVersion"}), api::stringAt(object, {"kind"}));
    if (!resource)
        return std::unexpected(resource.error());
    const auto named = api::stringAt(object, {"metadata", "namespace"});
    std::string ns(!resource->namespaced ? "" : named.empty() ? "default" : named);
    return ObjectPlace{std::move(*resource), std::move(ns), std::string(api::stringAt(object, {"metadata", "name"}))};
}

Result<void> createObject(const client::Client& client, const api::JsonObject& object) {
    const auto place = placeOf(client, object);
    if (!place)
        return std::unexpected(place.error());
    // Asked first: creating a Service again is refused for its node port before its name is looked at.
    if (!place->name.empty() && client.get(place->resource, place->ns, place->name))
        return {};
    const auto created = client.create(place->resource, place->ns, object);
    if (!created && created.error().kind != client::Errc::alreadyExists)
        return failure(DriverErrc::notReady, created.error().message);
    return {};
}

/// Every object of a YAML file. Errors: io, notReady when it is not valid.
Result<std::vector<api::JsonObject>> objectsIn(const std::filesystem::path& manifest) {
    const auto text = base::readFile(manifest);
    if (!text)
        return failure(DriverErrc::io, text.error().message);
    std::vector<api::JsonObject> objects;
    for (const auto& document : documentsOf(*text)) {
        const auto object = api::yamlToJson(document);
        if (!object)
            return failure(DriverErrc::notReady, manifest.string() + " is not valid YAML");
        if (object->is_object())
            objects.push_back(object->get_object());
    }
    return objects;
}

/// Takes the values of every container's variables out, wherever in the value they are.
void hideVariables(api::Json& value) {
    if (value.is_array())
        for (auto& entry : value.get_array())
            hideVariables(entry);
    if (!value.is_object())
        return;
    for (auto& member : value.get_object()) {
        if (member.key() == "env" && member.value().is_array())
            for (auto& variable : member.value().get_array())
                if (variable.is_object() && variable.get_object().contains("value"))
                    variable.get_object()["value"] = "(hidden)";
        if (member.key() == "kubectl.kubernetes.io/last-applied-configuration")
            member.value() = "(hidden)"; // the same values again, as text
        hideVariables(member.value());
    }
}

int numberAt(const api::Json& value, const char* key) {
    const auto* found = api::find(value, {key});
    return found && found->is_int64()    ? static_cast<int>(found->get_int64())
           : found && found->is_uint64() ? static_cast<int>(found->get_uint64())
                                         : 0;
}

/// Whether the condition is Ready=True and was last reported at or after `since` (whole seconds, as the API keeps
/// them).
bool isFreshReady(const api::Json& condition, std::chrono::system_clock::time_point since) {
    if (api::stringAt(condition, {"type"}) != "Ready" || api::stringAt(condition, {"status"}) != "True")
        return false;
    const auto reported = base::parseTime(api::stringAt(condition, {"lastHeartbeatTime"}));
    return !reported || *reported >= std::chrono::floor<std::chrono::seconds>(since);
}

bool isReady(const api::Json& node, std::chrono::system_clock::time_point since) {
    const auto* conditions = api::find(node, {"status", "conditions"});
    if (conditions && conditions->is_array())
        for (const auto& condition : conditions->get_array())
            if (isFreshReady(condition, since))
                return true;
    return false;
}

/// Whether draining moves the pod: static pods and those of daemon sets stay with their node, as in kubectl drain.
bool mustLeave(const api::Json& pod) {
    const auto* annotations = api::find(pod, {"metadata", "annotations"});
    if (annotations && annotations->is_object() && annotations->get_object().contains("kubernetes.io/config.mirror"))
        return false;
    const auto* owners = api::find(pod, {"metadata", "ownerReferences"});
    if (owners && owners->is_array())
        for (const auto& owner : owners->get_array())
            if (api::stringAt(owner, {"kind"}) == "DaemonSet")
                return false;
    return true;
}

/// Asks for the pod to be evicted; a refusal (a disruption budget's 429) is met by asking again later.
void evict(const client::Client& client, const api::Json& pod) {
    if (api::find(pod, {"metadata", "deletionTimestamp"}))
        return; // on its way
    const auto name = api::stringAt(pod, {"metadata", "name"}), ns = api::stringAt(pod, {"metadata", "namespace"});
    const api::JsonObject eviction{
        {"apiVersion", "policy/v1"}, {"kind", "Eviction"}, {"metadata", {{"name", name}, {"namespace", ns}}}};
    (void)client.create(pods, ns, eviction, "eviction", name);
}

} // namespace

Result<ClusterAccess> ClusterAccess::open(const std::filesystem::path& kubeconfig) {
    const auto settings = client::loadContext(kubeconfig);
    if (!settings)
        return failure(DriverErrc::kubeconfig, settings.error().message);
    auto transport = client::makeHttpTransport(*settings);
    if (!transport)
        return failure(DriverErrc::kubeconfig, transport.error().message);
    return ClusterAccess(std::make_unique<Impl>(client::Client(std::move(*transport))));
}

ClusterAccess::ClusterAccess(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ClusterAccess::~ClusterAccess() = default;
ClusterAccess::ClusterAccess(ClusterAccess&&) noexcept = default;
ClusterAccess& ClusterAccess::operator=(ClusterAccess&&) noexcept = default;

bool ClusterAccess::apiReady() const {
    const auto answer = impl_->client.transport().send({.target = "/readyz"});
    return answer && answer->code == 200;
}

bool ClusterAccess::nodeReady(const std::string& node, std::chrono::system_clock::time_point since) const {
    const auto object = impl_->client.get(nodes, "", node);
    return object && isReady(*object, since);
}

std::set<std::string> ClusterAccess::readyNodes(std::chrono::system_clock::time_point since) const {
    std::set<std::string> ready;
    if (const auto all = impl_->client.listAll(nodes, ""))
        for (const auto& node : all->items)
            if (isReady(node, since))
                ready.emplace(api::stringAt(node, {"metadata", "name"}));
    return ready;
}

Result<void> ClusterAccess::drain(const std::string& node, std::chrono::seconds patience,
                                  const std::stop_token& stop) const {
    const auto cordoned =
        impl_->client.patch(nodes, "", node, client::PatchKind::merge, api::Json{{"spec", {{"unschedulable", true}}}});
    if (!cordoned)
        return cordoned.error().kind == client::Errc::notFound
                   ? Result<void>()
                   : failure(DriverErrc::notReady, cordoned.error().message);
    const auto drained = [&] {
        const auto left = impl_->client.listAll(pods, "", {.fieldSelector = "spec.nodeName=" + node});
        if (!left)
            return false;
        bool none = true;
        for (const auto& pod : left->items)
            if (mustLeave(pod)) {
                none = false;
                evict(impl_->client, pod);
            }
        return none;
    };
    return waitUntil(drained, std::chrono::steady_clock::now() + patience, stop,
                     "pods are still on node " + node +
                         " (see kubectl get pods -A --field-selector spec.nodeName=" + node + ")",
                     std::chrono::milliseconds(200));
}

Result<void> ClusterAccess::deleteNode(const std::string& node) const {
    const auto removed = impl_->client.remove(nodes, "", node);
    if (!removed && removed.error().kind != client::Errc::notFound)
        return failure(DriverErrc::notReady, removed.error().message);
    return {};
}

Result<void> ClusterAccess::createFrom(const std::filesystem::path& manifest) const {
    const auto objects = objectsIn(manifest);
    if (!objects)
        return std::unexpected(objects.error());
    for (const auto& object : *objects)
        if (auto created = createObject(impl_->client, object); !created)
            return created;
    return {};
}

Result<void> ClusterAccess::deleteFrom(const std::filesystem::path& manifest) const {
    const auto objects = objectsIn(manifest);
    if (!objects)
        return std::unexpected(objects.error());
    for (const auto& object : *objects | std::views::reverse) {
        const auto place = placeOf(impl_->client, object);
        if (!place)
            return std::unexpected(place.error());
        const auto removed = impl_->client.remove(place->resource, place->ns, place->name);
        if (!removed && removed.error().kind != client::Errc::notFound)
            return failure(DriverErrc::notReady, removed.error().message);
    }
    return {};
}

bool ClusterAccess::hasFirstOf(const std::filesystem::path& manifest) const {
    const auto objects = objectsIn(manifest);
    if (!objects || objects->empty())
        return false;
    const auto place = placeOf(impl_->client, objects->front());
    return place && impl_->client.get(place->resource, place->ns, place->name);
}

Result<std::string> ClusterAccess::redacted(const std::string& target) const {
    auto list = impl_->client.getJson(target);
    if (!list)
        return failure(DriverErrc::notReady, list.error().message);
    hideVariables(*list);
    return boost::json::serialize(*list);
}

Result<ServicePorts> ClusterAccess::service(const std::string& ns, const std::string& name) const {
    const auto object = impl_->client.get(services, ns, name);
    if (!object)
        return failure(object.error().kind == client::Errc::notFound ? DriverErrc::notFound : DriverErrc::notReady,
                       object.error().message);
    ServicePorts found;
    if (const auto* ports = api::find(*object, {"spec", "ports"}); ports && ports->is_array())
        for (const auto& port : ports->get_array())
            found.ports.push_back({std::string(api::stringAt(port, {"name"})),
                                   std::string(api::stringAt(port, {"protocol"})), numberAt(port, "port"),
                                   numberAt(port, "nodePort")});
    if (const auto* ingress = api::find(*object, {"status", "loadBalancer", "ingress"}); ingress && ingress->is_array())
        for (const auto& entry : ingress->get_array())
            found.address = std::string(api::stringAt(entry, {"ip"}));
    return found;
}

} // namespace slipway::vmdriver
