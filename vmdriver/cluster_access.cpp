#include "vmdriver/cluster_access.h"

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

Result<void> createObject(const client::Client& client, const api::JsonObject& object) {
    const auto resource = resourceFor(client, api::stringAt(object, {"apiVersion"}), api::stringAt(object, {"kind"}));
    if (!resource)
        return std::unexpected(resource.error());
    const auto named = api::stringAt(object, {"metadata", "namespace"});
    const std::string_view ns = !resource->namespaced ? "" : named.empty() ? "default" : named;
    // Asked first: creating a Service again is refused for its node port before its name is looked at.
    const auto name = api::stringAt(object, {"metadata", "name"});
    if (!name.empty() && client.get(*resource, ns, name))
        return {};
    const auto created = client.create(*resource, ns, object);
    if (!created && created.error().kind != client::Errc::alreadyExists)
        return failure(DriverErrc::notReady, created.error().message);
    return {};
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
    const auto text = base::readFile(manifest);
    if (!text)
        return failure(DriverErrc::io, text.error().message);
    for (const auto& document : documentsOf(*text)) {
        const auto object = api::yamlToJson(document);
        if (!object)
            return failure(DriverErrc::notReady, manifest.string() + " is not valid YAML");
        if (object->is_object())
            if (auto created = createObject(impl_->client, object->get_object()); !created)
                return created;
    }
    return {};
}

} // namespace slipway::vmdriver
