#include "cluster/controllers/replica_set/replica_set.h"

#include "cluster/base/time.h"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace slipway::controllers {

using api::apps_v1::ReplicaSet;
using api::core_v1::Pod;
using api::core_v1::PodTemplateSpec;
using api::core_v1::ReplicationController;
using client::objectKey;

namespace {

using base::Time;

/// What decides between two pods; the smaller goes first.
struct DeletionRank {
    bool assigned = false;
    int phase = 0;
    bool ready = false;
    long cost = 0;
    int alone = 0;    ///< minus the number of pods on its node
    int readyFor = 0; ///< order of magnitude of the time
    int restarts = 0; ///< minus the number
    int age = 0;      ///< order of magnitude of the time
    auto operator<=>(const DeletionRank&) const = default;
};

int magnitude(Time since, Time now) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now - since).count();
    return seconds <= 0 ? 0 : static_cast<int>(std::log2(static_cast<double>(seconds))) + 1;
}

DeletionRank rankOf(const Pod& pod, int onItsNode, Time now) {
    DeletionRank rank;
    rank.assigned = pod.spec && !pod.spec->nodeName.empty();
    const std::string phase = pod.status ? pod.status->phase : "";
    rank.phase = phase == "Pending" || phase.empty() ? 0 : phase == "Unknown" ? 1 : 2;
    rank.ready = isReady(pod);
    if (const auto cost = pod.metadata.annotations.find("controller.kubernetes.io/pod-deletion-cost");
        cost != pod.metadata.annotations.end())
        rank.cost = std::strtol(cost->second.c_str(), nullptr, 10);
    rank.alone = -onItsNode;
    if (rank.ready)
        if (const auto since = base::parseTime(condition(pod, "Ready")->lastTransitionTime))
            rank.readyFor = magnitude(*since, now);
    if (pod.status)
        for (const auto& container : pod.status->containerStatuses)
            rank.restarts = std::min(rank.restarts, -container.restartCount);
    if (const auto created = base::parseTime(pod.metadata.creationTimestamp))
        rank.age = magnitude(*created, now);
    return rank;
}

} // namespace

std::vector<PodPtr> podsToDelete(std::vector<PodPtr> pods, std::size_t surplus, const std::vector<PodPtr>& related,
                                 Time now) {
    if (surplus >= pods.size())
        return pods;
    std::map<std::string, int> perNode;
    for (const PodPtr& pod : related)
        if (pod->spec && isActive(*pod))
            ++perNode[pod->spec->nodeName];
    std::vector<std::tuple<DeletionRank, std::string, PodPtr>> ranked;
    for (const PodPtr& pod : pods)
        ranked.emplace_back(rankOf(*pod, pod->spec ? perNode[pod->spec->nodeName] : 0, now), pod->metadata.uid, pod);
    std::ranges::sort(ranked);
    pods.clear();
    for (std::size_t i = 0; i < surplus; ++i)
        pods.push_back(std::get<PodPtr>(ranked[i]));
    return pods;
}

namespace {

constexpr std::size_t largestBurst = 500; // pods made or deleted in one sync

/// What differs between the two kinds of set.
struct ReplicaSetKind {
    using Set = ReplicaSet;
    using Condition = api::apps_v1::ReplicaSetCondition;
    static constexpr const char *apiVersion = "apps/v1", *kind = "ReplicaSet";
};

struct ReplicationControllerKind {
    using Set = ReplicationController;
    using Condition = api::core_v1::ReplicationControllerCondition;
    static constexpr const char *apiVersion = "v1", *kind = "ReplicationController";
};

const PodTemplateSpec* templateOf(const ReplicaSet& set) {
    return set.spec->template_ ? &*set.spec->template_ : nullptr;
}
const PodTemplateSpec* templateOf(const ReplicationController& set) {
    return set.spec->template_ ? &*set.spec->template_ : nullptr;
}

bool meets(const api::meta_v1::LabelSelector& selector, const Labels& labels) {
    return api::matches(selector, labels);
}
bool meets(const Labels& selector, const Labels& labels) {
    return selects(selector, labels);
}

template <class Set>
auto statusOf(const Set& set, const std::vector<PodPtr>& active, std::chrono::system_clock::time_point now,
              std::chrono::milliseconds* wait) {
    typename decltype(set.status)::value_type status;
    if (set.status)
        status.conditions = set.status->conditions;
    int ready = 0, available = 0, labeled = 0;
    const int minReady = set.spec->minReadySeconds.value_or(0);
    const PodTemplateSpec* podTemplate = templateOf(set);
    std::chrono::milliseconds least(0);
    for (const PodPtr& pod : active) {
        const auto& wanted = podTemplate != nullptr ? podTemplate->metadata.labels : pod->metadata.labels;
        labeled += std::ranges::all_of(wanted, [&](const auto& label) {
            const auto found = pod->metadata.labels.find(label.first);
            return found != pod->metadata.labels.end() && found->second == label.second;
        });
        ready += isReady(*pod);
        std::chrono::milliseconds own(0);
        available += isAvailable(*pod, minReady, now, &own);
        if (own.count() > 0 && (least.count() == 0 || own < least))
            least = own; // the next pod to become available
    }
    if (wait != nullptr)
        *wait = least;
    status.replicas = static_cast<int>(active.size());
    const auto optional = [](int count) { return count == 0 ? std::nullopt : std::optional<std::int32_t>(count); };
    status.readyReplicas = optional(ready);
    status.availableReplicas = optional(available);
    status.fullyLabeledReplicas = optional(labeled);
    status.observedGeneration = set.metadata.generation;
    return status;
}

/// Tells in the ReplicaFailure condition whether pods could be made and deleted.
template <class Condition, class Status>
void tellFailure(Status& status, const client::Result<void>& scaled, bool creating) {
    const auto found = std::ranges::find(status.conditions, "ReplicaFailure", &Condition::type);
    if (scaled) {
        if (found != status.conditions.end())
            status.conditions.erase(found);
        return;
    }
    if (found != status.conditions.end())
        return;
    Condition condition;
    condition.type = "ReplicaFailure";
    condition.status = "True";
    condition.reason = creating ? "FailedCreate" : "FailedDelete";
    condition.message = scaled.error().message;
    condition.lastTransitionTime = base::nowRfc3339();
    status.conditions.push_back(std::move(condition));
}

} // namespace

