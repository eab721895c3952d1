#include "cluster/controllers/daemon_set/daemon_set.h"

#include "cluster/controllers/daemon_set/daemon_set_plan.h"
#include "cluster/controllers/workload/revisions.h"

#include <algorithm>

namespace slipway::controllers {

using api::apps_v1::DaemonSet;
using api::core_v1::Node;
using api::core_v1::Pod;
using client::objectKey;

namespace {

/// Whether a node changed in a way that decides where daemon pods run.
bool concernsPlacement(const Node& before, const Node& after) {
    const auto taints = [](const Node& node) { return node.spec ? node.spec->taints : decltype(node.spec->taints){}; };
    return before.metadata.labels != after.metadata.labels || taints(before) != taints(after);
}

class DaemonSetController : public Reconciler {
public:
    explicit DaemonSetController(const Context& context)
        : Reconciler(context, 2)
        , pods_(context, events_, "apps/v1", "DaemonSet", [this](const std::string& key) { enqueue(key); }) {
        watch<DaemonSet>();
        caches_.of<api::apps_v1::ControllerRevision>();
        watch<Node>([this](const auto& before, const auto& after) {
            if (before && after && !concernsPlacement(*before, *after))
                return;
            for (const auto& set : caches_.of<DaemonSet>().list())
                enqueue(objectKey(set->metadata.namespace_, set->metadata.name));
        });
        pods_.onOrphan([this](const Pod& pod) {
            for (const auto& set : caches_.of<DaemonSet>().list(pod.metadata.namespace_))
                if (set->spec && api::matches(set->spec->selector, pod.metadata.labels))
                    enqueue(objectKey(set->metadata.namespace_, set->metadata.name));
        });
    }

private:
    client::Result<SyncResult> sync(const std::string& key) override {
        const auto set = caches_.of<DaemonSet>().getKey(key);
        if (!set || !set->spec) {
            pods_.forget(key);
            return SyncResult{};
        }
        const bool settled = pods_.settled(key); // asked before the pods are: they may only be newer
        auto claimed = pods_.claim(*set, set->spec->selector);
        if (!claimed)
            return std::unexpected(claimed.error());
        Revisions revisions(caches_, *client_, "apps/v1", "DaemonSet", set->metadata);
        const auto update = revisions.record(set->spec->template_, set->status ? set->status->collisionCount : 0);
        if (!update)
            return std::unexpected(update.error());
        const auto label = (*update)->metadata.labels.find(revisionLabel);
        const std::string hash = label == (*update)->metadata.labels.end() ? "" : label->second;
        const DaemonPlan plan =
            planDaemonSet({*set, *claimed, caches_.of<Node>().list(), hash}, std::chrono::system_clock::now());
        client::Result<void> done{};
        if (settled)
            done = carryOut(*set, plan, hash);
        if (auto written = writeStatusIfChanged(*set, plan.status); !written)
            return std::unexpected(written.error());
        if (!done)
            return std::unexpected(done.error());
        std::set<std::string> live{(*update)->metadata.name};
        for (const RevisionPtr& revision : revisions.all())
            if (std::ranges::any_of(*claimed, [&](const PodPtr& pod) { return isOf(*pod, *revision); }))
                live.insert(revision->metadata.name);
        if (auto pruned = revisions.prune(live, set->spec->revisionHistoryLimit.value_or(10)); !pruned)
            return std::unexpected(pruned.error());
        return SyncResult{plan.wait.count() > 0 ? std::optional(plan.wait) : std::nullopt};
    }

    static bool isOf(const Pod& pod, const api::apps_v1::ControllerRevision& revision) {
        const auto own = pod.metadata.labels.find(revisionLabel), its = revision.metadata.labels.find(revisionLabel);
        return own != pod.metadata.labels.end() && its != revision.metadata.labels.end() && own->second == its->second;
    }

    client::Result<void> carryOut(const DaemonSet& set, const DaemonPlan& plan, const std::string& hash) {
        const auto owner = client::EventRecorder::referenceTo(set);
        for (const PodPtr& pod : plan.remove) {
            if (pod->status && pod->status->phase == "Failed")
                events_.record(owner, "Warning", "FailedDaemonPod",
                               "Found failed daemon pod " + pod->metadata.namespace_ + "/" + pod->metadata.name +
                                   " on node " + nodeOf(*pod) + ", will try to kill it");
        }
        if (auto done = pods_.removeMany(owner, plan.remove); !done)
            return done;
        return pods_.createMany(owner, plan.create.size(), [&](std::size_t i) {
            Pod pod = podFromTemplate(set.spec->template_);
            pod.metadata.generateName = set.metadata.name + "-";
            pod.metadata.labels[revisionLabel] = hash;
            if (!pod.spec)
                pod.spec.emplace();
            addDaemonTolerations(*pod.spec);
            pinToNode(*pod.spec, plan.create[i]);
            return pod;
        });
    }

    OwnedPods pods_;
};

} // namespace

std::unique_ptr<Reconciler> makeDaemonSetController(const Context& context) {
    return std::make_unique<DaemonSetController>(context);
}

} // namespace slipway::controllers
