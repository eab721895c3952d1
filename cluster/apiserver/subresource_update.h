#pragma once

#include "cluster/api/json.h"
#include "cluster/api/schema.h"

#include <string_view>

namespace slipway::apiserver {

/// What a write through a subresource may change: everything else of @p after becomes what it was in @p before.
/// "status": the status; "ephemeralcontainers", "resize": that part of a pod's spec; "approval": the conditions of a
/// certificate request; "finalize": a namespace's finalizers. The main path keeps the status.
void keepOtherParts(const api::Resource& resource, std::string_view subresource, const api::JsonObject& before,
                    api::JsonObject& after);

} // namespace slipway::apiserver
