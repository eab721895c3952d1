#pragma once

#include "cluster/api/validation_names.h"

#include <set>
#include <string>

/// The checks of single kinds. Used by validation.cpp. Each adds its findings to the list it is given.
namespace slipway::api {

/// Names, labels, annotations, finalizers and owners.
void validateMetadata(const Resource& resource, const JsonObject& object, Causes& causes);
/// What may not change of them.
void validateMetadataUpdate(const JsonObject& before, const JsonObject& after, Causes& causes);

/// Judges a pod spec at @p path ("spec", "spec.template.spec").
void validatePodSpec(const JsonObject& spec, const std::string& path, Causes& causes);
/// What of a pod's spec may change after it was made.
void validatePodUpdate(const JsonObject& before, const JsonObject& after, Causes& causes);
/// What may become of the ephemeral containers of a running pod (the subresource of that name).
void validateEphemeralContainersUpdate(const JsonObject& before, const JsonObject& after, Causes& causes);
/// Volumes of a pod spec; returns their names.
std::set<std::string> validateVolumes(const JsonObject& spec, const std::string& path, Causes& causes);
/// Requests and limits of a container.
void validateResources(const JsonObject& container, const std::string& path, Causes& causes);

void validateService(const JsonObject& service, Causes& causes);
void validateServiceUpdate(const JsonObject& before, const JsonObject& after, Causes& causes);
void validateEndpoints(const JsonObject& endpoints, Causes& causes);
void validateEndpointSlice(const JsonObject& slice, Causes& causes);
void validateIngress(const JsonObject& ingress, Causes& causes);

/// Selector, template and counts of a deployment, replica set, stateful set, daemon set or replication controller.
void validateWorkload(const Resource& resource, const JsonObject& object, Causes& causes);
void validateWorkloadUpdate(const Resource& resource, const JsonObject& before, const JsonObject& after,
                            Causes& causes);
void validateJob(const JsonObject& job, Causes& causes);
void validateCronJob(const JsonObject& job, Causes& causes);
void validateJobUpdate(const JsonObject& before, const JsonObject& after, Causes& causes);

/// Keys and size of a config map or secret; what a secret's type asks for.
void validateData(const Resource& resource, const JsonObject& object, Causes& causes);
/// The members of an object that were declared immutable may be kept, or the whole object deleted.
void validateDataUpdate(const Resource& resource, const JsonObject& before, const JsonObject& after, Causes& causes);

void validateRole(const Resource& resource, const JsonObject& role, Causes& causes);
void validateBinding(const Resource& resource, const JsonObject& binding, Causes& causes);
void validateLease(const JsonObject& lease, Causes& causes);
void validateNode(const JsonObject& node, Causes& causes);
void validateNodeUpdate(const JsonObject& before, const JsonObject& after, Causes& causes);
void validateClaim(const JsonObject& claim, Causes& causes);
void validateClaimUpdate(const JsonObject& before, const JsonObject& after, Causes& causes);
void validateAutoscaler(const JsonObject& autoscaler, Causes& causes);

} // namespace slipway::api
