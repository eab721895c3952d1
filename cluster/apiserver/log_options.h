#pragma once

#include "cluster/api/status.h"
#include "cluster/apiserver/request.h"

#include <optional>

namespace slipway::apiserver {

/// What is wrong with the query of a log request (v1.PodLogOptions): 400 where a value cannot be read, 422 where it
/// makes no sense.
std::optional<api::Status> refuseLogOptions(const Query& query);

} // namespace slipway::apiserver
