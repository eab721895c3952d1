#pragma once

#include "cluster/agent/pod/pod_state.h"
#include "cluster/agent/runtime/runtime.h"

namespace slipway::agent {

/// One look at a container: what it said.
struct CheckResult {
    bool good = false;
    std::string output;  ///< why not, worded as Kubernetes words it
    std::string warning; ///< good, but worth an event (a redirect to another host)
    /// The container could not be asked at all (the runtime is away, the port has no number): says nothing of it.
    bool unknown = false;
};

/// Called once, from the loop's or the runtime's thread, or from the caller's before begin...() returns. Must not
/// block.
using CheckDone = std::function<void(CheckResult)>;

/// Network connections of all probes and hooks of the node, carried by one thread. Outlives nothing: the destructor
/// drops checks that are under way, without calling back.
class CheckLoop {
public:
    CheckLoop();
    ~CheckLoop();
    CheckLoop(const CheckLoop&) = delete;
    CheckLoop& operator=(const CheckLoop&) = delete;

    /// HTTP GET (also https, certificates unchecked): 200 to 399 is good; redirects to the same host are followed.
    OperationPtr beginHttp(const core::HTTPGetAction& action, const std::string& host, int port,
                           std::chrono::milliseconds timeout, CheckDone done);
    /// The same, but whatever is answered is good: a hook only tells.
    OperationPtr beginHttpTell(const core::HTTPGetAction& action, const std::string& host, int port,
                               std::chrono::milliseconds timeout, CheckDone done);
    /// A TCP connection can be made.
    OperationPtr beginTcp(const std::string& host, int port, std::chrono::milliseconds timeout, CheckDone done);
    /// Good after a time.
    OperationPtr beginSleep(std::chrono::milliseconds time, CheckDone done);

private:
    struct State;
    std::shared_ptr<State> state_;
};

/// What a check is about.
struct CheckTarget {
    const core::Container* container = nullptr;
    std::string containerId, podIp;
};

/// Begins whichever check the probe asks for.
OperationPtr beginProbe(const core::Probe& probe, const CheckTarget& target, Runtime& runtime, CheckLoop& loop,
                        CheckDone done);

/// Begins a lifecycle hook, given up after @p timeout.
OperationPtr beginHook(const core::LifecycleHandler& hook, const CheckTarget& target, Runtime& runtime, CheckLoop& loop,
                       std::chrono::seconds timeout, CheckDone done);

} // namespace slipway::agent
