#pragma once

#include "cluster/api/json.h"
#include "cluster/api/schema.h"
#include "cluster/apiserver/watch_cache.h"

#include <memory>
#include <string>

/// Objects are kept in the one version they are stored in; requests see them in theirs.
namespace slipway::apiserver {

/// The object in the version of @p resource. Empty when the bytes are no object.
api::JsonObject objectIn(const api::Resource& resource, const CachedObject& object);

/// Its bytes in that version: the cached ones where that is the version of storage.
std::shared_ptr<const std::string> bytesIn(const api::Resource& resource, const CachedObject& object);

} // namespace slipway::apiserver
