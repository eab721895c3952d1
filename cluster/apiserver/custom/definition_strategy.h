#pragma once

#include "cluster/api/custom/definition_validation.h"
#include "cluster/api/json.h"
#include "cluster/api/schema.h"

#include <string_view>

/// What happens to CustomResourceDefinitions themselves when they are made, changed and deleted.
namespace slipway::apiserver {

inline constexpr std::string_view definitionFinalizer = "customresourcecleanup.apiextensions.k8s.io";

bool isDefinition(const api::Resource& resource);

/// Notes the version objects are stored in among those they were ever stored in.
void prepareDefinition(api::JsonObject& crd);

/// A definition goes only after its objects: the finalizer that says so, and the condition that tells.
void markDefinitionForDeletion(api::JsonObject& crd);

/// Sets a condition; its time changes with its status.
void setCondition(api::JsonObject& crd, std::string_view type, std::string_view status, std::string_view reason,
                  std::string_view message);
/// The status of a condition, empty when it is not there.
std::string_view conditionStatus(const api::JsonObject& crd, std::string_view type);

} // namespace slipway::apiserver
