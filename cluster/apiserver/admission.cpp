#include "cluster/apiserver/admission.h"

#include "cluster/apiserver/registry.h"
#include "cluster/apiserver/service_allocation.h"
#include "cluster/base/random.h"

#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <format>

namespace slipway::apiserver {
namespace {

using api::Json;
using api::JsonArray;
using api::JsonObject;
using api::objectAt;
using api::stringAt;

const api::Resource& core(std::string_view name) {
    return *api::findResource("", "v1", name);
}

bool tolerates(const JsonArray& tolerations, std::string_view key) {
    for (const Json& toleration : tolerations) {
        const std::string_view own = stringAt(toleration, {"key"}), effect = stringAt(toleration, {"effect"});
        if ((own == key || (own.empty() && stringAt(toleration, {"operator"}) == "Exists")) &&
            (effect.empty() || effect == "NoExecute"))
            return true;
    }
    return false;
}

/// A pod stays five minutes on a node that stopped answering (DefaultTolerationSeconds).
void addDefaultTolerations(JsonObject& pod) {
    Json& list = objectAt(pod, {"spec"})["tolerations"];
    if (!list.is_array())
        list.emplace_array();
    for (std::string_view key : {"node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"})
        if (!tolerates(list.get_array(), key))
            list.get_array().push_back(
                JsonObject{{"key", key}, {"operator", "Exists"}, {"effect", "NoExecute"}, {"tolerationSeconds", 300}});
}

JsonObject tokenVolume(const std::string& name) {
    const JsonArray sources{
        JsonObject{{"serviceAccountToken", JsonObject{{"expirationSeconds", 3607}, {"path", "token"}}}},
        JsonObject{{"configMap", JsonObject{{"name", "kube-root-ca.crt"},
                                            {"items", JsonArray{JsonObject{{"key", "ca.crt"}, {"path", "ca.crt"}}}}}}},
        JsonObject{{"downwardAPI",
                    JsonObject{{"items", JsonArray{JsonObject{
                                             {"path", "namespace"},
                                             {"fieldRef", JsonObject{{"apiVersion", "v1"},
                                                                     {"fieldPath", "metadata.namespace"}}}}}}}}}};
    return {{"name", name}, {"projected", JsonObject{{"sources", sources}, {"defaultMode", 420}}}};
}

} // namespace

std::optional<Ipv4Network> Ipv4Network::parse(std::string_view text) {
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos)
        return {};
    in_addr address{};
    int prefix = -1;
    const std::string_view bits = text.substr(slash + 1);
    std::from_chars(bits.data(), bits.data() + bits.size(), prefix);
    if (inet_pton(AF_INET, std::string(text.substr(0, slash)).c_str(), &address) != 1 || prefix < 1 || prefix > 30)
        return {};
    return Ipv4Network{ntohl(address.s_addr) & ~0U << (32 - prefix), prefix};
}

bool Ipv4Network::contains(std::uint32_t other) const {
    return (other & ~0U << (32 - prefix)) == address;
}

std::string Ipv4Network::host(std::uint32_t offset) const {
    const std::uint32_t a = address + offset;
    return std::format("{}.{}.{}.{}", a >> 24, a >> 16 & 255, a >> 8 & 255, a & 255);
}

std::optional<api::Status> Admission::checkNamespace(const api::Resource& resource, const JsonObject& object) const {
    if (!resource.namespaced)
        return {};
    const std::string_view ns = stringAt(object, {"metadata", "namespace"});
    const auto found = cache_.of(core("namespaces")).get(WatchCache::key(core("namespaces"), {}, ns));
    if (!found)
        return api::notFound(core("namespaces"), ns);
    if (found->bytes->find("\"deletionTimestamp\"") == std::string::npos)
        return {};
    api::Status status =
        api::forbidden(resource, stringAt(object, {"metadata", "name"}),
                       std::format("unable to create new content in namespace {} because it is being terminated", ns));
    status.causes.push_back(
        {"NamespaceTerminating", std::format("namespace {} is being terminated", ns), "metadata.namespace"});
    return status;
}

