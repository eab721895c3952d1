#pragma once

#include "cluster/client/client.h"

#include <filesystem>
#include <memory>
#include <string>

namespace slipway::ingress {

struct IngressSettings {
    std::string address;  ///< where the proxy is reached: published in the Ingresses' status
    std::string resolver; ///< the cluster's DNS, for ExternalName services
    std::filesystem::path folder = "/run/slipway/ingress";
    int httpPort = 80, httpsPort = 443;
};

/// Serves Ingresses of our class with nginx on this machine, which runs only while there is one, and publishes its
/// address in their status. Owns threads of its own.
class IngressController {
public:
    IngressController(IngressSettings settings, std::shared_ptr<const client::Client> client);
    /// Stops following; nginx goes on as it is.
    ~IngressController();
    IngressController(const IngressController&) = delete;
    IngressController& operator=(const IngressController&) = delete;

    /// Makes the class "slipway" (the default one) if it is not there, and begins.
    void start();

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

} // namespace slipway::ingress
