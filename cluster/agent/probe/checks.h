#pragma once

#include "cluster/agent/pod/pod_state.h"
#include "cluster/agent/runtime/runtime.h"

namespace slipway::agent {

/// One look at a container: what it said.
struct CheckResult {
    bool good = false;
    std::string output; ///< why not, worded as Kubernetes words it
};

/// HTTP GET (also https, certificates unchecked): 200 to 399 is good. Blocks for up to @p timeout.
CheckResult checkHttp(const core::HTTPGetAction& action, const std::string& host, int port,
                      std::chrono::seconds timeout);

/// A TCP connection can be made.
CheckResult checkTcp(const std::string& host, int port, std::chrono::seconds timeout);

/// A command in the container ends with 0.
CheckResult checkExec(Runtime& runtime, const std::string& containerId, const std::vector<std::string>& command,
                      std::chrono::seconds timeout);

/// Whichever of them the probe asks for.
CheckResult check(const core::Probe& probe, const core::Container& container, const std::string& containerId,
                  const std::string& podIp, Runtime& runtime);

/// Runs a lifecycle hook; empty when it went well, else why not.
std::string runHook(const core::LifecycleHandler& hook, const core::Container& container,
                    const std::string& containerId, const std::string& podIp, Runtime& runtime,
                    std::chrono::seconds timeout);

} // namespace slipway::agent
