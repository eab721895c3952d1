#pragma once

#include "cluster/client/client.h"

#include <functional>
#include <memory>
#include <string>

namespace slipway::controllers {

/// A client that acts as a controller's own user, for instance "deployment-controller".
using ClientFactory = std::function<std::shared_ptr<const client::Client>(const std::string& controller)>;

struct Options {
    std::string caPem;                         ///< published in every namespace
    std::string clusterCidr = "10.244.0.0/16"; ///< the pod networks of the nodes are parts of it
};

/// All controllers of the control plane. start() returns once every cache is filled.
class ControllerSet {
public:
    ControllerSet(const ClientFactory& clients, const Options& options);
    ~ControllerSet();
    void start();
    void stop();

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

} // namespace slipway::controllers
