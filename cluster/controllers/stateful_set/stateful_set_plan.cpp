#include "cluster/controllers/stateful_set/stateful_set_plan.h"

#include "cluster/controllers/workload/revisions.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace slipway::controllers {

using api::apps_v1::StatefulSet;
using api::core_v1::Pod;

namespace {

bool isRunningAndReady(const Pod& pod) {
    return pod.status && pod.status->phase == "Running" && isReady(pod);
}

std::string revisionOf(const Pod& pod) {
    const auto found = pod.metadata.labels.find(revisionLabel);
    return found == pod.metadata.labels.end() ? std::string() : found->second;
}

int startOf(const StatefulSet& set) {
    return set.spec->ordinals ? set.spec->ordinals->start.value_or(0) : 0;
}

const api::apps_v1::RollingUpdateStatefulSetStrategy* rollingOf(const StatefulSet& set) {
    const auto& strategy = set.spec->updateStrategy;
    return strategy && strategy->rollingUpdate ? &*strategy->rollingUpdate : nullptr;
}

int partitionOf(const StatefulSet& set) {
    const auto* rolling = rollingOf(set);
    return rolling != nullptr ? rolling->partition.value_or(0) : 0;
}

int maxUnavailable(const StatefulSet& set, int replicas) {
    const auto* rolling = rollingOf(set);
    if (rolling == nullptr || !rolling->maxUnavailable)
        return 1;
    if (rolling->maxUnavailable->isInt)
        return std::max(1, rolling->maxUnavailable->number);
    const double percent = std::strtod(rolling->maxUnavailable->text.c_str(), nullptr);
    return std::max(1, static_cast<int>(std::ceil(percent * replicas / 100)));
}

bool onDelete(const StatefulSet& set) {
    return set.spec->updateStrategy && set.spec->updateStrategy->type == "OnDelete";
}

/// A new pod is of the current revision below the partition, and while an update has not come to it.
bool wantsCurrent(const StatefulState& state, int ordinal) {
    const StatefulSet& set = state.set;
    if (onDelete(set) || state.currentRevision == state.updateRevision)
        return false;
    const int start = startOf(set);
    if (rollingOf(set) == nullptr)
        return ordinal < start + (set.status ? set.status->currentReplicas.value_or(0) : 0);
    return ordinal < start + partitionOf(set);
}

/// A set's pods by place: those it wants, by ordinal, and those beyond.
struct Places {
    std::map<int, PodPtr> wanted;
    std::vector<PodPtr> condemned; ///< the highest ordinal first
    int start = 0, end = 0;
};

Places placesOf(const StatefulState& state) {
    Places places;
    places.start = startOf(state.set);
    places.end = places.start + std::max(0, state.set.spec->replicas.value_or(1));
    std::map<int, PodPtr, std::greater<>> beyond;
    for (const PodPtr& pod : state.pods) {
        const auto ordinal = ordinalOf(state.set.metadata.name, pod->metadata.name);
        if (!ordinal)
            continue;
        if (*ordinal >= places.start && *ordinal < places.end)
            places.wanted[*ordinal] = pod;
        else
            beyond[*ordinal] = pod;
    }
    for (const auto& [ordinal, pod] : beyond)
        places.condemned.push_back(pod);
    return places;
}

/// Plans in the order of ordinals; each step tells whether the next may be looked at.
class StatefulPlanner {
public:
    StatefulPlanner(const StatefulState& state, std::chrono::system_clock::time_point now)
        : state_(state)
        , now_(now)
        , places_(placesOf(state))
        , parallel_(state.set.spec->podManagementPolicy == "Parallel")
        , minReady_(state.set.spec->minReadySeconds.value_or(0)) {}

    StatefulPlan plan() {
        if (!state_.set.metadata.deletionTimestamp.empty())
            return plan_;
        for (int ordinal = places_.start; ordinal < places_.end; ++ordinal)
            if (!fill(ordinal) && !parallel_)
                return plan_;
        for (const PodPtr& pod : places_.condemned)
            if (!condemn(pod) && !parallel_)
                return plan_;
        if (!onDelete(state_.set))
            update();
        return plan_;
    }

private:
    bool healthy(const Pod& pod) {
        if (isTerminating(pod) || !isRunningAndReady(pod))
            return false;
        std::chrono::milliseconds wait(0);
        if (isAvailable(pod, minReady_, now_, &wait))
            return true;
        if (wait.count() > 0 && (plan_.wait.count() == 0 || wait < plan_.wait))
            plan_.wait = wait;
        return false;
    }

