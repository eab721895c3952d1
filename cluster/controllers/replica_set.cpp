#include "cluster/controllers/replica_set.h"

#include "cluster/base/time.h"

#include <algorithm>
#include <format>
#include <tuple>

namespace slipway::controllers {

using api::apps_v1::ReplicaSet;
using api::core_v1::Pod;
using api::core_v1::PodTemplateSpec;
using api::core_v1::ReplicationController;
using client::objectKey;

std::vector<PodPtr> podsToDelete(std::vector<PodPtr> pods, std::size_t surplus) {
    std::map<std::string, int> perNode;
    for (const PodPtr& pod : pods)
        if (pod->spec)
            ++perNode[pod->spec->nodeName];
    const auto phaseRank = [](const Pod& pod) {
        const std::string phase = pod.status ? pod.status->phase : "";
        return phase == "Pending" || phase.empty() ? 0 : phase == "Unknown" ? 1 : 2;
    };
    const auto cost = [](const Pod& pod) {
        const auto found = pod.metadata.annotations.find("controller.kubernetes.io/pod-deletion-cost");
        return found == pod.metadata.annotations.end() ? 0L : std::strtol(found->second.c_str(), nullptr, 10);
    };
    std::ranges::sort(pods, [&](const PodPtr& a, const PodPtr& b) {
        const auto rank = [&](const Pod& pod) {
            const std::string node = pod.spec ? pod.spec->nodeName : "";
            return std::tuple(!node.empty(), phaseRank(pod), isReady(pod), cost(pod), -perNode[node]);
        };
        const auto left = rank(*a), right = rank(*b);
        if (left != right)
            return left < right;
        return a->metadata.creationTimestamp > b->metadata.creationTimestamp;
    });
    pods.resize(std::min(surplus, pods.size()));
    return pods;
}

namespace {

constexpr std::size_t largestBurst = 500; // pods made or deleted in one sync

/// What differs between the two kinds of set.
struct ReplicaSetKind {
    using Set = ReplicaSet;
    using Condition = api::apps_v1::ReplicaSetCondition;
    static constexpr const char *apiVersion = "apps/v1", *kind = "ReplicaSet", *component = "replicaset-controller";
    static auto& informer(Informers& informers) { return informers.replicaSets; }
};

struct ReplicationControllerKind {
    using Set = ReplicationController;
    using Condition = api::core_v1::ReplicationControllerCondition;
    static constexpr const char *apiVersion = "v1", *kind = "ReplicationController",
                                *component = "replication-controller";
    static auto& informer(Informers& informers) { return informers.replicationControllers; }
};

const PodTemplateSpec* templateOf(const ReplicaSet& set) {
    return set.spec->template_ ? &*set.spec->template_ : nullptr;
}
const PodTemplateSpec* templateOf(const ReplicationController& set) {
    return set.spec->template_ ? &*set.spec->template_ : nullptr;
}

bool selects(const api::meta_v1::LabelSelector& selector, const std::map<std::string, std::string>& labels) {
    return api::matches(selector, labels);
}
bool selects(const std::map<std::string, std::string>& selector, const std::map<std::string, std::string>& labels) {
    return !selector.empty() && std::ranges::all_of(selector, [&](const auto& wanted) {
        const auto found = labels.find(wanted.first);
        return found != labels.end() && found->second == wanted.second;
    });
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

/// Keeps as many pods as the sets of one kind want.
template <class Kind> class ReplicaController : public WorkloadController {
    using Set = typename Kind::Set;

public:
    ReplicaController(Informers& informers, std::shared_ptr<const client::Client> client)
        : informers_(informers)
        , client_(client)
        , pods_(informers, client, Kind::component, Kind::apiVersion, Kind::kind,
                [this](const std::string& key) { controller_.enqueue(key); })
        , controller_(Kind::component, [this](const std::string& key) { return sync(key); }, 2) {
        Kind::informer(informers_).onChange([this](const auto& before, const auto& after) {
            const auto& object = after ? after : before;
            controller_.enqueue(objectKey(object->metadata.namespace_, object->metadata.name));
        });
        pods_.onOrphan([this](const Pod& pod) {
            for (const auto& set : Kind::informer(informers_).list(pod.metadata.namespace_))
                if (set->spec && selects(set->spec->selector, pod.metadata.labels))
                    controller_.enqueue(objectKey(set->metadata.namespace_, set->metadata.name));
        });
    }
    void start() override { controller_.start(); }
    void stop() override { controller_.stop(); }

private:
    client::Result<void> scale(const Set& set, const std::vector<PodPtr>& active, std::size_t wanted) {
        const auto owner = client::EventRecorder::referenceTo(set);
        if (active.size() < wanted)
            return pods_.createMany(owner, std::min(wanted - active.size(), largestBurst), [&](std::size_t) {
                Pod pod = templateOf(set) != nullptr ? podFromTemplate(*templateOf(set)) : Pod();
                pod.metadata.generateName = set.metadata.name + "-";
                return pod;
            });
        for (const PodPtr& pod : podsToDelete(active, std::min(active.size() - wanted, largestBurst)))
            if (auto done = pods_.remove(owner, *pod); !done)
                return done;
        return {};
    }

    client::Result<SyncResult> sync(const std::string& key) {
        const auto set = Kind::informer(informers_).getKey(key);
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
        const bool scale = settled && set->metadata.deletionTimestamp.empty();
        if (scale)
            scaled = this->scale(*set, active, wanted);
        std::chrono::milliseconds wait(0);
        auto status = statusOf(*set, active, std::chrono::system_clock::now(), &wait);
        if (scale)
            tellFailure<typename Kind::Condition>(status, scaled, active.size() < wanted);
        if (!set->status || status != *set->status) {
            Set next = *set;
            next.status = status;
            const auto written = client_->updateStatus(next);
            if (!written && written.error().kind != client::Errc::notFound)
                return std::unexpected(written.error());
        }
        if (!scaled)
            return std::unexpected(scaled.error());
        return SyncResult{wait.count() > 0 ? std::optional(wait) : std::nullopt};
    }

    Informers& informers_;
    const std::shared_ptr<const client::Client> client_;
    OwnedPods pods_;
    Controller controller_;
};

std::unique_ptr<WorkloadController> makeReplicaSetController(Informers& informers,
                                                             std::shared_ptr<const client::Client> client) {
    return std::make_unique<ReplicaController<ReplicaSetKind>>(informers, std::move(client));
}

std::unique_ptr<WorkloadController> makeReplicationControllerController(Informers& informers,
                                                                        std::shared_ptr<const client::Client> client) {
    return std::make_unique<ReplicaController<ReplicationControllerKind>>(informers, std::move(client));
}

} // namespace slipway::controllers
