#pragma once

#include "cluster/api/json.h"
#include "cluster/api/status.h"

#include <vector>

namespace slipway::api::custom {

/// Fills in what a definition may leave out: singular, listKind, conversion, the scale of a version's defaults.
void applyDefinitionDefaults(JsonObject& crd);

/// The findings on a CustomResourceDefinition: names, versions, schemas (structural, KEP-2337), subresources, columns.
std::vector<StatusCause> validateDefinition(const JsonObject& crd);

/// What may not change of an established definition, and what must stay while objects are stored in old versions.
std::vector<StatusCause> validateDefinitionUpdate(const JsonObject& before, const JsonObject& after);

/// The findings on the schema of one version, at @p path ("spec.versions[0].schema.openAPIV3Schema").
std::vector<StatusCause> validateSchemaProps(const JsonObject& props, const std::string& path);

} // namespace slipway::api::custom
