#pragma once

#include <expected>
#include <functional>
#include <string>

namespace slipway::network {

/// A UDP flow the kernel remembers: where it was sent, and who answers.
struct UdpFlow {
    std::string destination, backend;
    int destinationPort = 0, backendPort = 0;
};

/// Makes the kernel forget the UDP flows that are @p stale, so that their next packet is looked up anew. Returns how
/// many; the error is the kernel's text.
std::expected<int, std::string> forgetUdpFlows(const std::function<bool(const UdpFlow&)>& stale);

} // namespace slipway::network
