#include "cluster/controllers/garbage_collector.h"

#include "cluster/api/schema.h"
#include "cluster/base/log.h"

#include <algorithm>
#include <array>

namespace slipway::controllers {

using api::Json;
using api::JsonObject;
using api::stringAt;

/// Feeds the graph with one resource's objects.
class GarbageCollector::Watcher : public client::ReflectorSink {
public:
    Watcher(GarbageCollector& collector, client::ResourceRef resource)
        : collector_(collector)
        , resource_(resource)
        , reflector_(collector.client_, std::move(resource), {}, {}, *this) {}

    void start() { reflector_.start(); }

    bool waitForSync(std::chrono::milliseconds timeout) {
        std::unique_lock lock(mutex_);
        return synced_.wait_for(lock, timeout, [&] { return ready_; });
    }

private:
    void replace(std::vector<std::shared_ptr<const Json>> objects) override {
        std::map<std::string, std::shared_ptr<const Json>> fresh;
        for (const auto& object : objects)
            fresh.emplace(stringAt(*object, {"metadata", "uid"}), object);
        for (const auto& [uid, object] : seen_)
            if (!fresh.contains(uid))
                collector_.observe(resource_, *object, true);
        for (const auto& [uid, object] : fresh)
            collector_.observe(resource_, *object, false);
        seen_.clear();
        for (const auto& [uid, object] : fresh)
            seen_.emplace(uid, slim(*object));
        {
            std::lock_guard lock(mutex_);
            ready_ = true;
        }
        synced_.notify_all();
    }

    void apply(std::vector<client::Change> changes) override {
        for (const client::Change& change : changes) {
            const std::string uid(stringAt(*change.object, {"metadata", "uid"}));
            const bool deleted = change.kind == client::ChangeKind::deleted;
            collector_.observe(resource_, *change.object, deleted);
            if (deleted)
                seen_.erase(uid);
            else
                seen_[uid] = slim(*change.object);
        }
    }

    void freshness(client::Freshness, const std::string&) override {}

    static std::shared_ptr<const Json> slim(const Json& object) {
        return std::make_shared<const Json>(
            JsonObject{{"metadata", JsonObject{{"uid", stringAt(object, {"metadata", "uid"})}}}});
    }

