#include "cluster/controllers/disruption/expected_pods.h"

#include <format>

namespace slipway::controllers {

using api::Json;
using api::meta_v1::OwnerReference;

namespace {

/// The controller of an object the server has, if any.
std::optional<OwnerReference> controllerIn(const Json& object) {
    const Json* json = api::find(object, {"metadata"});
    if (json == nullptr)
        return {};
    const auto metadata = api::fromJson<api::meta_v1::ObjectMeta>(*json);
    const auto* owner = metadata ? controllerOf(*metadata) : nullptr;
    return owner != nullptr ? std::optional(*owner) : std::nullopt;
}

/// How many pods a controller wants, by its scale subresource.
client::Result<int> scaleOf(const OwnerReference& owner, const std::string& ns, const client::Client& client,
                            const client::ResourceRef& resource) {
    const auto scale = client.getJson(resource.path(ns, owner.name, "scale"));
    if (!scale)
        return std::unexpected(scale.error());
    return static_cast<int>(api::intAt(scale->get_object(), {"spec", "replicas"}).value_or(0));
}

client::Error unknown(const std::string& message) {
    return {client::Errc::invalid, 0, "", message, {}};
}

} // namespace

client::Result<int> expectedPods(const std::vector<PodPtr>& pods, const client::Client& client,
                                 const MetadataWatch& kinds) {
    std::map<std::string, int> wanted; // by the controller's uid
    for (const PodPtr& pod : pods) {
        const auto* direct = controllerOf(pod->metadata);
        if (direct == nullptr)
            return std::unexpected(unknown(std::format("found no controller ref for pod \"{}\"", pod->metadata.name)));
        if (wanted.contains(direct->uid))
            continue;
        OwnerReference owner = *direct;
        if (owner.kind == "ReplicaSet") { // a deployment's sets together are what it wants
            const auto resource = kinds.find(owner.apiVersion, owner.kind);
            const auto set = resource ? client.get(*resource, pod->metadata.namespace_, owner.name)
                                      : std::unexpected(unknown("replica sets are not served"));
            if (!set)
                return std::unexpected(set.error());
            if (const auto above = controllerIn(*set); above && above->kind == "Deployment")
                owner = *above;
        }
        const auto resource = kinds.find(owner.apiVersion, owner.kind);
        const auto count =
            resource ? scaleOf(owner, pod->metadata.namespace_, client, *resource)
                     : std::unexpected(unknown(std::format("{} does not implement the scale subresource", owner.kind)));
        if (!count)
            return std::unexpected(count.error());
        wanted[owner.uid] = *count;
        if (owner.uid != direct->uid)
            wanted[direct->uid] = 0; // asked already
    }
    int total = 0;
    for (const auto& [uid, count] : wanted)
        total += count;
    return total;
}

} // namespace slipway::controllers
