#pragma once

#include "cluster/apiserver/admission.h"
#include "cluster/apiserver/resource_requests.h"

#include <optional>

namespace slipway::apiserver {

/// Judges exec, attach, port-forward and proxy before they are carried on; nothing for any other subresource.
std::optional<api::Status> judgeConnection(const ResourceRequest& r, const Admission& admission);

} // namespace slipway::apiserver
