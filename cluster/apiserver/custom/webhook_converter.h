#pragma once

#include "cluster/api/conversion.h"
#include "cluster/apiserver/watch_cache.h"

#include <memory>

namespace slipway::apiserver {

/// The converter a definition names (spec.conversion, strategy Webhook), or null for one that has none. What was
/// converted as it is stored is remembered, so that watchers and lists do not ask again; how much is bounded.
/// The cache must outlive it. Source: apiextensions' ConversionReview v1.
std::shared_ptr<const api::Converter> makeConverter(const api::JsonObject& crd, const WatchCache& cache);

/// The ConversionReview that asks for objects in another version.
api::JsonObject conversionReview(const std::vector<api::JsonObject>& objects, const std::string& apiVersion,
                                 const std::string& reviewVersion, const std::string& uid);

/// The objects a review brought back, each checked against what was sent and with its metadata. Errors: what clients
/// are told, without the name of the kind.
std::expected<std::vector<api::JsonObject>, std::string>
convertedObjects(const api::Json& review, const std::vector<api::JsonObject>& sent, const std::string& apiVersion,
                 const std::string& reviewVersion, const std::string& uid);

} // namespace slipway::apiserver
