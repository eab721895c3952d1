#include "cluster/controllers/namespace/namespace.h"

#include "cluster/base/time.h"

#include <algorithm>
#include <set>

namespace slipway::controllers {

using api::Json;
using api::core_v1::Namespace;
using client::ResourceRef;

namespace {

constexpr auto fallback = std::chrono::seconds(5); // a change that is missed costs no more

class NamespaceController : public Reconciler {
public:
    explicit NamespaceController(const Context& context) : Reconciler(context, 2), kinds_(context.metadata) {
        watch<Namespace>([this](const auto& before, const auto& after) {
            const bool ending = after && !after->metadata.deletionTimestamp.empty();
            const std::string& name = (after ? after : before)->metadata.name;
            {
                std::lock_guard lock(mutex_);
                if (ending)
                    ending_.insert(name);
                else
                    ending_.erase(name);
            }
            if (ending)
                enqueue(name);
        });
        // The end of an object may be what a namespace waits for.
        context.metadata.onChange([this](const ResourceRef&, const api::meta_v1::ObjectMeta& metadata, bool deleted) {
            if (!deleted || metadata.namespace_.empty())
                return;
            std::unique_lock lock(mutex_);
            if (!ending_.contains(metadata.namespace_))
                return;
            lock.unlock();
            enqueueAfter(metadata.namespace_, std::chrono::milliseconds(20)); // many end together
        });
    }

private:
    client::Result<SyncResult> sync(const std::string& key) override {
        const auto ns = caches_.of<Namespace>().getKey(key);
        if (!ns || ns->metadata.deletionTimestamp.empty() || !ns->spec)
            return SyncResult{};
        if (std::ranges::find(ns->spec->finalizers, "kubernetes") == ns->spec->finalizers.end())
            return SyncResult{};
        const NamespaceContent content = emptyOut(key);
        auto status = ns->status.value_or(api::core_v1::NamespaceStatus());
        status.phase = "Terminating";
        status.conditions = namespaceConditions(status.conditions, content, base::nowRfc3339());
        if (!content.empty()) {
            if (auto written = writeStatusIfChanged(*ns, status); !written)
                return std::unexpected(written.error());
            return SyncResult{fallback};
        }
        Namespace next = *ns;
        std::erase(next.spec->finalizers, "kubernetes");
        const auto finalized = ignoreGone(client_->update(next, "finalize"));
        return finalized ? client::Result<SyncResult>(SyncResult{}) : std::unexpected(finalized.error());
    }

    /// Deletes what is in the namespace, and tells what is left of it.
    NamespaceContent emptyOut(const std::string& ns) {
        NamespaceContent content;
        auto resources = kinds_.resources();
        std::erase_if(resources, [](const ResourceRef& resource) { return !resource.namespaced; });
        resources.push_back({"", "v1", "events", "Event", true});
        const auto pods = std::ranges::find_if(resources, [](const ResourceRef& resource) {
            return resource.group.empty() && resource.resource == "pods";
        });
        if (pods != resources.end()) {
            emptyOut(ns, *pods, content);
            if (!content.empty())
                return content; // what pods use stays until they are gone
        }
        for (const ResourceRef& resource : resources)
            emptyOut(ns, resource, content);
        return content;
    }

    void emptyOut(const std::string& ns, const ResourceRef& resource, NamespaceContent& content) {
        client::ListOptions options;
        options.metadataOnly = true;
        auto listed = client_->listAll(resource, ns, options);
        if (listed && std::ranges::any_of(listed->items, isLive)) {
            removeAll(ns, resource, listed->items, content);
            listed = client_->listAll(resource, ns, options);
        }
        if (!listed) {
            if (listed.error().kind != client::Errc::notFound)
                content.failure = listed.error().message;
            return;
        }
        for (const Json& item : listed->items) {
            ++content.remaining[resource.resource + "." + resource.group];
            if (const Json* finalizers = api::find(item, {"metadata", "finalizers"});
                finalizers != nullptr && finalizers->is_array())
                for (const Json& finalizer : finalizers->get_array())
                    if (finalizer.is_string())
                        ++content.finalizers[std::string(api::view(finalizer.get_string()))];
        }
    }

    static bool isLive(const Json& item) { return api::stringAt(item, {"metadata", "deletionTimestamp"}).empty(); }

    void removeAll(const std::string& ns, const ResourceRef& resource, const std::vector<Json>& items,
                   NamespaceContent& content) {
        std::mutex mutex;
        fanOut_.run(items.size(), [&](std::size_t i) {
            if (!isLive(items[i]))
                return;
            client::DeleteOptions options;
            options.propagationPolicy = "Background";
            const auto gone = client_->remove(resource, ns, api::stringAt(items[i], {"metadata", "name"}), options);
            if (gone || gone.error().kind == client::Errc::notFound || gone.error().kind == client::Errc::conflict)
                return;
            std::lock_guard lock(mutex);
            content.failure = gone.error().message;
        });
    }

    const MetadataWatch& kinds_;
    std::mutex mutex_;
    std::set<std::string> ending_; ///< namespaces being deleted
};

} // namespace

std::unique_ptr<Reconciler> makeNamespaceController(const Context& context) {
    return std::make_unique<NamespaceController>(context);
}

} // namespace slipway::controllers
