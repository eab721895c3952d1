#pragma once

#include "cluster/ingress/ingress_plan.h"

#include <filesystem>

namespace slipway::ingress {

struct NginxSettings {
    std::filesystem::path folder; ///< for the process id, certificates and temporary files
    int httpPort = 80, httpsPort = 443;
    std::string resolver; ///< DNS server for ExternalName services; empty: such services answer 503
    bool ipv6 = false;    ///< also listen on [::]
};

/// The file a certificate and its key are in ("namespace/name"; empty: the one for hosts without their own).
std::filesystem::path certificateFile(const std::filesystem::path& folder, const std::string& secret);

/// nginx's configuration for a plan. @p certificates are the secrets whose files are there; other hosts get the common
/// certificate.
std::string nginxConfig(const IngressPlan& plan, const std::set<std::string>& certificates,
                        const NginxSettings& settings);

} // namespace slipway::ingress
