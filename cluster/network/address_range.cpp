#include "cluster/network/address_range.h"

#include "cluster/network/netlink/message.h"

#include <algorithm>
#include <charconv>

namespace slipway::network {
namespace {

struct Range {
    std::vector<std::uint8_t> address;
    int prefix = -1; ///< -1: not a range
};

Range rangeOf(const std::string& cidr) {
    const std::size_t slash = cidr.find('/');
    Range range{netlink::addressBytes(cidr.substr(0, slash)), -1};
    const int most = static_cast<int>(range.address.size() * 8);
    int prefix = most;
    if (slash != std::string::npos) {
        const auto [end, error] = std::from_chars(cidr.data() + slash + 1, cidr.data() + cidr.size(), prefix);
        if (error != std::errc() || end != cidr.data() + cidr.size() || prefix < 0)
            return range;
    }
    if (!range.address.empty() && prefix <= most)
        range.prefix = prefix;
    return range;
}

/// An address with its bits behind the prefix cleared.
void mask(std::vector<std::uint8_t>& address, int prefix) {
    for (std::size_t i = 0; i < address.size(); ++i) {
        const int bits = std::clamp(prefix - static_cast<int>(i) * 8, 0, 8);
        address[i] &= static_cast<std::uint8_t>(0xFF00 >> bits);
    }
}

} // namespace

bool contains(const std::string& cidr, const std::string& address) {
    Range range = rangeOf(cidr);
    std::vector<std::uint8_t> own = netlink::addressBytes(address);
    if (range.prefix < 0 || own.size() != range.address.size())
        return false;
    mask(range.address, range.prefix);
    mask(own, range.prefix);
    return own == range.address;
}

std::string networkAddress(const std::string& cidr) {
    Range range = rangeOf(cidr);
    if (range.prefix < 0)
        return {};
    mask(range.address, range.prefix);
    return netlink::addressText(range.address);
}

int prefixOf(const std::string& cidr) {
    return rangeOf(cidr).prefix;
}

} // namespace slipway::network
