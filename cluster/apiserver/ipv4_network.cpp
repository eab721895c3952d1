#include "cluster/apiserver/ipv4_network.h"

#include <arpa/inet.h>
#include <charconv>
#include <format>

namespace slipway::apiserver {

std::optional<Ipv4Network> Ipv4Network::parse(std::string_view text) {
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos)
        return {};
    in_addr address{};
    int prefix = -1;
    const std::string_view bits = text.substr(slash + 1);
    std::from_chars(bits.data(), bits.data() + bits.size(), prefix);
    if (inet_pton(AF_INET, std::string(text.substr(0, slash)).c_str(), &address) != 1 || prefix < 1 || prefix > 30)
        return {};
    return Ipv4Network{ntohl(address.s_addr) & ~0U << (32 - prefix), prefix};
}

bool Ipv4Network::contains(std::uint32_t other) const {
    return (other & ~0U << (32 - prefix)) == address;
}

std::string Ipv4Network::host(std::uint32_t offset) const {
    const std::uint32_t a = address + offset;
    return std::format("{}.{}.{}.{}", a >> 24, a >> 16 & 255, a >> 8 & 255, a & 255);
}

} // namespace slipway::apiserver
