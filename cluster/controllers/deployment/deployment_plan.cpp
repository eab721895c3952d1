#include "cluster/controllers/deployment/deployment_plan.h"

#include "cluster/base/time.h"

#include <algorithm>
#include <cmath>
#include <format>
#include <numeric>

namespace slipway::controllers {

using api::apps_v1::Deployment;
using api::apps_v1::DeploymentCondition;
using api::apps_v1::DeploymentStatus;

namespace {

constexpr std::string_view hashLabel = "pod-template-hash";

int wanted(const ReplicaSetPtr& set) {
    return set && set->spec ? set->spec->replicas.value_or(1) : 0;
}
int present(const ReplicaSetPtr& set) {
    return set && set->status ? set->status->replicas : 0;
}
int ready(const ReplicaSetPtr& set) {
    return set && set->status ? set->status->readyReplicas.value_or(0) : 0;
}
int available(const ReplicaSetPtr& set) {
    return set && set->status ? set->status->availableReplicas.value_or(0) : 0;
}
int replicasOf(const Deployment& d) {
    return d.spec ? d.spec->replicas.value_or(1) : 0;
}

template <class Count> int sum(const std::vector<ReplicaSetPtr>& sets, Count count) {
    return std::accumulate(sets.begin(), sets.end(), 0,
                           [&](int total, const ReplicaSetPtr& set) { return total + count(set); });
}

struct Limits {
    int surge = 0, unavailable = 0;
};

Limits limitsOf(const Deployment& d) {
    const int replicas = replicasOf(d);
    if (!d.spec->strategy || !d.spec->strategy->rollingUpdate)
        return {0, replicas};
    Limits limits{resolveShare(d.spec->strategy->rollingUpdate->maxSurge, replicas, true, 0),
                  resolveShare(d.spec->strategy->rollingUpdate->maxUnavailable, replicas, false, 0)};
    if (limits.surge == 0 && limits.unavailable == 0)
        limits.unavailable = 1; // or nothing could ever move
    return limits;
}

bool isRolling(const Deployment& d) {
    return !d.spec->strategy || d.spec->strategy->type != "Recreate";
}

void setCondition(DeploymentStatus& status, DeploymentCondition next) {
    for (DeploymentCondition& present : status.conditions) {
        if (present.type != next.type)
            continue;
        if (present.status == next.status && present.reason == next.reason && present.message == next.message)
            return;
        if (present.status == next.status)
            next.lastTransitionTime = present.lastTransitionTime;
        present = std::move(next);
        return;
    }
    status.conditions.push_back(std::move(next));
}

DeploymentCondition makeCondition(std::string type, std::string value, std::string reason, std::string message,
                                  const std::string& now) {
    DeploymentCondition made;
    made.type = std::move(type);
    made.status = std::move(value);
    made.reason = std::move(reason);
    made.message = std::move(message);
    made.lastTransitionTime = made.lastUpdateTime = now;
    return made;
}

const DeploymentCondition* find(const DeploymentStatus& status, std::string_view type) {
    const auto found = std::ranges::find(status.conditions, type, &DeploymentCondition::type);
    return found == status.conditions.end() ? nullptr : &*found;
}

bool isComplete(const Deployment& d, const DeploymentStatus& s) {
    const int replicas = replicasOf(d);
    return s.updatedReplicas.value_or(0) == replicas && s.replicas.value_or(0) == replicas &&
           s.availableReplicas.value_or(0) == replicas;
}

bool hasProgressed(const DeploymentStatus& before, const DeploymentStatus& after) {
    const auto old = [](const DeploymentStatus& s) { return s.replicas.value_or(0) - s.updatedReplicas.value_or(0); };
    return after.updatedReplicas.value_or(0) > before.updatedReplicas.value_or(0) || old(after) < old(before) ||
           after.readyReplicas.value_or(0) > before.readyReplicas.value_or(0) ||
           after.availableReplicas.value_or(0) > before.availableReplicas.value_or(0);
}

bool hasTimedOut(const Deployment& d, const DeploymentStatus& status, const std::string& now) {
    const DeploymentCondition* progress = find(status, "Progressing");
    if (progress == nullptr || !d.spec->progressDeadlineSeconds || progress->reason == "NewReplicaSetAvailable")
        return false;
    if (progress->reason == "ProgressDeadlineExceeded")
        return true;
    const auto since = base::parseTime(progress->lastUpdateTime), current = base::parseTime(now);
    return since && current && *since + std::chrono::seconds(*d.spec->progressDeadlineSeconds) < *current;
}

void removeCondition(DeploymentStatus& status, std::string_view type) {
    std::erase_if(status.conditions, [&](const auto& entry) { return entry.type == type; });
}

/// Tells that a deployment is paused or goes on. True when nothing else is to be said now.
bool tellPause(const Deployment& d, DeploymentStatus& status, const std::string& now) {
    const DeploymentCondition* current = find(status, "Progressing");
    const bool paused = d.spec->paused.value_or(false),
               timedOut = current && current->reason == "ProgressDeadlineExceeded";
    const bool told = current != nullptr && current->reason == "DeploymentPaused";
    if (paused && !told && !timedOut)
        setCondition(status, makeCondition("Progressing", "Unknown", "DeploymentPaused", "Deployment is paused", now));
    else if (!paused && told)
        setCondition(status,
                     makeCondition("Progressing", "Unknown", "DeploymentResumed", "Deployment is resumed", now));
    return paused || told;
}

/// The condition Progressing; without a deadline there is none.
void setProgress(const Deployment& d, const ReplicaSetPtr& newSet, DeploymentStatus& status, const std::string& now) {
    if (!d.spec->progressDeadlineSeconds || *d.spec->progressDeadlineSeconds == INT32_MAX)
        return removeCondition(status, "Progressing");
    if (tellPause(d, status, now))
        return;
    const std::string subject = newSet ? std::format("ReplicaSet \"{}\"", newSet->metadata.name)
                                       : std::format("Deployment \"{}\"", d.metadata.name);
    const DeploymentCondition* current = find(status, "Progressing");
    if (current == nullptr && newSet) {
        setCondition(status, makeCondition("Progressing", "True", "NewReplicaSetCreated",
                                           std::format("Created new replica set \"{}\"", newSet->metadata.name), now));
        current = find(status, "Progressing");
    }
    // A deployment that was complete stays so while it is only scaled.
    if (current != nullptr && current->reason == "NewReplicaSetAvailable" &&
        status.replicas.value_or(0) == status.updatedReplicas.value_or(0))
        return;
    if (isComplete(d, status)) {
        setCondition(status, makeCondition("Progressing", "True", "NewReplicaSetAvailable",
                                           subject + " has successfully progressed.", now));
    } else if (hasProgressed(d.status.value_or(DeploymentStatus{}), status)) {
        // A step forward begins the deadline anew even when the words stay.
        auto next = makeCondition("Progressing", "True", "ReplicaSetUpdated", subject + " is progressing.", now);
        if (current != nullptr && current->status == "True")
            next.lastTransitionTime = current->lastTransitionTime;
        removeCondition(status, "Progressing");
        status.conditions.push_back(std::move(next));
    } else if (hasTimedOut(d, status, now)) {
        setCondition(status, makeCondition("Progressing", "False", "ProgressDeadlineExceeded",
                                           subject + " has timed out progressing.", now));
    }
}

/// The newest set's trouble with making pods, or an old one's, is the deployment's.
void setReplicaFailure(const ReplicaSetPtr& newSet, const std::vector<ReplicaSetPtr>& all, DeploymentStatus& status,
                       const std::string& now) {
    const auto failureOf = [](const ReplicaSetPtr& set) -> const api::apps_v1::ReplicaSetCondition* {
        if (set && set->status)
            for (const auto& entry : set->status->conditions)
                if (entry.type == "ReplicaFailure")
                    return &entry;
        return nullptr;
    };
    const auto* failure = failureOf(newSet);
    for (const ReplicaSetPtr& set : all)
        if (failure == nullptr)
            failure = failureOf(set);
    if (failure == nullptr)
        return removeCondition(status, "ReplicaFailure");
    setCondition(status, makeCondition("ReplicaFailure", failure->status, failure->reason, failure->message, now));
}

} // namespace

ReplicaSetPtr findNewReplicaSet(const Deployment& deployment, const std::vector<ReplicaSetPtr>& sets) {
    ReplicaSetPtr found;
    for (const ReplicaSetPtr& set : sets) {
        if (!set->spec || !set->spec->template_)
            continue;
        auto own = *set->spec->template_, wantedTemplate = deployment.spec->template_;
        own.metadata.labels.erase(std::string(hashLabel));
        wantedTemplate.metadata.labels.erase(std::string(hashLabel));
        if (own == wantedTemplate && (!found || set->metadata.creationTimestamp < found->metadata.creationTimestamp))
            found = set;
    }
    return found;
}

long long revisionOf(const api::meta_v1::ObjectMeta& metadata) {
    const auto found = metadata.annotations.find("deployment.kubernetes.io/revision");
    return found == metadata.annotations.end() ? 0 : std::strtoll(found->second.c_str(), nullptr, 10);
}

ScalePlan planRollingUpdate(const Deployment& deployment, const ReplicaSetPtr& newSet,
                            const std::vector<ReplicaSetPtr>& oldSets) {
    ScalePlan plan;
    const int replicas = replicasOf(deployment);
    const Limits limits = limitsOf(deployment);
    const int total = wanted(newSet) + sum(oldSets, wanted);
    int newWanted = wanted(newSet);
    if (newWanted > replicas)
        newWanted = replicas;
    else if (newWanted < replicas)
        newWanted += std::max(0, std::min(replicas + limits.surge - total, replicas - newWanted));
    if (newWanted != wanted(newSet))
        plan[newSet->metadata.name] = newWanted;
    const int oldTotal = sum(oldSets, wanted);
    if (oldTotal == 0)
        return plan;
    const int leastAvailable = replicas - limits.unavailable;
    const int newUnavailable = wanted(newSet) - available(newSet);
    int mayGo = wanted(newSet) + oldTotal - leastAvailable - newUnavailable;
    std::map<std::string, int> counts;
    auto sets = oldSets;
    std::ranges::sort(sets, {}, [](const ReplicaSetPtr& set) { return set->metadata.creationTimestamp; });
    for (const ReplicaSetPtr& set : sets)
        counts[set->metadata.name] = wanted(set);
    for (const ReplicaSetPtr& set : sets) { // broken pods of old sets go first
        const int gone = std::clamp(wanted(set) - available(set), 0, std::max(0, mayGo));
        counts[set->metadata.name] -= gone;
        mayGo -= gone;
    }
    int healthyMayGo = std::min(mayGo, available(newSet) + sum(sets, available) - leastAvailable);
    for (const ReplicaSetPtr& set : sets) {
        const int gone = std::clamp(counts[set->metadata.name], 0, std::max(0, healthyMayGo));
        counts[set->metadata.name] -= gone;
        healthyMayGo -= gone;
        if (counts[set->metadata.name] != wanted(set))
            plan[set->metadata.name] = counts[set->metadata.name];
    }
    return plan;
}

ScalePlan planRecreate(const Deployment& deployment, const ReplicaSetPtr& newSet,
                       const std::vector<ReplicaSetPtr>& oldSets, bool oldPodsGone) {
    ScalePlan plan;
    for (const ReplicaSetPtr& set : oldSets)
        if (wanted(set) > 0)
            plan[set->metadata.name] = 0;
    // What the old sets still tell of their pods counts too: it is what the deployment's own status is made of.
    const bool told =
        std::ranges::any_of(oldSets, [](const ReplicaSetPtr& set) { return set->status && set->status->replicas > 0; });
    if (plan.empty() && oldPodsGone && !told && newSet && wanted(newSet) != replicasOf(deployment))
        plan[newSet->metadata.name] = replicasOf(deployment);
    return plan;
}

namespace {

std::optional<int> numberIn(const ReplicaSetPtr& set, std::string_view annotation) {
    const auto found = set->metadata.annotations.find(std::string(annotation));
    return found == set->metadata.annotations.end() ? std::nullopt : std::optional(std::atoi(found->second.c_str()));
}

/// How many pods a set gains or loses of @p change, in proportion to its size when it was last scaled.
int proportionOf(const Deployment& deployment, const ReplicaSetPtr& set, int change, int spent) {
    if (wanted(set) == 0 || change == spent)
        return 0;
    int part = -wanted(set);
    if (replicasOf(deployment) > 0) {
        int most = numberIn(set, maxReplicasAnnotation).value_or(0);
        if (most == 0)
            most = deployment.status ? deployment.status->replicas.value_or(0) : 0;
        const double size = most == 0 ? 0 : double(wanted(set)) * mostReplicas(deployment) / most;
        part = static_cast<int>(std::lround(size)) - wanted(set);
    }
    return change > 0 ? std::min(part, change - spent) : std::max(part, change - spent);
}

ScalePlan planInProportion(const Deployment& deployment, std::vector<ReplicaSetPtr> active) {
    const int total = sum(active, wanted);
    const int change = (replicasOf(deployment) > 0 ? mostReplicas(deployment) : 0) - total;
    std::ranges::stable_sort(active, [&](const ReplicaSetPtr& a, const ReplicaSetPtr& b) {
        if (wanted(a) != wanted(b))
            return wanted(a) > wanted(b);
        // Of equal ones the newer grows first, the older shrinks first.
        return change > 0 ? a->metadata.creationTimestamp > b->metadata.creationTimestamp
                          : a->metadata.creationTimestamp < b->metadata.creationTimestamp;
    });
    ScalePlan plan;
    int spent = 0;
    for (const ReplicaSetPtr& set : active) {
        const int part = change == 0 ? 0 : proportionOf(deployment, set, change, spent);
        plan[set->metadata.name] = wanted(set) + part;
        spent += part;
    }
    if (!active.empty() && change != 0) {
        int& largest = plan[active.front()->metadata.name];
        largest = std::max(0, largest + change - spent); // what rounding left over
    }
    return plan;
}

} // namespace

int mostReplicas(const Deployment& deployment) {
    return replicasOf(deployment) + (isRolling(deployment) ? limitsOf(deployment).surge : 0);
}

bool wasScaled(const Deployment& deployment, const std::vector<ReplicaSetPtr>& all) {
    if (!isRolling(deployment) && std::ranges::count_if(all, [](const auto& set) { return wanted(set) > 0; }) > 1)
        return false; // Recreate ends all but one first
    return std::ranges::any_of(all, [&](const ReplicaSetPtr& set) {
        const auto desired = numberIn(set, desiredReplicasAnnotation);
        return wanted(set) > 0 && desired && *desired != replicasOf(deployment);
    });
}

ScalePlan planScale(const Deployment& deployment, const ReplicaSetPtr& newSet,
                    const std::vector<ReplicaSetPtr>& oldSets) {
    std::vector<ReplicaSetPtr> active;
    for (const ReplicaSetPtr& set : oldSets)
        if (wanted(set) > 0)
            active.push_back(set);
    if (wanted(newSet) > 0)
        active.push_back(newSet);
    if (active.empty() && newSet)
        active.push_back(newSet);
    else if (active.empty() && !oldSets.empty())
        active.push_back(*std::ranges::max_element(
            oldSets, {}, [](const ReplicaSetPtr& set) { return set->metadata.creationTimestamp; }));
    if (active.empty())
        return {};
    if (active.size() == 1)
        return {{active[0]->metadata.name, replicasOf(deployment)}};
    const bool saturated = newSet && wanted(newSet) == replicasOf(deployment) &&
                           available(newSet) == replicasOf(deployment) &&
                           numberIn(newSet, desiredReplicasAnnotation) == replicasOf(deployment);
    if (!saturated)
        return isRolling(deployment) ? planInProportion(deployment, std::move(active)) : ScalePlan{};
    ScalePlan plan;
    for (const ReplicaSetPtr& set : active)
        if (set != newSet)
            plan[set->metadata.name] = 0;
    return plan;
}

DeploymentStatus deploymentStatus(const Deployment& deployment, const ReplicaSetPtr& newSet,
                                  const std::vector<ReplicaSetPtr>& all, const std::string& now) {
    const auto optional = [](int count) { return count == 0 ? std::nullopt : std::optional<std::int32_t>(count); };
    DeploymentStatus status;
    if (deployment.status) {
        status.conditions = deployment.status->conditions;
        status.collisionCount = deployment.status->collisionCount;
    }
    const int nowAvailable = sum(all, available), replicas = replicasOf(deployment);
    status.observedGeneration = deployment.metadata.generation;
    status.replicas = optional(sum(all, present));
    status.updatedReplicas = optional(present(newSet));
    status.readyReplicas = optional(sum(all, ready));
    status.availableReplicas = optional(nowAvailable);
    status.unavailableReplicas = optional(std::max(0, sum(all, wanted) - nowAvailable));
    const int least = isRolling(deployment) ? replicas - limitsOf(deployment).unavailable : replicas;
    if (nowAvailable >= least)
        setCondition(status, makeCondition("Available", "True", "MinimumReplicasAvailable",
                                           "Deployment has minimum availability.", now));
    else
        setCondition(status, makeCondition("Available", "False", "MinimumReplicasUnavailable",
                                           "Deployment does not have minimum availability.", now));
    setProgress(deployment, newSet, status, now);
    setReplicaFailure(newSet, all, status, now);
    return status;
}

std::optional<std::chrono::milliseconds> deadlineLeft(const Deployment& deployment, const DeploymentStatus& status,
                                                      base::Time now) {
    const DeploymentCondition* progress = find(status, "Progressing");
    if (progress == nullptr || !deployment.spec->progressDeadlineSeconds || isComplete(deployment, status) ||
        progress->reason == "NewReplicaSetAvailable" || progress->reason == "ProgressDeadlineExceeded" ||
        deployment.spec->paused.value_or(false))
        return {};
    const auto since = base::parseTime(progress->lastUpdateTime);
    if (!since)
        return {};
    const auto end = *since + std::chrono::seconds(*deployment.spec->progressDeadlineSeconds + 1);
    return std::max(std::chrono::milliseconds(100), std::chrono::ceil<std::chrono::milliseconds>(end - now));
}

bool isComplete(const Deployment& deployment) {
    return deployment.status &&
           deployment.status->observedGeneration.value_or(0) == deployment.metadata.generation.value_or(0) &&
           isComplete(deployment, *deployment.status);
}

std::vector<ReplicaSetPtr> setsToForget(const Deployment& deployment, std::vector<ReplicaSetPtr> oldSets) {
    std::erase_if(oldSets, [](const ReplicaSetPtr& set) {
        return wanted(set) != 0 || present(set) != 0 || !set->metadata.deletionTimestamp.empty();
    });
    const auto keep = static_cast<std::size_t>(std::max(0, deployment.spec->revisionHistoryLimit.value_or(10)));
    if (oldSets.size() <= keep)
        return {};
    std::ranges::sort(oldSets, {}, [](const ReplicaSetPtr& set) { return revisionOf(set->metadata); });
    oldSets.resize(oldSets.size() - keep);
    return oldSets;
}

} // namespace slipway::controllers
