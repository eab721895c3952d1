#include "cluster/agent/source/api_objects.h"

#include "cluster/agent/pod/pod_conditions.h"
#include "cluster/agent/source/mirror_pods.h"
#include "cluster/api/types/authentication_v1.h"
#include "cluster/base/log.h"

#include <format>

namespace slipway::agent {
namespace {

std::string uidOfNode(const client::Client& client, const std::string& name) {
    const auto node = client.get<core::Node>("", name);
    return node ? node->metadata.uid : std::string();
}

} // namespace

template <class T>
ObjectResult<T> ApiObjects::fetch(std::map<std::string, T>& kept, const char* resource, const std::string& ns,
                                  const std::string& name) {
    auto object = client_->get<T>(ns, name);
    std::lock_guard lock(mutex_);
    const std::string key = client::objectKey(ns, name);
    if (object) {
        kept[key] = *object;
        return std::move(*object);
    }
    if (object.error().kind == client::Errc::unreachable)
        if (const auto found = kept.find(key); found != kept.end())
            return found->second;
    kept.erase(key);
    if (object.error().kind == client::Errc::notFound)
        return std::unexpected(ObjectError{true, std::format("{} \"{}\" not found", resource, name)});
    return std::unexpected(ObjectError{false, object.error().message});
}

ObjectResult<core::ConfigMap> ApiObjects::configMap(const std::string& ns, const std::string& name) {
    return fetch(configMaps_, "configmap", ns, name);
}

ObjectResult<core::Secret> ApiObjects::secret(const std::string& ns, const std::string& name) {
    return fetch(secrets_, "secret", ns, name);
}

ObjectResult<core::PersistentVolumeClaim> ApiObjects::claim(const std::string& ns, const std::string& name) {
    auto object = client_->get<core::PersistentVolumeClaim>(ns, name);
    if (object)
        return std::move(*object);
    return std::unexpected(ObjectError{object.error().kind == client::Errc::notFound, object.error().message});
}

ObjectResult<core::PersistentVolume> ApiObjects::persistentVolume(const std::string& name) {
    auto object = client_->get<core::PersistentVolume>("", name);
    if (object)
        return std::move(*object);
    return std::unexpected(ObjectError{object.error().kind == client::Errc::notFound, object.error().message});
}

ObjectResult<std::string> ApiObjects::runtimeHandler(const std::string& runtimeClass) {
    const client::ResourceRef resource{"node.k8s.io", "v1", "runtimeclasses", "RuntimeClass", false};
    const auto object = client_->get(resource, "", runtimeClass);
    if (object)
        return std::string(api::stringAt(*object, {"handler"}));
    const bool absent = object.error().kind == client::Errc::notFound;
    return std::unexpected(ObjectError{absent, absent ? std::format("RuntimeClass \"{}\" not found", runtimeClass)
                                                      : object.error().message});
}

ObjectResult<std::vector<std::shared_ptr<const core::Service>>> ApiObjects::services() {
    if (!services_.waitForSync(std::chrono::seconds(2)))
        return std::unexpected(
            ObjectError{false, "services have not yet been read at least once, cannot construct envvars"});
    return services_.list();
}

void ApiObjects::keepOnly(const std::set<std::string>& configMaps, const std::set<std::string>& secrets) {
    std::lock_guard lock(mutex_);
    std::erase_if(configMaps_, [&](const auto& entry) { return !configMaps.contains(entry.first); });
    std::erase_if(secrets_, [&](const auto& entry) { return !secrets.contains(entry.first); });
}

ObjectResult<std::string> ApiObjects::token(const core::Pod& pod, const std::string& audience,
                                            std::int64_t expirationSeconds) {
    api::JsonObject spec{{"expirationSeconds", expirationSeconds},
                         {"boundObjectRef", api::JsonObject{{"apiVersion", "v1"},
                                                            {"kind", "Pod"},
                                                            {"name", pod.metadata.name},
                                                            {"uid", pod.metadata.uid}}}};
    if (!audience.empty())
        spec["audiences"] = api::JsonArray{api::Json(audience)};
    const api::JsonObject request{{"apiVersion", "authentication.k8s.io/v1"}, {"kind", "TokenRequest"}, {"spec", spec}};
    const std::string account = pod.spec->serviceAccountName.empty() ? "default" : pod.spec->serviceAccountName;
    const auto answer =
        client_->create(client::resourceOf<core::ServiceAccount>(), pod.metadata.namespace_, request, "token", account);
    if (!answer)
        return std::unexpected(ObjectError{answer.error().kind == client::Errc::notFound, answer.error().message});
    return std::string(api::stringAt(*answer, {"status", "token"}));
}

namespace {

/// Null for those of @p names that @p object lacks.
void nameAbsent(api::JsonObject& object, std::initializer_list<const char*> names) {
    for (const char* name : names)
        if (!object.contains(name))
            object[name] = nullptr;
}

/// A condition that is true again has no reason any more.
api::JsonObject conditionPatch(const core::PodCondition& condition) {
    api::JsonObject patch = api::toJson(condition);
    nameAbsent(patch, {"reason", "message"});
    return patch;
}

} // namespace

PodWriter::Outcome ApiPodWriter::writeStatus(const core::Pod& pod, const core::PodStatus& status) {
    api::JsonObject body = api::toJson(status);
    // A merge patch keeps what it does not name: members that went away have to be named.
    nameAbsent(body, {"message", "reason", "podIP", "podIPs", "nominatedNodeName", "initContainerStatuses",
                      "ephemeralContainerStatuses"});
    // Addresses are replaced as a whole; conditions of others (readiness gates, the scheduler's) are left alone.
    for (const char* name : {"podIPs", "hostIPs"})
        if (const auto list = body.find(name); list != body.end() && list->value().is_array())
            list->value().get_array().push_back(api::JsonObject{{"$patch", "replace"}});
    api::JsonArray conditions;
    for (const core::PodCondition& condition : status.conditions)
        if (isNodesCondition(condition.type) || condition.reason == "TerminationByKubelet")
            conditions.emplace_back(conditionPatch(condition));
    // Those that come and go are taken away by name.
    for (const char* type : {"PodResizePending", "PodResizeInProgress"})
        if (pod.metadata.generation.value_or(0) > 1 &&
            std::ranges::find(status.conditions, type, &core::PodCondition::type) == status.conditions.end())
            conditions.emplace_back(api::JsonObject{{"$patch", "delete"}, {"type", type}});
    body["conditions"] = std::move(conditions);
    api::JsonObject metadata;
    if (!isStatic(pod))
        metadata["uid"] = pod.metadata.uid;
    const api::Json patch = api::JsonObject{{"metadata", metadata}, {"status", body}};
    client::PatchOptions options;
    options.subresource = "status";
    const auto resource = client::resourceOf<core::Pod>();
    const auto write = [&] {
        return client_->patch(resource, pod.metadata.namespace_, pod.metadata.name, client::PatchKind::strategicMerge,
                              patch, options);
    };
    auto written = write();
    // The server tells a node about pods bound to it only: one that is not there yet is forbidden rather than not
    // found.
    const bool unknown =
        !written && (written.error().kind == client::Errc::notFound || written.error().kind == client::Errc::forbidden);
    if (unknown && isStatic(pod)) {
        if (auto created = client_->create<core::Pod>(pod.metadata.namespace_,
                                                      mirrorOf(pod, uidOfNode(*client_, pod.spec->nodeName)));
            !created)
            base::warn("agent", "mirror of static pod {}: {}", pod.metadata.name, created.error().message);
        else
            written = write();
        if (!written && written.error().kind == client::Errc::forbidden)
            return Outcome::gone; // it runs without being shown
    }
    if (written)
        return Outcome::written;
    const client::Error& error = written.error();
    if (error.kind == client::Errc::notFound || error.kind == client::Errc::conflict)
        return Outcome::gone;
    base::warn("agent", "status of pod {}/{} not written: {}", pod.metadata.namespace_, pod.metadata.name,
               error.message);
    return Outcome::retry;
}

PodWriter::Outcome ApiPodWriter::removePod(const core::Pod& pod) {
    client::DeleteOptions options;
    options.gracePeriodSeconds = 0;
    if (!isStatic(pod))
        options.uid = pod.metadata.uid;
    const auto removed =
        client_->remove(client::resourceOf<core::Pod>(), pod.metadata.namespace_, pod.metadata.name, options);
    if (removed)
        return Outcome::written;
    if (removed.error().kind == client::Errc::notFound || removed.error().kind == client::Errc::conflict)
        return Outcome::gone;
    base::warn("agent", "pod {}/{} not removed: {}", pod.metadata.namespace_, pod.metadata.name,
               removed.error().message);
    return Outcome::retry;
}

} // namespace slipway::agent
