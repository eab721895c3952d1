#include "cluster/controllers/garbage_collector/garbage_collector.h"

#include "cluster/controllers/garbage_collector/collection_plan.h"

#include <algorithm>

namespace slipway::controllers {

using api::Json;
using api::JsonArray;
using api::JsonObject;
using api::stringAt;
using api::meta_v1::OwnerReference;
using GraphNode = OwnershipGraph::Node;
using Dependents = std::vector<std::pair<std::string, GraphNode>>;

namespace {

/// An object as the server has it at this moment.
struct Live {
    api::meta_v1::ObjectMeta metadata;
};

class GarbageCollector : public Reconciler {
public:
    explicit GarbageCollector(const Context& context) : Reconciler(context, 4), kinds_(context.metadata) {
        context.metadata.onChange(
            [this](const client::ResourceRef& resource, const api::meta_v1::ObjectMeta& metadata, bool deleted) {
                for (const std::string& uid : deleted ? graph_.erase(metadata.uid) : graph_.put(resource, metadata))
                    enqueue(uid);
            });
    }

private:
    client::Result<SyncResult> sync(const std::string& uid) override {
        const auto node = graph_.find(uid);
        if (!node)
            return SyncResult{};
        client::Result<void> done;
        if (node->orphaning)
            done = orphanDependents(uid, *node);
        else if (node->foreground)
            done = finishForeground(uid, *node);
        else if (!node->deleting && !node->owners.empty())
            done = collect(uid, *node);
        return done ? client::Result<SyncResult>(SyncResult{}) : std::unexpected(done.error());
    }

    /// The object as it is now: the graph may be a moment behind. Nothing when it is gone or another has its name.
    client::Result<std::optional<Live>> look(const std::string& uid, const GraphNode& node) const {
        const auto json = client_->getJson(node.resource.path(node.ns, node.name), client::partialMetadata);
        if (!json)
            return json.error().kind == client::Errc::notFound ? client::Result<std::optional<Live>>(std::nullopt)
                                                               : std::unexpected(json.error());
        const Json* part = api::find(*json, {"metadata"});
        auto metadata =
            part != nullptr ? api::fromJson<api::meta_v1::ObjectMeta>(*part) : std::unexpected(api::DecodeError());
        if (!metadata || metadata->uid != uid)
            return std::nullopt;
        return Live{std::move(*metadata)};
    }

    client::Result<void> collect(const std::string& uid, GraphNode node) {
        auto live = look(uid, node);
        if (!live)
            return std::unexpected(live.error());
        if (!*live)
            return {};
        node.owners = (*live)->metadata.ownerReferences;
        std::vector<OwnerState> states;
        for (const OwnerReference& owner : node.owners) {
            const auto state = stateOf(owner, node.ns);
            if (!state)
                return std::unexpected(state.error());
            states.push_back(*state);
        }
        const Dependents dependents = graph_.dependentsOf(uid);
        const CollectionPlan plan = planCollection(node, states, (*live)->metadata.finalizers, dependents);
        if (plan.action == CollectionPlan::Action::keep)
            return {};
        if (plan.action == CollectionPlan::Action::dropOwners)
            return writeOwners(node, (*live)->metadata, [&](OwnerReferences& owners) {
                std::erase_if(owners, [&](const OwnerReference& owner) {
                    return std::ranges::find(plan.drop, owner.uid) != plan.drop.end();
                });
            });
        if (plan.unblock) {
            auto done = writeOwners(node, (*live)->metadata, [](OwnerReferences& owners) {
                for (OwnerReference& owner : owners)
                    owner.blockOwnerDeletion = false;
            });
            if (!done)
                return done;
        }
        return remove(uid, node, plan.propagation);
    }

