#pragma once

#include "cluster/api/json.h"
#include "cluster/api/schema.h"
#include "cluster/api/status.h"

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::api {

/// "apps/v1", or "v1" in the core group.
std::string apiVersionOf(const Resource& resource);

/// Converts the objects of a custom resource whose definition names somebody who can (strategy Webhook). Thread-safe.
class Converter {
public:
    virtual ~Converter() = default;
    /// The objects in version @p apiVersion, in their order; may block. @p asStored: they are as the store has them, so
    /// that their resourceVersion says what they are. The error is what clients are told.
    virtual std::expected<std::vector<JsonObject>, std::string>
    convert(std::vector<JsonObject> objects, const std::string& apiVersion, bool asStored) const = 0;
};

/// Turns an object of one version of a resource into another's: the one thing versions share is where they are stored.
/// Custom resources differ in their apiVersion alone, unless their definition has a converter; the object is then as
/// the schema of its version reads it. Errors: 500, of a converter.
std::expected<void, Status> convertTo(const Resource& resource, JsonObject& object);
/// The same for several, with one call of a converter.
std::expected<void, Status> convertAllTo(const Resource& resource, std::vector<JsonObject>& objects);

/// Turns an object into the version its resource is stored in.
std::expected<void, Status> convertToStored(const Resource& resource, JsonObject& object);

/// Whether objects of this version may have to be asked of a converter, which may block.
bool mayAskConverter(const Resource& resource);

/// The apiVersion a resource is stored in.
std::string storedApiVersionOf(const Resource& resource);

/// Prints an object as it is stored: its kind and apiVersion first, so that the version of stored bytes is seen at
/// once.
std::string printObject(const JsonObject& object);
/// Whether bytes so printed are an object of this version of the resource.
bool isInVersion(std::string_view bytes, const Resource& resource);

} // namespace slipway::api
