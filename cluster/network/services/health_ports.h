#pragma once

#include "cluster/network/services/service_plan.h"

#include <memory>
#include <string>

namespace slipway::network {

/// What a health check port answers: kube-proxy's JSON.
std::string healthAnswer(const std::string& key, int localEndpoints);

/// Answers load balancers' health checks: an HTTP port for each service that wants one, 200 while the node has
/// endpoints of the service and 503 while it has not. Owns one thread, begun with the first port. Any thread may call.
class HealthPorts {
public:
    HealthPorts();
    ~HealthPorts();
    HealthPorts(const HealthPorts&) = delete;
    HealthPorts& operator=(const HealthPorts&) = delete;

    /// The port of service @p key ("namespace/name"); port 0 closes it.
    void set(const std::string& key, const HealthPort& health);

private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace slipway::network
