#include "cluster/network/dns/loopback_address.h"

#include "cluster/network/netlink/interface_address.h"

namespace slipway::network {

std::expected<void, std::string> addLoopbackAddress(const std::string& address) {
    return addAddress("lo", address);
}

} // namespace slipway::network
