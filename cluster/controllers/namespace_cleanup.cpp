#include "cluster/controllers/namespace_cleanup.h"

#include "cluster/api/schema.h"

#include <algorithm>

namespace slipway::controllers {

NamespaceController::NamespaceController(Informers& informers, std::shared_ptr<const client::Client> client)
    : informers_(informers)
    , client_(std::move(client))
    , controller_("namespace", [this](const std::string& key) { return sync(key); }) {
    informers_.namespaces.onChange([this](const auto&, const auto& after) {
        if (after && !after->metadata.deletionTimestamp.empty())
            controller_.enqueue(after->metadata.name);
    });
}

/// Deletes everything in the namespace; the number of objects that are still there.
client::Result<std::size_t> NamespaceController::emptyOut(const std::string& ns) {
    std::size_t left = 0;
    for (const api::Resource& resource : api::builtInResources()) {
        if (!resource.namespaced || !resource.hasVerb("deletecollection") || !resource.hasVerb("list") ||
            resource.group == "events.k8s.io")
            continue;
        const client::ResourceRef reference{std::string(resource.group), std::string(resource.version),
                                            std::string(resource.name), std::string(resource.kind), true};
        const auto listed = client_->list(reference, ns);
        if (!listed)
            return std::unexpected(listed.error());
        left += listed->items.size();
        for (const api::Json& item : listed->items) {
            client::DeleteOptions options;
            options.propagationPolicy = "Background";
            const auto gone = client_->remove(reference, ns, api::stringAt(item, {"metadata", "name"}), options);
            if (!gone && gone.error().kind != client::Errc::notFound && gone.error().kind != client::Errc::conflict)
                return std::unexpected(gone.error());
        }
    }
    return left;
}

client::Result<SyncResult> NamespaceController::sync(const std::string& key) {
    const auto ns = informers_.namespaces.getKey(key);
    if (!ns || ns->metadata.deletionTimestamp.empty() || !ns->spec || ns->spec->finalizers.empty())
        return SyncResult{};
    const auto left = emptyOut(key);
    if (!left)
        return std::unexpected(left.error());
    if (*left > 0)
        return SyncResult{std::chrono::milliseconds(200)}; // pods take their grace period
    api::core_v1::Namespace next = *ns;
    std::erase(next.spec->finalizers, "kubernetes");
    const auto finalized = client_->update(next, "finalize");
    if (!finalized && finalized.error().kind != client::Errc::notFound)
        return std::unexpected(finalized.error());
    return SyncResult{};
}

} // namespace slipway::controllers
