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
/// What "ephemeralcontainers" and "resize" may change.
void validatePodSubresource(std::string_view subresource, const JsonObject& before, const JsonObject& after,
                            Causes& causes);
/// The pod template of a workload at @p path.
void validateTemplate(const JsonObject& owner, const std::string& path, Causes& causes);
void validatePodTemplate(const JsonObject& object, Causes& causes);

void validateService(const JsonObject& service, Causes& causes);
void validateServiceUpdate(const JsonObject& before, const JsonObject& after, Causes& causes);
void validateEndpoints(const JsonObject& endpoints, Causes& causes);
void validateEndpointSlice(const JsonObject& slice, Causes& causes);
void validateEndpointSliceUpdate(const JsonObject& before, const JsonObject& after, Causes& causes);
void validateIngress(const JsonObject& ingress, Causes& causes);
void validateIngressClass(const JsonObject& object, Causes& causes);
void validateIngressClassUpdate(const JsonObject& before, const JsonObject& after, Causes& causes);
void validateNetworkPolicy(const JsonObject& policy, Causes& causes);
void validateServiceRange(const JsonObject& object, Causes& causes);
void validateServiceRangeUpdate(const JsonObject& before, const JsonObject& after, Causes& causes);
void validateIpAddress(const JsonObject& object, Causes& causes);
void validateIpAddressUpdate(const JsonObject& before, const JsonObject& after, Causes& causes);

/// Selector, template and counts of a deployment, replica set, stateful set, daemon set or replication controller.
void validateWorkload(const Resource& resource, const JsonObject& object, Causes& causes);
void validateWorkloadUpdate(const Resource& resource, const JsonObject& before, const JsonObject& after,
                            Causes& causes);
void validateJob(const JsonObject& job, Causes& causes);
void validateCronJob(const JsonObject& job, Causes& causes);
void validateJobUpdate(const JsonObject& before, const JsonObject& after, Causes& causes);
void validateRevision(const JsonObject& object, Causes& causes);
void validateRevisionUpdate(const JsonObject& before, const JsonObject& after, Causes& causes);

/// Keys and size of a config map or secret; what a secret's type asks for.
void validateData(const Resource& resource, const JsonObject& object, Causes& causes);
/// The members of an object that were declared immutable may be kept, or the whole object deleted.
void validateDataUpdate(const Resource& resource, const JsonObject& before, const JsonObject& after, Causes& causes);

void validateRole(const Resource& resource, const JsonObject& role, Causes& causes);
void validateBinding(const Resource& resource, const JsonObject& binding, Causes& causes);
void validateLease(const JsonObject& lease, Causes& causes);
void validateNode(const JsonObject& node, Causes& causes);
void validateNodeUpdate(const JsonObject& before, const JsonObject& after, Causes& causes);
void validateEvent(const JsonObject& event, Causes& causes);
void validateNamespaceFinalizers(const JsonObject& object, Causes& causes);

void validateClaim(const JsonObject& claim, Causes& causes);
void validateClaimUpdate(const JsonObject& before, const JsonObject& after, Causes& causes);
void validateVolume(const JsonObject& volume, Causes& causes);
void validateVolumeUpdate(const JsonObject& before, const JsonObject& after, Causes& causes);
void validateStorageClass(const JsonObject& object, Causes& causes);
void validateStorageClassUpdate(const JsonObject& before, const JsonObject& after, Causes& causes);
void validateCsiDriver(const JsonObject& object, Causes& causes);
void validateCsiNode(const JsonObject& object, Causes& causes);
void validateVolumeAttachment(const JsonObject& object, Causes& causes);
void validateVolumeAttachmentUpdate(const JsonObject& before, const JsonObject& after, Causes& causes);
void validateStorageCapacity(const JsonObject& object, Causes& causes);

void validateDeviceClass(const JsonObject& object, Causes& causes);
void validateResourceClaim(const JsonObject& object, Causes& causes);
void validateResourceClaimUpdate(const JsonObject& before, const JsonObject& after, Causes& causes);
void validateResourceClaimTemplate(const JsonObject& object, Causes& causes);

void validateQuota(const JsonObject& quota, Causes& causes);
void validateQuotaUpdate(const JsonObject& before, const JsonObject& after, Causes& causes);
void validateLimitRange(const JsonObject& range, Causes& causes);
void validateBudget(const JsonObject& budget, Causes& causes);
void validatePriorityClass(const JsonObject& object, Causes& causes);
void validatePriorityClassUpdate(const JsonObject& before, const JsonObject& after, Causes& causes);
void validateRuntimeClass(const JsonObject& object, Causes& causes);
void validateRuntimeClassUpdate(const JsonObject& before, const JsonObject& after, Causes& causes);
void validateAutoscaler(const JsonObject& autoscaler, Causes& causes);

void validateCertificateRequest(const JsonObject& object, Causes& causes);
void validateCertificateRequestUpdate(const JsonObject& before, const JsonObject& after, Causes& causes);
/// What "approval" and "status" may say of a certificate request.
void validateCertificateDecision(std::string_view subresource, const JsonObject& before, const JsonObject& after,
                                 Causes& causes);
void validateWebhooks(const JsonObject& configuration, Causes& causes);
void validateAdmissionPolicy(const JsonObject& policy, Causes& causes);
void validateAdmissionBinding(const JsonObject& binding, Causes& causes);
void validateFlowSchema(const JsonObject& object, Causes& causes);
void validatePriorityLevel(const JsonObject& object, Causes& causes);

class At;
/// The spec of a claim, wherever it stands: a claim, a template, an ephemeral volume.
void validateClaimSpec(const At& spec);
/// A path that may be absolute, but climbs nowhere.
void validateRelativePathFree(const At& owner, std::string_view member);

} // namespace slipway::api
