#pragma once

#include <string>

namespace slipway::ingress {

/// Whether a certificate chain and a private key in PEM can be read and belong together: what nginx would refuse must
/// not take the other hosts down with it.
bool isUsablePair(const std::string& certificatePem, const std::string& keyPem);

} // namespace slipway::ingress
