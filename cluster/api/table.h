#pragma once

#include "cluster/api/json.h"
#include "cluster/api/schema.h"

#include <span>

namespace slipway::api {

/// What a table row carries besides its cells (query parameter includeObject).
enum class RowObject { none, metadata, object };

/// The cells of one object in the order of resource.columns, as kubectl prints them (ages are computed against now).
JsonArray tableCells(const Resource& resource, const JsonObject& object);

/// One row: cells, and the object or a PartialObjectMetadata.
JsonObject tableRow(const Resource& resource, const JsonObject& object, RowObject include);

/// columnDefinitions of a meta.k8s.io/v1 Table; descriptions are our own.
JsonArray tableColumns(const Resource& resource);

/// A metadata-only view of an object (meta.k8s.io/v1 PartialObjectMetadata).
JsonObject partialMetadata(const JsonObject& object);

} // namespace slipway::api
