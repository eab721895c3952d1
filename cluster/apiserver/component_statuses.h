#pragma once

#include "cluster/apiserver/resource_requests.h"

namespace slipway::apiserver {

/// How the parts of the control plane are: the store, and the controllers and scheduler by the lease they hold. Found
/// out when asked and kept nowhere (core/v1 ComponentStatus; deprecated, but still looked at). get and list. Errors:
/// 404 for a part there is not.
Answer componentStatuses(const ResourceRequest& r);

} // namespace slipway::apiserver
