#include "cluster/apiserver/admission/plugins.h"
#include "cluster/apiserver/admission/pod_resources.h"
#include "cluster/base/random.h"

#include <set>

namespace slipway::apiserver::admission {
namespace {

using api::Json;
using api::JsonArray;
using api::JsonObject;
using api::objectAt;
using api::stringAt;

constexpr std::string_view tokenPath = "/var/run/secrets/kubernetes.io/serviceaccount",
                           tokenVolumePrefix = "kube-api-access-";

JsonArray& listIn(JsonObject& owner, std::string_view member) {
    Json& list = owner[member];
    return list.is_array() ? list.get_array() : list.emplace_array();
}

/// A token that follows the pod, the cluster's certificate and the namespace's name (KEP-1205).
JsonObject tokenVolume(const std::string& name) {
    static const JsonArray sources{
        JsonObject{{"serviceAccountToken", JsonObject{{"expirationSeconds", 3607}, {"path", "token"}}}},
        JsonObject{{"configMap", JsonObject{{"name", "kube-root-ca.crt"},
                                            {"items", JsonArray{JsonObject{{"key", "ca.crt"}, {"path", "ca.crt"}}}}}}},
        JsonObject{{"downwardAPI",
                    JsonObject{{"items", JsonArray{JsonObject{
                                             {"path", "namespace"},
                                             {"fieldRef", JsonObject{{"apiVersion", "v1"},
                                                                     {"fieldPath", "metadata.namespace"}}}}}}}}}};
    JsonObject projected;
    projected["sources"] = sources;
    projected["defaultMode"] = 420;
    JsonObject volume;
    volume["name"] = name;
    volume["projected"] = std::move(projected);
    return volume;
}

std::string tokenVolumeName(const JsonObject& spec) {
    if (const Json* volumes = spec.if_contains("volumes"); volumes != nullptr && volumes->is_array())
        for (const Json& volume : volumes->get_array())
            if (const std::string_view name = stringAt(volume, {"name"}); name.starts_with(tokenVolumePrefix))
                return std::string(name);
    return {};
}

void mountToken(JsonObject& pod) {
    JsonObject& spec = objectAt(pod, {"spec"});
    const std::string present = tokenVolumeName(spec);
    const std::string name = present.empty() ? std::string(tokenVolumePrefix) + base::randomSuffix() : present;
    bool used = false;
    for (std::string_view list : {"containers", "initContainers"}) {
        Json* containers = spec.if_contains(list);
        if (containers == nullptr || !containers->is_array())
            continue;
        for (Json& container : containers->get_array()) {
            if (!container.is_object())
                continue;
            JsonArray& mounts = listIn(container.get_object(), "volumeMounts");
            bool mounted = false;
            for (const Json& mount : mounts)
                mounted = mounted || stringAt(mount, {"mountPath"}) == tokenPath;
            if (mounted)
                continue;
            mounts.push_back(JsonObject{{"name", name}, {"readOnly", true}, {"mountPath", tokenPath}});
            used = true;
        }
    }
    if (used && present.empty())
        listIn(spec, "volumes").push_back(tokenVolume(name));
}

bool wantsToken(const JsonObject& account, const JsonObject& pod) {
    const Json* own = api::find(pod, {"spec", "automountServiceAccountToken"});
    if (own == nullptr)
        own = account.if_contains("automountServiceAccountToken");
    return own == nullptr || !own->is_bool() || own->get_bool();
}

/// A mirror of a static pod stands for what the node has decided; it takes nothing out of the cluster.
Refusal judgeMirror(const Request& request) {
    if (!stringAt(request.object, {"spec", "serviceAccountName"}).empty())
        return refuse(request, "a mirror pod may not reference service accounts");
    const Json* volumes = api::find(request.object, {"spec", "volumes"});
    if (volumes == nullptr || !volumes->is_array())
        return {};
    for (const Json& volume : volumes->get_array()) {
        if (api::find(volume, {"secret"}) != nullptr)
            return refuse(request, "a mirror pod may not reference secrets");
        if (const Json* sources = api::find(volume, {"projected", "sources"});
            sources != nullptr && sources->is_array())
            for (const Json& source : sources->get_array())
                if (api::find(source, {"serviceAccountToken"}) != nullptr)
                    return refuse(request, "a mirror pod may not use ServiceAccountToken volume projections");
    }
    return {};
}

std::set<std::string, std::less<>> namesIn(const JsonObject& account, std::string_view member) {
    std::set<std::string, std::less<>> names;
    if (const Json* list = account.if_contains(member); list != nullptr && list->is_array())
        for (const Json& entry : list->get_array())
            names.emplace(stringAt(entry, {"name"}));
    return names;
}

/// Where the account says so, its pods use only the secrets it names.
Refusal limitSecrets(const Request& request, const JsonObject& account) {
    if (stringAt(account, {"metadata", "annotations", "kubernetes.io/enforce-mountable-secrets"}) != "true")
        return {};
    const auto allowed = namesIn(account, "secrets"), pullable = namesIn(account, "imagePullSecrets");
    const std::string_view accountName = stringAt(account, {"metadata", "name"});
    if (const Json* volumes = api::find(request.object, {"spec", "volumes"}); volumes != nullptr && volumes->is_array())
        for (const Json& volume : volumes->get_array())
            if (const std::string_view secret = stringAt(volume, {"secret", "secretName"});
                !secret.empty() && !allowed.contains(secret))
                return refuse(request,
                              "volume with secret.secretName=\"{}\" is not allowed because service account {} does not "
                              "reference that secret",
                              secret, accountName);
    Refusal refusal;
    const JsonObject* spec = podSpecOf(request.object);
    if (spec == nullptr)
        return {};
    eachContainer(*spec, {"initContainers", "containers"}, [&](const JsonObject& container, std::string_view list) {
        const Json* env = container.if_contains("env");
        if (env == nullptr || !env->is_array() || refusal)
            return;
        for (const Json& variable : env->get_array())
            if (const std::string_view secret = stringAt(variable, {"valueFrom", "secretKeyRef", "name"});
                !secret.empty() && !allowed.contains(secret) && !refusal)
                refusal = refuse(request,
                                 "{} {} with envVar {} referencing secret.secretName=\"{}\" is not allowed because "
                                 "service account {} does not reference that secret",
                                 list == "containers" ? "container" : "init container", stringAt(container, {"name"}),
                                 stringAt(variable, {"name"}), secret, accountName);
    });
    if (refusal)
        return refusal;
    if (const Json* pulls = spec->if_contains("imagePullSecrets"); pulls != nullptr && pulls->is_array())
        for (std::size_t i = 0; i < pulls->get_array().size(); ++i)
            if (const std::string_view name = stringAt(pulls->get_array()[i], {"name"}); !pullable.contains(name))
                return refuse(request,
                              "imagePullSecrets[{}].name=\"{}\" is not allowed because service account {} does not "
                              "reference that imagePullSecret",
                              i, name, accountName);
    return {};
}

} // namespace

Refusal serviceAccount(Request& request, const ClusterState& cluster) {
    if (!request.creates("pods"))
        return {};
    if (api::find(request.object, {"metadata", "annotations", "kubernetes.io/config.mirror"}) != nullptr)
        return judgeMirror(request);
    JsonObject& spec = objectAt(request.object, {"spec"});
    if (stringAt(spec, {"serviceAccountName"}).empty())
        spec["serviceAccountName"] = "default";
    const std::string name(stringAt(spec, {"serviceAccountName"}));
    spec["serviceAccount"] = name;
    const auto account = cluster.find("", "serviceaccounts", request.ns(), name);
    if (!account)
        return refuse(request, "error looking up service account {}/{}: serviceaccount \"{}\" not found", request.ns(),
                      name, name);
    if (wantsToken(*account, request.object))
        mountToken(request.object);
    const Json *own = spec.if_contains("imagePullSecrets"), *pulls = account->if_contains("imagePullSecrets");
    if ((own == nullptr || !own->is_array() || own->get_array().empty()) && pulls != nullptr && pulls->is_array() &&
        !pulls->get_array().empty())
        spec["imagePullSecrets"] = *pulls;
    return limitSecrets(request, *account);
}

} // namespace slipway::apiserver::admission
