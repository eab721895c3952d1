#pragma once

#include "cluster/api/json.h"
#include "cluster/api/schema.h"

#include <string>
#include <string_view>

namespace slipway::api {

/// "apps/v1", or "v1" in the core group.
std::string apiVersionOf(const Resource& resource);

/// Turns an object of one version of a resource into another's: the one thing versions share is where they are stored.
/// Custom resources differ in their apiVersion alone (conversion strategy None); this is where webhooks will enter.
void convertTo(const Resource& resource, JsonObject& object);

/// Turns an object into the version its resource is stored in.
void convertToStored(const Resource& resource, JsonObject& object);

/// The apiVersion a resource is stored in.
std::string storedApiVersionOf(const Resource& resource);

/// Prints an object as it is stored: its kind and apiVersion first, so that the version of stored bytes is seen at
/// once.
std::string printObject(const JsonObject& object);
/// Whether bytes so printed are an object of this version of the resource.
bool isInVersion(std::string_view bytes, const Resource& resource);

} // namespace slipway::api
