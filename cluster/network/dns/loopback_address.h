#pragma once

#include <expected>
#include <string>

namespace slipway::network {

/// Gives the loopback interface of this network namespace another address, of this one host. Fine when it has it
/// already.
std::expected<void, std::string> addLoopbackAddress(const std::string& address);

} // namespace slipway::network
