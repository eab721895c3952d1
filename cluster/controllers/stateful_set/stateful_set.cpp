#include "cluster/controllers/stateful_set/stateful_set.h"

#include "cluster/controllers/stateful_set/stateful_set_plan.h"
#include "cluster/controllers/workload/object_edit.h"
#include "cluster/controllers/workload/revisions.h"

#include <algorithm>
#include <format>

namespace slipway::controllers {

using api::apps_v1::StatefulSet;
using api::core_v1::PersistentVolumeClaim;
using api::core_v1::Pod;
using client::objectKey;

namespace {

std::string claimName(const StatefulSet& set, const PersistentVolumeClaim& claim, int ordinal) {
    return std::format("{}-{}-{}", claim.metadata.name, set.metadata.name, ordinal);
}

/// The pod's volumes of the claims' names are its own claims.
void mountClaims(const StatefulSet& set, Pod& pod, int ordinal) {
    for (const PersistentVolumeClaim& claim : set.spec->volumeClaimTemplates) {
        api::core_v1::Volume volume;
        volume.name = claim.metadata.name;
        volume.persistentVolumeClaim.emplace();
        volume.persistentVolumeClaim->claimName = claimName(set, claim, ordinal);
        std::erase_if(pod.spec->volumes, [&](const auto& other) { return other.name == volume.name; });
        pod.spec->volumes.push_back(std::move(volume));
    }
}

Pod makePod(const StatefulSet& set, const api::core_v1::PodTemplateSpec& podTemplate, const std::string& revision,
            int ordinal) {
    Pod pod = podFromTemplate(podTemplate);
    pod.metadata.name = std::format("{}-{}", set.metadata.name, ordinal);
    pod.metadata.labels[revisionLabel] = revision;
    pod.metadata.labels["statefulset.kubernetes.io/pod-name"] = pod.metadata.name;
    pod.metadata.labels["apps.kubernetes.io/pod-index"] = std::to_string(ordinal);
    if (!pod.spec)
        pod.spec.emplace();
    pod.spec->hostname = pod.metadata.name;
    pod.spec->subdomain = set.spec->serviceName;
    mountClaims(set, pod, ordinal);
    return pod;
}

class StatefulSetController : public Reconciler {
public:
    explicit StatefulSetController(const Context& context)
        : Reconciler(context, 2)
        , pods_(context, events_, "apps/v1", "StatefulSet", [this](const std::string& key) { enqueue(key); }) {
        pods_.speakOfSets();
        watch<StatefulSet>();
        caches_.of<api::apps_v1::ControllerRevision>();
        caches_.of<PersistentVolumeClaim>();
        pods_.onOrphan([this](const Pod& pod) {
            for (const auto& set : caches_.of<StatefulSet>().list(pod.metadata.namespace_))
                if (set->spec && api::matches(set->spec->selector, pod.metadata.labels))
                    enqueue(objectKey(set->metadata.namespace_, set->metadata.name));
        });
    }

private:
    client::Result<SyncResult> sync(const std::string& key) override {
        const auto set = caches_.of<StatefulSet>().getKey(key);
        if (!set || !set->spec) {
            pods_.forget(key);
            return SyncResult{};
        }
        if (!pods_.settled(key))
            return SyncResult{std::chrono::seconds(1)}; // a second pod of a name would be refused, but why ask
        auto claimed = pods_.claim(*set, set->spec->selector);
        if (!claimed)
            return std::unexpected(claimed.error());
        std::erase_if(*claimed, [&](const PodPtr& pod) { return !ordinalOf(set->metadata.name, pod->metadata.name); });
        Revisions revisions(caches_, *client_, "apps/v1", "StatefulSet", set->metadata);
        const auto update = revisions.record(set->spec->template_, set->status ? set->status->collisionCount : 0);
        if (!update)
            return std::unexpected(update.error());
        RevisionPtr current = set->status ? revisions.named(set->status->currentRevision) : nullptr;
        if (!current)
            current = *update;
        const StatefulState state{*set, *claimed, current->metadata.name, (*update)->metadata.name};
        const auto now = std::chrono::system_clock::now();
        const StatefulPlan plan = planStatefulSet(state, now);
        const auto done = carryOut(*set, plan, *current, **update);
        if (auto kept = keepClaims(*set, *claimed); !kept)
            return std::unexpected(kept.error());
        if (auto written = writeStatusIfChanged(*set, statefulSetStatus(state, now)); !written)
            return std::unexpected(written.error());
        if (!done)
            return std::unexpected(done.error());
        if (auto pruned = prune(*set, revisions, state); !pruned)
            return std::unexpected(pruned.error());
        return SyncResult{plan.wait.count() > 0 ? std::optional(plan.wait) : std::nullopt};
    }

    client::Result<void> carryOut(const StatefulSet& set, const StatefulPlan& plan,
                                  const api::apps_v1::ControllerRevision& current,
                                  const api::apps_v1::ControllerRevision& update) {
        const auto owner = client::EventRecorder::referenceTo(set);
        for (const PodPtr& pod : plan.remove)
            if (auto done = pods_.remove(owner, *pod); !done)
                return done;
        for (const auto& [ordinal, fromCurrent] : plan.create) {
            const auto& revision = fromCurrent ? current : update;
            if (auto done = makeClaims(set, ordinal); !done)
                return done;
            auto made = pods_.create(owner, makePod(set, templateOf(revision), revision.metadata.name, ordinal));
            if (!made && made.error().kind != client::Errc::alreadyExists)
                return made;
        }
        return {};
    }

