#pragma once

#include "cluster/pki/pki.h"

/// Certificate signing requests (PKCS #10, RFC 2986). Thread-safe.
namespace slipway::pki {

/// For whom a request asks a certificate.
struct RequestedNames {
    std::string commonName;
    std::vector<std::string> organizations, dnsNames, ipAddresses;
    bool otherNames = false; ///< mail addresses, URIs or others among the alternative names
};

/// Reads a request and checks that it is signed with its own key.
Result<RequestedNames> namesOfRequest(std::string_view requestPem);

/// Signs a request: its subject, alternative names and key, for the uses Kubernetes names ("client auth", "server
/// auth", "digital signature", "key encipherment" and so on; an unknown one is an error). Returns the certificate's
/// PEM.
Result<std::string> signRequest(const KeyPair& authority, std::string_view requestPem,
                                const std::vector<std::string>& usages, std::chrono::seconds lifetime);

} // namespace slipway::pki
