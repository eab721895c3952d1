#pragma once

#include "cluster/api/json.h"
#include "cluster/api/json_arena.h"
#include "cluster/api/schema.h"
#include "cluster/api/status.h"
#include "cluster/apiserver/watch_cache.h"

#include <expected>
#include <memory>
#include <span>
#include <string>
#include <vector>

/// Objects are kept in the one version they are stored in; requests see them in theirs.
namespace slipway::apiserver {

/// The object in the version of @p resource. Empty when the bytes are no object. Errors: 500, of a converter.
std::expected<api::JsonObject, api::Status> objectIn(const api::Resource& resource, const CachedObject& object);
/// The same, in memory that lives as long as the request.
std::expected<api::JsonObject, api::Status> objectIn(const api::Resource& resource, const CachedObject& object,
                                                     api::JsonArena& arena);
/// The same for several, with one call of a converter.
std::expected<std::vector<api::JsonObject>, api::Status> objectsIn(const api::Resource& resource,
                                                                   std::span<const CachedObject> objects);
/// The object as it is stored, whatever its version: for its metadata, which is the same in all.
api::JsonObject storedObject(const CachedObject& object);

/// Its bytes in that version: the cached ones where that is the version of storage.
std::expected<std::shared_ptr<const std::string>, api::Status> bytesIn(const api::Resource& resource,
                                                                       const CachedObject& object);

} // namespace slipway::apiserver