api::apps_v1::ReplicaSetStatus replicaSetStatus(const ReplicaSet& set, const std::vector<PodPtr>& active,
                                                std::chrono::system_clock::time_point now,
                                                std::chrono::milliseconds* wait) {
    return statusOf(set, active, now, wait);
}

namespace {

/// Keeps as many pods as the sets of one kind want.
template <class Kind> class ReplicaController : public Reconciler {
    using Set = typename Kind::Set;

public:
    explicit ReplicaController(const Context& context)
        : Reconciler(context, 4)
        , pods_(context, events_, Kind::apiVersion, Kind::kind, [this](const std::string& key) { enqueue(key); }) {
        watch<Set>();
        pods_.onOrphan([this](const Pod& pod) {
            for (const auto& set : caches_.of<Set>().list(pod.metadata.namespace_))
                if (set->spec && meets(set->spec->selector, pod.metadata.labels))
                    enqueue(objectKey(set->metadata.namespace_, set->metadata.name));
        });
    }

private:
    client::Result<void> scale(const Set& set, const std::vector<PodPtr>& active, std::size_t wanted) {
        const auto owner = client::EventRecorder::referenceTo(set);
        if (active.size() < wanted)
            return pods_.createMany(owner, std::min(wanted - active.size(), largestBurst), [&](std::size_t) {
                Pod pod = templateOf(set) != nullptr ? podFromTemplate(*templateOf(set)) : Pod();
                pod.metadata.generateName = set.metadata.name + "-";
                return pod;
            });
        if (active.size() == wanted)
            return {};
        return pods_.removeMany(owner, podsToDelete(active, std::min(active.size() - wanted, largestBurst),
                                                    relatedPods(set, active), std::chrono::system_clock::now()));
    }

    /// The pods of all sets of the same owner: during an update a node with many of them loses some first.
    std::vector<PodPtr> relatedPods(const Set& set, const std::vector<PodPtr>& own) {
        const auto* owner = controllerOf(set.metadata);
        if (owner == nullptr)
            return own;
        std::vector<PodPtr> related;
        for (const auto& sibling : caches_.ownedBy<Set>(owner->uid))
            std::ranges::copy(caches_.ownedBy<Pod>(sibling->metadata.uid), std::back_inserter(related));
        return related;
    }

    client::Result<SyncResult> sync(const std::string& key) override {
        const auto set = caches_.of<Set>().getKey(key);
        if (!set || !set->spec) {
            pods_.forget(key);
            return SyncResult{};
        }
        const bool settled = pods_.settled(key);
        auto claimed = pods_.claim(*set, set->spec->selector);
        if (!claimed)
            return std::unexpected(claimed.error());
        std::vector<PodPtr> active;
        std::ranges::copy_if(*claimed, std::back_inserter(active), [](const PodPtr& pod) { return isActive(*pod); });
        const auto wanted = static_cast<std::size_t>(std::max(0, set->spec->replicas.value_or(1)));
        client::Result<void> scaled{};
        const bool mayScale = settled && set->metadata.deletionTimestamp.empty();
        if (mayScale)
            scaled = scale(*set, active, wanted);
        if (!scaled && isNamespaceEnding(scaled.error()))
            scaled = {};
        std::chrono::milliseconds wait(0);
        auto status = statusOf(*set, active, std::chrono::system_clock::now(), &wait);
        if (mayScale)
            tellFailure<typename Kind::Condition>(status, scaled, active.size() < wanted);
        if (auto written = writeStatusIfChanged(*set, status); !written)
            return std::unexpected(written.error());
        if (!scaled)
            return std::unexpected(scaled.error());
        return SyncResult{wait.count() > 0 ? std::optional(wait) : std::nullopt};
    }

    OwnedPods pods_;
};

} // namespace

std::unique_ptr<Reconciler> makeReplicaSetController(const Context& context) {
    return std::make_unique<ReplicaController<ReplicaSetKind>>(context);
}

std::unique_ptr<Reconciler> makeReplicationController(const Context& context) {
    return std::make_unique<ReplicaController<ReplicationControllerKind>>(context);
}

} // namespace slipway::controllers
