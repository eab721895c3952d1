#pragma once

#include "cluster/api/types/apps_v1.h"
#include "cluster/api/types/core_v1.h"
#include "cluster/controllers/runtime/caches.h"

#include <chrono>
#include <string>

/// Questions every workload controller asks about pods. Pure functions.
namespace slipway::controllers {

bool isTerminating(const api::core_v1::Pod& pod); ///< being deleted
bool isActive(const api::core_v1::Pod& pod);      ///< not finished and not being deleted
bool isFinished(const api::core_v1::Pod& pod);    ///< Succeeded or Failed
bool isReady(const api::core_v1::Pod& pod);
/// Ready for at least @p minReadySeconds. @p wait: how long until it will be, when that is all that is missing.
bool isAvailable(const api::core_v1::Pod& pod, int minReadySeconds, std::chrono::system_clock::time_point now,
                 std::chrono::milliseconds* wait = nullptr);
const api::core_v1::PodCondition* condition(const api::core_v1::Pod& pod, std::string_view type);

/// Whether labels have everything an equality selector asks for. An empty selector selects nothing.
bool selects(const std::map<std::string, std::string>& selector, const std::map<std::string, std::string>& labels);

api::meta_v1::OwnerReference makeControllerReference(std::string apiVersion, std::string kind,
                                                     const api::meta_v1::ObjectMeta& owner);

} // namespace slipway::controllers
