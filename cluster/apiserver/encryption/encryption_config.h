#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::apiserver::encryption {

struct NamedKey {
    std::string name, secret; ///< the secret's bytes
};

/// How one resource is kept: the first way writes, all of them read.
struct ResourceEncryption {
    std::string keyPrefix;      ///< "/registry/core/secrets/"
    bool writesPlain = false;   ///< identity stands first
    std::vector<NamedKey> keys; ///< in order; the first encrypts
};

/// Reads an EncryptionConfiguration (apiserver.config.k8s.io/v1) with the providers aesgcm and identity. The error says
/// what is not understood, never a secret.
std::expected<std::vector<ResourceEncryption>, std::string> readEncryptionConfig(std::string_view yaml);

} // namespace slipway::apiserver::encryption
