#pragma once
// Runs the services of a node, starts again what dies, ends them in order. Single-threaded; meant for process 1.

#include <chrono>
#include <functional>
#include <string>
#include <sys/types.h>
#include <vector>

#include "app/node_init/service_list.h"

namespace slipway::node_init {

class Supervisor {
public:
    /// @param logDir  each service's output is appended to logDir/NAME.log
    /// @param endPods called when the node stops, after the last service (the agent, which would start pods again) has
    ///                ended and before the others (what pods need to end well) do
    Supervisor(std::vector<ServiceSpec> services, std::string logDir, std::function<void()> endPods = {});

    /// Starts every service, then reaps children and restarts services (after 0.1 s, doubling to 10 s; a service that
    /// lived 10 s begins anew at 0.1 s) until SIGTERM or SIGINT. Then ends the services in reverse order with SIGTERM,
    /// and SIGKILL for one that takes longer than 5 s. SIGTERM, SIGINT and SIGCHLD must be blocked in the caller.
    void run();

private:
    using Clock = std::chrono::steady_clock;
    struct Service {
        ServiceSpec spec;
        pid_t pid = 0;
        Clock::time_point startedAt{};
        Clock::time_point restartAt{};
        std::chrono::milliseconds backOff{100};
    };

    void startService(Service& service);
    void startDue();
    void reap();
    void endService(Service& service);
    std::chrono::milliseconds untilNextStart() const;

    std::vector<Service> services_;
    std::string logDir_;
    std::function<void()> endPods_;
};

} // namespace slipway::node_init
