#pragma once

#include "cluster/api/json.h"
#include "cluster/api/quantity.h"

#include <functional>
#include <map>
#include <string>
#include <string_view>

/// What a pod asks for, counted as the scheduler and quotas count it.
namespace slipway::apiserver::admission {

using Amounts = std::map<std::string, api::Quantity, std::less<>>;

/// The amounts in a member such as resources.requests; what is no quantity is left out.
Amounts amountsOf(const api::Json* member);

/// The sum over the containers, or what the init containers need meanwhile if that is more; sidecars count throughout;
/// pod-level amounts stand in front; the overhead comes on top. @p member: "requests" or "limits".
Amounts podAmounts(const api::JsonObject& podSpec, std::string_view member);

/// Calls @p visit with each container of the lists given ("containers", "initContainers", "ephemeralContainers").
void eachContainer(const api::JsonObject& podSpec, std::initializer_list<std::string_view> lists,
                   const std::function<void(const api::JsonObject& container, std::string_view list)>& visit);

/// The pod spec inside an object: a pod's own, or a workload's template's; null when it has none.
const api::JsonObject* podSpecOf(const api::JsonObject& object);
/// The metadata that goes with it.
const api::JsonObject* podMetadataOf(const api::JsonObject& object);

} // namespace slipway::apiserver::admission