void Admission::mountServiceAccount(JsonObject& pod) const {
    const Json* automount = api::find(pod, {"spec", "automountServiceAccountToken"});
    if (automount != nullptr && automount->is_bool() && !automount->get_bool())
        return;
    JsonObject& spec = objectAt(pod, {"spec"});
    Json& volumes = spec["volumes"];
    if (!volumes.is_array())
        volumes.emplace_array();
    const std::string name = "kube-api-access-" + base::randomSuffix();
    constexpr std::string_view path = "/var/run/secrets/kubernetes.io/serviceaccount";
    bool used = false;
    for (std::string_view list : {"containers", "initContainers"}) {
        Json* containers = spec.if_contains(list);
        if (containers == nullptr || !containers->is_array())
            continue;
        for (Json& container : containers->get_array()) {
            if (!container.is_object())
                continue;
            Json& mounts = container.get_object()["volumeMounts"];
            if (!mounts.is_array())
                mounts.emplace_array();
            bool present = false;
            for (const Json& mount : mounts.get_array())
                present = present || stringAt(mount, {"mountPath"}) == path;
            if (!present)
                mounts.get_array().push_back(JsonObject{{"name", name}, {"readOnly", true}, {"mountPath", path}});
            used = used || !present;
        }
    }
    if (used)
        volumes.get_array().push_back(tokenVolume(name));
    else if (volumes.get_array().empty())
        spec.erase("volumes");
}

std::optional<api::Status> Admission::admitPod(JsonObject& object) const {
    JsonObject& spec = objectAt(object, {"spec"});
    if (stringAt(object, {"metadata", "annotations", "kubernetes.io/config.mirror"}).empty()) {
        if (stringAt(object, {"spec", "serviceAccountName"}).empty())
            spec["serviceAccountName"] = spec["serviceAccount"] = "default";
        const std::string ns(stringAt(object, {"metadata", "namespace"}));
        const std::string account(stringAt(object, {"spec", "serviceAccountName"}));
        const auto found =
            cache_.of(core("serviceaccounts")).get(WatchCache::key(core("serviceaccounts"), ns, account));
        if (!found)
            return api::forbidden(core("pods"), stringAt(object, {"metadata", "name"}),
                                  std::format("error looking up service account {}/{}: serviceaccount \"{}\" not found",
                                              ns, account, account));
        if (found->bytes->find("\"automountServiceAccountToken\":false") == std::string::npos ||
            spec.contains("automountServiceAccountToken"))
            mountServiceAccount(object);
    }
    addDefaultTolerations(object);
    const std::string priorityClass(stringAt(object, {"spec", "priorityClassName"}));
    std::int64_t priority = 0;
    if (!priorityClass.empty()) {
        const api::Resource& classes = *api::findResource("scheduling.k8s.io", "v1", "priorityclasses");
        const auto found = cache_.of(classes).get(WatchCache::key(classes, {}, priorityClass));
        if (!found)
            return api::forbidden(core("pods"), stringAt(object, {"metadata", "name"}),
                                  std::format("no PriorityClass with name {} was found", priorityClass));
        const auto parsed = api::parseJson(*found->bytes);
        priority = api::intAt(parsed->get_object(), {"value"}).value_or(0);
    }
    objectAt(object, {"spec"})["priority"] = priority;
    if (!spec.contains("preemptionPolicy"))
        objectAt(object, {"spec"})["preemptionPolicy"] = "PreemptLowerPriority";
    return {};
}

std::optional<api::Status> Admission::allocateService(const JsonObject* before, JsonObject& object) const {
    return allocateServiceAddresses(cache_.of(core("services")), serviceNetwork_, before, object);
}

std::optional<api::Status> Admission::admitCreate(const api::Resource& resource, JsonObject& object,
                                                  WriteContext&) const {
    if (auto refusal = checkNamespace(resource, object))
        return refusal;
    if (resource.custom != nullptr) // which may be called as built-in ones are
        return {};
    if (resource.name == "pods")
        return admitPod(object);
    if (resource.name == "services")
        return allocateService(nullptr, object);
    return {};
}

std::optional<api::Status> Admission::admitUpdate(const api::Resource& resource, std::string_view subresource,
                                                  const JsonObject& before, JsonObject& after, WriteContext&) const {
    if (resource.name == "services" && resource.custom == nullptr && subresource.empty())
        return allocateService(&before, after);
    return {};
}

std::optional<api::Status> Admission::admitDelete(const api::Resource& resource, const JsonObject& object,
                                                  WriteContext&) const {
    static constexpr std::array<std::string_view, 3> lasting{"default", "kube-system", "kube-public"};
    const std::string_view name = stringAt(object, {"metadata", "name"});
    if (resource.name == "namespaces" && std::ranges::find(lasting, name) != lasting.end())
        return api::forbidden(resource, name, "this namespace may not be deleted");
    return {};
}

} // namespace slipway::apiserver
