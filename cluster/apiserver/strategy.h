#pragma once

#include "cluster/api/json.h"
#include "cluster/api/schema.h"
#include "cluster/api/status.h"
#include "cluster/apiserver/request.h"

#include <optional>
#include <string_view>

/// What happens to an object's system fields when it is made, changed or deleted: plain functions of the object.
namespace slipway::apiserver {

/// Name from generateName, uid, creation time, generation, an initial status; of a certificate request who asks for it.
/// Errors: a namespace other than the request's, a missing name.
std::optional<api::Status> prepareForCreate(const api::Resource& resource, std::string_view ns, const User& user,
                                            api::JsonObject& object);

/// Keeps what the path of the request may not change (subresource_update.h); counts the generation up when the wanted
/// state changed.
std::optional<api::Status> prepareForUpdate(const api::Resource& resource, std::string_view subresource,
                                            const api::JsonObject& before, api::JsonObject& after);

/// Sets the deletion time, the grace period (pods) and the propagation policy's finalizer. Without a policy ("") the
/// dependants of replication controllers and jobs are orphaned, as Kubernetes does; those of all other kinds are
/// collected in the background.
void markForDeletion(const api::Resource& resource, api::JsonObject& object,
                     std::optional<long long> gracePeriodSeconds, std::string_view propagationPolicy);

/// True when an object marked for deletion has nothing left to wait for.
bool isFinished(const api::Resource& resource, const api::JsonObject& object);

/// "Guaranteed", "Burstable" or "BestEffort", from the requests and limits of a pod's containers.
std::string_view qosClass(const api::JsonObject& pod);

} // namespace slipway::apiserver
