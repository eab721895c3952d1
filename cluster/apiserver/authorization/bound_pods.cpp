#include "cluster/apiserver/authorization/bound_pods.h"

#include "cluster/apiserver/admission/cluster_state.h"
#include "cluster/apiserver/admission/pod_resources.h"

#include <algorithm>
#include <format>

namespace slipway::apiserver::authorization {
namespace {

using admission::builtIn;
using api::Json;
using api::JsonObject;
using api::stringAt;

/// Calls @p see with each entry of a list member.
template <class See> void eachEntry(const Json& owner, std::initializer_list<std::string_view> path, const See& see) {
    if (const Json* list = api::find(owner, path); list != nullptr && list->is_array())
        for (const Json& entry : list->get_array())
            see(entry);
}

/// Secrets that volume sources name, each in its own way.
bool volumeNamesSecret(const Json& volume, std::string_view name) {
    for (const auto& path :
         std::initializer_list<std::initializer_list<std::string_view>>{{"secret", "secretName"},
                                                                        {"azureFile", "secretName"},
                                                                        {"cephfs", "secretRef", "name"},
                                                                        {"cinder", "secretRef", "name"},
                                                                        {"csi", "nodePublishSecretRef", "name"},
                                                                        {"flexVolume", "secretRef", "name"},
                                                                        {"iscsi", "secretRef", "name"},
                                                                        {"rbd", "secretRef", "name"},
                                                                        {"scaleIO", "secretRef", "name"},
                                                                        {"storageos", "secretRef", "name"}})
        if (stringAt(volume, path) == name)
            return true;
    bool found = false;
    eachEntry(volume, {"projected", "sources"},
              [&](const Json& source) { found = found || stringAt(source, {"secret", "name"}) == name; });
    return found;
}

bool volumeNamesConfigMap(const Json& volume, std::string_view name) {
    bool found = stringAt(volume, {"configMap", "name"}) == name;
    eachEntry(volume, {"projected", "sources"},
              [&](const Json& source) { found = found || stringAt(source, {"configMap", "name"}) == name; });
    return found;
}

bool environmentNames(const JsonObject& spec, std::string_view key, std::string_view whole, std::string_view name) {
    bool found = false;
    admission::eachContainer(spec, {"containers", "initContainers", "ephemeralContainers"},
                             [&](const JsonObject& container, std::string_view) {
                                 const Json value(container);
                                 eachEntry(value, {"env"}, [&](const Json& entry) {
                                     found = found || stringAt(entry, {"valueFrom", key, "name"}) == name;
                                 });
                                 eachEntry(value, {"envFrom"}, [&](const Json& entry) {
                                     found = found || stringAt(entry, {whole, "name"}) == name;
                                 });
                             });
    return found;
}

} // namespace

bool podRefers(const JsonObject& pod, std::string_view resource, std::string_view name) {
    const JsonObject* spec = admission::podSpecOf(pod);
    if (spec == nullptr || name.empty())
        return false;
    if (resource == "serviceaccounts")
        return stringAt(*spec, {"serviceAccountName"}) == name;
    const Json value(*spec);
    bool found = false;
    eachEntry(value, {"volumes"}, [&](const Json& volume) {
        found = found || (resource == "secrets" && volumeNamesSecret(volume, name)) ||
                (resource == "configmaps" && volumeNamesConfigMap(volume, name)) ||
                (resource == "persistentvolumeclaims" &&
                 (stringAt(volume, {"persistentVolumeClaim", "claimName"}) == name ||
                  (api::find(volume, {"ephemeral"}) != nullptr &&
                   name == std::format("{}-{}", stringAt(pod, {"metadata", "name"}), stringAt(volume, {"name"})))));
    });
    if (resource == "secrets") {
        eachEntry(value, {"imagePullSecrets"},
                  [&](const Json& entry) { found = found || stringAt(entry, {"name"}) == name; });
        found = found || environmentNames(*spec, "secretKeyRef", "secretRef", name);
    } else if (resource == "configmaps") {
        found = found || environmentNames(*spec, "configMapKeyRef", "configMapRef", name);
    } else if (resource == "resourceclaims") {
        eachEntry(value, {"resourceClaims"},
                  [&](const Json& entry) { found = found || stringAt(entry, {"resourceClaimName"}) == name; });
        eachEntry(Json(pod), {"status", "resourceClaimStatuses"},
                  [&](const Json& entry) { found = found || stringAt(entry, {"resourceClaimName"}) == name; });
    }
    return found;
}

std::optional<std::string> BoundPods::nodeOf(const std::string& ns, const std::string& pod) const {
    const api::Resource& pods = builtIn("", "pods");
    const auto found = cache_.of(pods).get(WatchCache::key(pods, ns, pod));
    if (!found)
        return {};
    for (const auto& [field, value] : found->attributes->fields)
        if (field == "spec.nodeName" && !value.empty())
            return value;
    return {};
}

bool BoundPods::podsRefer(const std::string& node, std::string_view resource, const std::string& ns,
                          const std::string& name) const {
    const api::Resource& pods = builtIn("", "pods");
    Selection bound;
    bound.fields.requirements.push_back({"spec.nodeName", node, true});
    const auto list = cache_.of(pods).list(WatchCache::key(pods, ns), bound);
    return std::ranges::any_of(list, [&](const CachedObject& cached) {
        // Most pods do not even hold the name: spares reading them.
        return (cached.bytes->find(name) != std::string::npos || resource == "persistentvolumeclaims") &&
               podRefers(admission::parsed(cached), resource, name);
    });
}

bool BoundPods::refers(const std::string& node, std::string_view resource, const std::string& ns,
                       const std::string& name) const {
    const admission::ClusterState cluster(cache_, nullptr);
    if (resource == "volumeattachments") {
        const auto attachment = cluster.find("storage.k8s.io", "volumeattachments", {}, name);
        return attachment && stringAt(*attachment, {"spec", "nodeName"}) == node;
    }
    if (resource == "persistentvolumes") {
        const auto volume = cluster.find("", "persistentvolumes", {}, name);
        // That a volume is gone is no secret: a node clears its folder by it.
        return !volume || podsRefer(node, "persistentvolumeclaims",
                                    std::string(stringAt(*volume, {"spec", "claimRef", "namespace"})),
                                    std::string(stringAt(*volume, {"spec", "claimRef", "name"})));
    }
    if (podsRefer(node, resource, ns, name))
        return true;
    if (resource != "secrets")
        return false;
    // Secrets of volumes: the driver's, named by the persistent volume of a pod's claim.
    for (const JsonObject& volume : cluster.all("", "persistentvolumes"))
        for (std::string_view member : {"nodePublishSecretRef", "nodeStageSecretRef", "nodeExpandSecretRef"})
            if (stringAt(volume, {"spec", "csi", member, "name"}) == name &&
                stringAt(volume, {"spec", "csi", member, "namespace"}) == ns &&
                podsRefer(node, "persistentvolumeclaims",
                          std::string(stringAt(volume, {"spec", "claimRef", "namespace"})),
                          std::string(stringAt(volume, {"spec", "claimRef", "name"}))))
                return true;
    return false;
}

} // namespace slipway::apiserver::authorization
