#pragma once

#include "cluster/api/validation_names.h"

namespace slipway::api {

/// Judges a pod spec at @p path ("spec", "spec.template.spec").
void validatePodSpec(const JsonObject& spec, const std::string& path, Causes& causes);
/// What of a pod's spec may change after it was made.
void validatePodUpdate(const JsonObject& before, const JsonObject& after, Causes& causes);
void validateService(const JsonObject& service, Causes& causes);
/// Selector, template and counts of a deployment, replica set, stateful set or daemon set.
void validateWorkload(const Resource& resource, const JsonObject& object, Causes& causes);
void validateWorkloadUpdate(const Resource& resource, const JsonObject& before, const JsonObject& after, Causes& causes);

} // namespace slipway::api
