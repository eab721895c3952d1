#include "cluster/controllers/workload/pod_state.h"

#include "cluster/base/time.h"

#include <algorithm>

namespace slipway::controllers {

using api::core_v1::Pod;

bool isFinished(const Pod& pod) {
    return pod.status && (pod.status->phase == "Succeeded" || pod.status->phase == "Failed");
}

bool isTerminating(const Pod& pod) {
    return !pod.metadata.deletionTimestamp.empty();
}

bool isActive(const Pod& pod) {
    return !isFinished(pod) && pod.metadata.deletionTimestamp.empty();
}

const api::core_v1::PodCondition* condition(const Pod& pod, std::string_view type) {
    if (pod.status)
        for (const auto& entry : pod.status->conditions)
            if (entry.type == type)
                return &entry;
    return nullptr;
}

bool isReady(const Pod& pod) {
    const auto* ready = condition(pod, "Ready");
    return ready != nullptr && ready->status == "True";
}

bool isAvailable(const Pod& pod, int minReadySeconds, std::chrono::system_clock::time_point now,
                 std::chrono::milliseconds* wait) {
    if (!isReady(pod))
        return false;
    if (minReadySeconds == 0)
        return true;
    const auto since = base::parseTime(condition(pod, "Ready")->lastTransitionTime);
    if (!since)
        return false;
    const auto left = *since + std::chrono::seconds(minReadySeconds) - now;
    if (left.count() <= 0)
        return true;
    if (wait != nullptr)
        *wait = std::chrono::ceil<std::chrono::milliseconds>(left);
    return false;
}

bool selects(const std::map<std::string, std::string>& selector, const std::map<std::string, std::string>& labels) {
    return !selector.empty() && std::ranges::all_of(selector, [&](const auto& wanted) {
        const auto found = labels.find(wanted.first);
        return found != labels.end() && found->second == wanted.second;
    });
}

api::meta_v1::OwnerReference makeControllerReference(std::string apiVersion, std::string kind,
                                                     const api::meta_v1::ObjectMeta& owner) {
    api::meta_v1::OwnerReference reference;
    reference.apiVersion = std::move(apiVersion);
    reference.kind = std::move(kind);
    reference.name = owner.name;
    reference.uid = owner.uid;
    reference.controller = true;
    reference.blockOwnerDeletion = true;
    return reference;
}

} // namespace slipway::controllers
