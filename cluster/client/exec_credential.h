#pragma once

#include "cluster/client/kubeconfig.h"

#include <chrono>
#include <string>

namespace slipway::client {

/// Tokens from an exec credential plugin (client.authentication.k8s.io), kept until they expire.
/// Not thread-safe: its owner locks.
class ExecCredential {
public:
    /// Errors: Errc::config when the plugin is not found, fails, or answers with no token.
    Result<std::string> token(const ConnectionSettings& settings);

private:
    std::string token_;
    std::chrono::system_clock::time_point expiry_{};
};

} // namespace slipway::client
