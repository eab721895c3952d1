#pragma once

#include "cluster/apiserver/request.h"

#include <functional>
#include <vector>

namespace slipway::apiserver {

/// One thing that must be well. The error, readable, is not told to clients.
struct HealthCheck {
    std::string name;
    std::function<bool()> well;
};

/// Answers /healthz, /livez and /readyz as kube-apiserver does: "ok", a list with ?verbose or when something is not
/// well, single checks by path, and checks left out with ?exclude. Null when the path names none of the checks.
std::optional<Reply> answerHealth(const RequestInfo& info, const std::vector<HealthCheck>& checks);

} // namespace slipway::apiserver