    GarbageCollector& collector_;
    const client::ResourceRef resource_;
    std::map<std::string, std::shared_ptr<const Json>> seen_; ///< by uid, this thread only
    std::mutex mutex_;
    std::condition_variable synced_;
    bool ready_ = false;
    client::Reflector reflector_;
};

namespace {

/// The resources that own or are owned in a cluster of built-in kinds. Events come and go too fast to be worth it.
bool isTracked(const api::Resource& resource) {
    static constexpr std::array<std::string_view, 17> names{"pods",
                                                            "replicationcontrollers",
                                                            "services",
                                                            "configmaps",
                                                            "secrets",
                                                            "serviceaccounts",
                                                            "persistentvolumeclaims",
                                                            "endpointslices",
                                                            "deployments",
                                                            "replicasets",
                                                            "statefulsets",
                                                            "daemonsets",
                                                            "controllerrevisions",
                                                            "jobs",
                                                            "cronjobs",
                                                            "ingresses",
                                                            "nodes"};
    return std::ranges::find(names, resource.name) != names.end() && resource.hasVerb("watch");
}

} // namespace

GarbageCollector::GarbageCollector(std::shared_ptr<const client::Client> client)
    : client_(std::move(client))
    , controller_("garbage-collector", [this](const std::string& uid) { return sync(uid); }) {
    for (const api::Resource& resource : api::builtInResources())
        if (isTracked(resource))
            watchers_.push_back(std::make_unique<Watcher>(
                *this,
                client::ResourceRef{std::string(resource.group), std::string(resource.version),
                                    std::string(resource.name), std::string(resource.kind), resource.namespaced}));
}

GarbageCollector::~GarbageCollector() {
    stop();
}

void GarbageCollector::start() {
    for (const auto& watcher : watchers_)
        watcher->start();
    for (const auto& watcher : watchers_)
        if (!watcher->waitForSync(std::chrono::seconds(30)))
            base::warn("garbage-collector", "a resource could not be listed yet");
    controller_.start();
}

void GarbageCollector::stop() {
    watchers_.clear();
    controller_.stop();
}

void GarbageCollector::observe(const client::ResourceRef& resource, const Json& object, bool deleted) {
    const std::string uid(stringAt(object, {"metadata", "uid"}));
    std::lock_guard lock(mutex_);
    if (const auto old = nodes_.find(uid); old != nodes_.end())
        for (const Owner& owner : old->second.owners) {
            dependents_[owner.uid].erase(uid);
            controller_.enqueue(owner.uid); // one that is being deleted may have waited for this
        }
    if (deleted) {
        nodes_.erase(uid);
        if (const auto found = dependents_.find(uid); found != dependents_.end()) {
            for (const std::string& dependent : found->second)
                controller_.enqueue(dependent);
            if (found->second.empty())
                dependents_.erase(found);
        }
        return;
    }
    Node node{resource,
              std::string(stringAt(object, {"metadata", "namespace"})),
              std::string(stringAt(object, {"metadata", "name"})),
              {},
              {},
              !stringAt(object, {"metadata", "deletionTimestamp"}).empty()};
    if (const Json* owners = api::find(object, {"metadata", "ownerReferences"});
        owners != nullptr && owners->is_array())
        for (const Json& owner : owners->get_array())
            if (owner.is_object())
                node.owners.push_back(
                    {std::string(stringAt(owner, {"uid"})), api::boolAt(owner.get_object(), {"blockOwnerDeletion"})});
    if (const Json* finalizers = api::find(object, {"metadata", "finalizers"});
        finalizers != nullptr && finalizers->is_array())
        for (const Json& finalizer : finalizers->get_array())
            if (finalizer.is_string())
                node.finalizers.emplace(api::view(finalizer.get_string()));
    for (const Owner& owner : node.owners)
        dependents_[owner.uid].insert(uid);
    if (!node.owners.empty() || node.deleting)
        controller_.enqueue(uid);
    nodes_[uid] = std::move(node);
}

bool GarbageCollector::ownerExists(const std::string& uid) const {
    std::lock_guard lock(mutex_);
    return nodes_.contains(uid);
}

std::vector<std::pair<std::string, GarbageCollector::Node>>
GarbageCollector::dependentsOf(const std::string& uid) const {
    std::lock_guard lock(mutex_);
    std::vector<std::pair<std::string, Node>> found;
    if (const auto list = dependents_.find(uid); list != dependents_.end())
        for (const std::string& dependent : list->second)
            if (const auto node = nodes_.find(dependent); node != nodes_.end())
                found.emplace_back(dependent, node->second);
    return found;
}

client::Result<SyncResult> GarbageCollector::sync(const std::string& uid) {
    Node node;
    {
        std::lock_guard lock(mutex_);
        const auto found = nodes_.find(uid);
        if (found == nodes_.end())
            return SyncResult{};
        node = found->second;
    }
    if (node.deleting && node.finalizers.contains("orphan"))
        return orphanDependents(uid, node);
    if (node.deleting && node.finalizers.contains("foregroundDeletion"))
        return finishForeground(uid, node);
    if (!node.deleting && !node.owners.empty())
        return collect(uid, node);
    return SyncResult{};
}

client::Result<SyncResult> GarbageCollector::collect(const std::string& uid, const Node& node) {
    for (const Owner& owner : node.owners)
        if (ownerExists(owner.uid))
            return SyncResult{};
    // Before the last word is spoken the object is looked at itself: the graph may be a moment behind.
    const auto live = client_->get(node.resource, node.ns, node.name);
    if (!live)
        return live.error().kind == client::Errc::notFound ? client::Result<SyncResult>(SyncResult{})
                                                           : std::unexpected(live.error());
    if (stringAt(*live, {"metadata", "uid"}) != uid)
        return SyncResult{};
    const Json* owners = api::find(*live, {"metadata", "ownerReferences"});
    if (owners == nullptr || !owners->is_array() || owners->get_array().empty())
        return SyncResult{};
    for (const Json& owner : owners->get_array()) {
        const std::string apiVersion(stringAt(owner, {"apiVersion"})), kind(stringAt(owner, {"kind"}));
        const std::size_t slash = apiVersion.find('/');
        const api::Resource* resource =
            slash == std::string::npos ? api::findKind("", apiVersion, kind)
                                       : api::findKind(apiVersion.substr(0, slash), apiVersion.substr(slash + 1), kind);
        if (resource == nullptr)
            return SyncResult{}; // a kind that is not known cannot be said to be gone
        const client::ResourceRef reference{std::string(resource->group), std::string(resource->version),
                                            std::string(resource->name), kind, resource->namespaced};
        const auto found = client_->get(reference, node.ns, stringAt(owner, {"name"}));
        if (found && stringAt(*found, {"metadata", "uid"}) == stringAt(owner, {"uid"}))
            return SyncResult{};
        if (!found && found.error().kind != client::Errc::notFound)
            return std::unexpected(found.error());
    }
    client::DeleteOptions options;
    options.uid = uid;
    options.propagationPolicy = "Background";
    const auto gone = client_->remove(node.resource, node.ns, node.name, options);
    if (!gone && gone.error().kind != client::Errc::notFound)
        return std::unexpected(gone.error());
    return SyncResult{};
}

client::Result<SyncResult> GarbageCollector::finishForeground(const std::string& uid, const Node& node) {
    bool waiting = false;
    for (const auto& [dependentUid, dependent] : dependentsOf(uid)) {
        const auto own = std::ranges::find(dependent.owners, uid, &Owner::uid);
        waiting = waiting || (own != dependent.owners.end() && own->blocks);
        const bool otherOwners = std::ranges::any_of(
            dependent.owners, [&](const Owner& owner) { return owner.uid != uid && ownerExists(owner.uid); });
        if (dependent.deleting || otherOwners)
            continue;
        client::DeleteOptions options;
        options.uid = dependentUid;
        options.propagationPolicy = "Foreground";
        const auto gone = client_->remove(dependent.resource, dependent.ns, dependent.name, options);
        if (!gone && gone.error().kind != client::Errc::notFound)
            return std::unexpected(gone.error());
    }
    if (waiting)
        return SyncResult{};
    const auto dropped = dropFinalizer(uid, node, "foregroundDeletion");
    return dropped ? client::Result<SyncResult>(SyncResult{}) : std::unexpected(dropped.error());
}

client::Result<SyncResult> GarbageCollector::orphanDependents(const std::string& uid, const Node& node) {
    for (const auto& [dependentUid, dependent] : dependentsOf(uid)) {
        const JsonObject patch{
            {"metadata",
             JsonObject{{"uid", dependentUid},
                        {"ownerReferences", api::JsonArray{JsonObject{{"$patch", "delete"}, {"uid", uid}}}}}}};
        const auto done =
            client_->patch(dependent.resource, dependent.ns, dependent.name, client::PatchKind::strategicMerge, patch);
        if (!done && done.error().kind != client::Errc::notFound)
            return std::unexpected(done.error());
    }
    const auto dropped = dropFinalizer(uid, node, "orphan");
    return dropped ? client::Result<SyncResult>(SyncResult{}) : std::unexpected(dropped.error());
}

client::Result<void> GarbageCollector::dropFinalizer(const std::string& uid, const Node& node,
                                                     std::string_view finalizer) {
    const JsonObject patch{
        {"metadata", JsonObject{{"uid", uid}, {"$deleteFromPrimitiveList/finalizers", api::JsonArray{finalizer}}}}};
    const auto done = client_->patch(node.resource, node.ns, node.name, client::PatchKind::strategicMerge, patch);
    return done || done.error().kind == client::Errc::notFound ? client::Result<void>() : std::unexpected(done.error());
}

} // namespace slipway::controllers