    bool fill(int ordinal) {
        const auto found = places_.wanted.find(ordinal);
        if (found == places_.wanted.end()) {
            plan_.create.push_back({ordinal, wantsCurrent(state_, ordinal)});
            return false;
        }
        const Pod& pod = *found->second;
        if (isTerminating(pod))
            return false;
        if (isFinished(pod)) { // made anew under the same name once it is gone
            plan_.remove.push_back(found->second);
            return false;
        }
        return healthy(pod);
    }

    bool condemn(const PodPtr& pod) {
        if (isTerminating(*pod))
            return false;
        // In order, a pod goes only while all others are well, but the one that is not well itself may go.
        plan_.remove.push_back(pod);
        return false;
    }

    void update() {
        const int partition = places_.start + partitionOf(state_.set);
        int unavailable = 0;
        for (const auto& [ordinal, pod] : places_.wanted)
            unavailable += !healthy(*pod);
        int left = maxUnavailable(state_.set, places_.end - places_.start) - unavailable;
        for (auto place = places_.wanted.rbegin(); place != places_.wanted.rend(); ++place) {
            const auto& [ordinal, pod] = *place;
            if (ordinal < partition)
                return;
            if (revisionOf(*pod) != state_.updateRevision && !isTerminating(*pod)) {
                // A pod that is not well counted already: replacing it costs nothing.
                if (left <= 0 && healthy(*pod))
                    return;
                left -= healthy(*pod);
                plan_.remove.push_back(pod);
            } else if (!healthy(*pod) && left <= 0) {
                return;
            }
        }
    }

    const StatefulState& state_;
    const std::chrono::system_clock::time_point now_;
    const Places places_;
    const bool parallel_;
    const int minReady_;
    StatefulPlan plan_;
};

} // namespace

std::optional<int> ordinalOf(const std::string& setName, const std::string& podName) {
    if (!podName.starts_with(setName + "-"))
        return {};
    const std::string_view digits = std::string_view(podName).substr(setName.size() + 1);
    int ordinal = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), ordinal);
    return error == std::errc() && end == digits.data() + digits.size() && ordinal >= 0 ? std::optional(ordinal)
                                                                                        : std::nullopt;
}

StatefulPlan planStatefulSet(const StatefulState& state, std::chrono::system_clock::time_point now) {
    return StatefulPlanner(state, now).plan();
}

api::apps_v1::StatefulSetStatus statefulSetStatus(const StatefulState& state,
                                                  std::chrono::system_clock::time_point now) {
    const StatefulSet& set = state.set;
    api::apps_v1::StatefulSetStatus status;
    if (set.status)
        status = *set.status;
    int ready = 0, available = 0, current = 0, updated = 0;
    status.replicas = 0;
    for (const PodPtr& pod : state.pods) {
        if (isFinished(*pod))
            continue;
        ++status.replicas;
        ready += isRunningAndReady(*pod);
        available += isRunningAndReady(*pod) && isAvailable(*pod, set.spec->minReadySeconds.value_or(0), now);
        if (!isTerminating(*pod)) {
            current += revisionOf(*pod) == state.currentRevision;
            updated += revisionOf(*pod) == state.updateRevision;
        }
    }
    const int wanted = set.spec->replicas.value_or(1);
    status.currentRevision = state.currentRevision;
    if (!onDelete(set) && partitionOf(set) == 0 && updated == wanted && ready == wanted && status.replicas == wanted) {
        status.currentRevision = state.updateRevision;
        current = updated;
    }
    const auto optional = [](int count) { return count == 0 ? std::nullopt : std::optional<std::int32_t>(count); };
    status.updateRevision = state.updateRevision;
    status.readyReplicas = optional(ready);
    status.availableReplicas = available;
    status.currentReplicas = optional(current);
    status.updatedReplicas = optional(updated);
    status.observedGeneration = set.metadata.generation;
    status.collisionCount = set.status && set.status->collisionCount ? set.status->collisionCount : 0;
    return status;
}

} // namespace slipway::controllers