    client::Result<void> makeClaims(const StatefulSet& set, int ordinal) {
        for (std::size_t i = 0; i < set.spec->volumeClaimTemplates.size(); ++i) {
            const std::string name = claimName(set, set.spec->volumeClaimTemplates[i], ordinal);
            if (caches_.of<PersistentVolumeClaim>().get(set.metadata.namespace_, name))
                continue;
            const auto made = makeClaim(set, i, name);
            if (!made && made.error().kind == client::Errc::alreadyExists)
                continue;
            const std::string pod = std::format("{}-{}", set.metadata.name, ordinal);
            events_.record(client::EventRecorder::referenceTo(set), made ? "Normal" : "Warning",
                           made ? "SuccessfulCreate" : "FailedCreate",
                           std::format("create Claim {} Pod {} in StatefulSet {} {}", name, pod, set.metadata.name,
                                       made ? "success" : "failed error: " + made.error().message));
            if (!made)
                return std::unexpected(made.error());
        }
        return {};
    }

    /// From the template as it was written: an empty class name says something else than none.
    client::Result<api::Json> makeClaim(const StatefulSet& set, std::size_t index, const std::string& name) const {
        const auto live = client_->get(client::resourceOf<StatefulSet>(), set.metadata.namespace_, set.metadata.name);
        if (!live)
            return live;
        const api::Json* templates = api::find(*live, {"spec", "volumeClaimTemplates"});
        if (templates == nullptr || !templates->is_array() || templates->get_array().size() <= index)
            return std::unexpected(client::Error{client::Errc::conflict, 0, "", "the set has changed", {}});
        api::JsonObject claim = templates->get_array()[index].get_object();
        claim.erase("status");
        claim["apiVersion"] = "v1";
        claim["kind"] = "PersistentVolumeClaim";
        api::JsonObject& metadata = api::objectAt(claim, {"metadata"});
        metadata["name"] = name;
        metadata["namespace"] = set.metadata.namespace_;
        metadata.erase("creationTimestamp");
        for (const auto& [label, value] : set.spec->selector.matchLabels)
            api::objectAt(claim, {"metadata", "labels"})[label] = value;
        return client_->create(client::resourceOf<PersistentVolumeClaim>(), set.metadata.namespace_, claim);
    }

    /// Claims go with the set, or with the pods it no longer wants, when its retention policy says Delete (KEP-1847).
    client::Result<void> keepClaims(const StatefulSet& set, const std::vector<PodPtr>& pods) {
        const auto& policy = set.spec->persistentVolumeClaimRetentionPolicy;
        if (!policy || set.spec->volumeClaimTemplates.empty())
            return {};
        const int start = set.spec->ordinals ? set.spec->ordinals->start.value_or(0) : 0;
        const int end = start + set.spec->replicas.value_or(1);
        for (const PodPtr& pod : pods) {
            const int ordinal = *ordinalOf(set.metadata.name, pod->metadata.name);
            std::vector<api::meta_v1::OwnerReference> owners;
            if (policy->whenDeleted == "Delete")
                owners.push_back(plainReference("apps/v1", "StatefulSet", set.metadata));
            if (policy->whenScaled == "Delete" && (ordinal < start || ordinal >= end))
                owners.push_back(plainReference("v1", "Pod", pod->metadata));
            for (const PersistentVolumeClaim& wanted : set.spec->volumeClaimTemplates)
                if (auto done = setOwners(set, claimName(set, wanted, ordinal), owners); !done)
                    return done;
        }
        return {};
    }

    static api::meta_v1::OwnerReference plainReference(const char* apiVersion, const char* kind,
                                                       const api::meta_v1::ObjectMeta& owner) {
        api::meta_v1::OwnerReference reference = makeControllerReference(apiVersion, kind, owner);
        reference.controller.reset();
        reference.blockOwnerDeletion.reset();
        return reference;
    }

    client::Result<void> setOwners(const StatefulSet& set, const std::string& name,
                                   const std::vector<api::meta_v1::OwnerReference>& owners) {
        const auto claim = caches_.of<PersistentVolumeClaim>().get(set.metadata.namespace_, name);
        if (!claim || claim->metadata.ownerReferences == owners)
            return {};
        return editObject(*client_, client::resourceOf<PersistentVolumeClaim>(), set.metadata.namespace_, name,
                          claim->metadata.uid, [&](api::JsonObject& object) {
                              api::JsonArray list;
                              for (const auto& owner : owners)
                                  list.emplace_back(api::toJson(owner));
                              api::objectAt(object, {"metadata"})["ownerReferences"] = std::move(list);
                          });
    }

    client::Result<void> prune(const StatefulSet& set, const Revisions& revisions, const StatefulState& state) {
        std::set<std::string> live{state.currentRevision, state.updateRevision};
        for (const PodPtr& pod : state.pods)
            if (const auto label = pod->metadata.labels.find(revisionLabel); label != pod->metadata.labels.end())
                live.insert(label->second);
        return revisions.prune(live, set.spec->revisionHistoryLimit.value_or(10));
    }

    OwnedPods pods_;
};

} // namespace

std::unique_ptr<Reconciler> makeStatefulSetController(const Context& context) {
    return std::make_unique<StatefulSetController>(context);
}

} // namespace slipway::controllers