    /// An owner the graph does not know is asked for: it may be of a kind that is not followed, or be new.
    client::Result<OwnerState> stateOf(const OwnerReference& owner, const std::string& ns) const {
        if (const auto known = graph_.find(owner.uid); known && (known->ns == ns || known->ns.empty()))
            return known->foreground ? OwnerState::waiting : OwnerState::present;
        const auto resource = kinds_.find(owner.apiVersion, owner.kind);
        if (!resource) // a kind that is not known cannot be said to be gone
            return OwnerState::present;
        if (resource->namespaced && ns.empty())
            return OwnerState::present; // a reference that can never be resolved
        const auto found = client_->getJson(resource->path(ns, owner.name), client::partialMetadata);
        if (found)
            return stringAt(*found, {"metadata", "uid"}) == owner.uid ? OwnerState::present : OwnerState::absent;
        if (found.error().kind == client::Errc::notFound)
            return OwnerState::absent;
        return std::unexpected(found.error());
    }

    client::Result<void> finishForeground(const std::string& uid, const GraphNode& node) {
        bool blocked = false;
        for (const auto& [dependentUid, dependent] : graph_.dependentsOf(uid)) {
            const OwnerReference* reference = referenceTo(dependent, uid);
            blocked = blocked || (reference != nullptr && reference->blockOwnerDeletion.value_or(false));
            if (!dependent.deleting)
                enqueue(dependentUid);
        }
        return blocked ? client::Result<void>() : dropFinalizer(uid, node, "foregroundDeletion");
    }

    client::Result<void> orphanDependents(const std::string& uid, const GraphNode& node) {
        for (const auto& [dependentUid, dependent] : graph_.dependentsOf(uid)) {
            const auto live = look(dependentUid, dependent);
            if (!live)
                return std::unexpected(live.error());
            if (!*live)
                continue;
            auto done = writeOwners(dependent, (*live)->metadata, [&](OwnerReferences& owners) {
                std::erase_if(owners, [&](const OwnerReference& owner) { return owner.uid == uid; });
            });
            if (!done)
                return done;
        }
        return dropFinalizer(uid, node, "orphan");
    }

    using OwnerReferences = std::vector<OwnerReference>;

    client::Result<void> writeOwners(const GraphNode& node, const api::meta_v1::ObjectMeta& metadata,
                                     const std::function<void(OwnerReferences&)>& change) {
        OwnerReferences changed = metadata.ownerReferences;
        change(changed);
        JsonArray owners;
        for (const OwnerReference& owner : changed)
            owners.emplace_back(api::toJson(owner));
        return patchMetadata(node, metadata, {{"ownerReferences", owners}});
    }

    client::Result<void> dropFinalizer(const std::string& uid, const GraphNode& node, const std::string& finalizer) {
        const auto live = look(uid, node);
        if (!live)
            return std::unexpected(live.error());
        if (!*live)
            return {};
        JsonArray finalizers;
        for (const std::string& present : (*live)->metadata.finalizers)
            if (present != finalizer)
                finalizers.emplace_back(present);
        return patchMetadata(node, (*live)->metadata, {{"finalizers", finalizers}});
    }

    client::Result<void> patchMetadata(const GraphNode& node, const api::meta_v1::ObjectMeta& seen,
                                       JsonObject changes) {
        changes["uid"] = seen.uid;
        changes["resourceVersion"] = seen.resourceVersion;
        return ignoreGone(client_->patch(node.resource, node.ns, node.name, client::PatchKind::merge,
                                         JsonObject{{"metadata", std::move(changes)}}));
    }

    client::Result<void> remove(const std::string& uid, const GraphNode& node, const std::string& propagation) {
        client::DeleteOptions options;
        options.uid = uid;
        options.propagationPolicy = propagation;
        const auto gone = client_->remove(node.resource, node.ns, node.name, options);
        if (!gone && gone.error().kind == client::Errc::conflict)
            return {}; // another object has that name now
        return ignoreGone(gone);
    }

    const MetadataWatch& kinds_;
    OwnershipGraph graph_;
};

} // namespace

std::unique_ptr<Reconciler> makeGarbageCollector(const Context& context) {
    return std::make_unique<GarbageCollector>(context);
}

} // namespace slipway::controllers
