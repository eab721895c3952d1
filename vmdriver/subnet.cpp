#include "vmdriver/subnet.h"

#include <algorithm>
#include <arpa/inet.h>
#include <bit>
#include <charconv>
#include <sstream>

namespace slipway::vmdriver {

namespace {

std::uint32_t maskOf(int prefix) {
    return prefix == 0 ? 0 : ~std::uint32_t{0} << (32 - prefix);
}

std::string dotted(std::uint32_t address) {
    const in_addr network{htonl(address)};
    char text[INET_ADDRSTRLEN];
    inet_ntop(AF_INET, &network, text, sizeof text);
    return text;
}

} // namespace

bool Ipv4Network::overlaps(const Ipv4Network& other) const {
    const std::uint32_t mask = maskOf(std::min(prefix, other.prefix));
    return (address & mask) == (other.address & mask);
}

std::optional<Ipv4Network> parseNetwork(std::string_view text) {
    const auto slash = text.find('/');
    if (slash == std::string_view::npos)
        return std::nullopt;
    in_addr address{};
    int prefix = -1;
    const auto digits = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
    if (inet_pton(AF_INET, std::string(text.substr(0, slash)).c_str(), &address) != 1 || error != std::errc{} ||
        end != digits.data() + digits.size() || prefix < 0 || prefix > 32)
        return std::nullopt;
    return Ipv4Network{ntohl(address.s_addr), prefix};
}

std::vector<Ipv4Network> parseRoutes(std::string_view procNetRoute) {
    std::vector<Ipv4Network> networks;
    std::istringstream lines{std::string(procNetRoute)};
    std::string line;
    std::getline(lines, line); // the heading
    while (std::getline(lines, line)) {
        std::istringstream fields(line);
        std::string interface, gateway, flags, references, use, metric;
        std::uint32_t destination = 0, mask = 0;
        fields >> interface >> std::hex >> destination >> gateway >> flags >> references >> use >> metric >> mask;
        if (fields && mask != 0)
            networks.push_back({ntohl(destination), std::popcount(mask)});
    }
    return networks;
}

std::optional<std::string> chooseSubnet(const std::vector<Ipv4Network>& taken) {
    for (const char* pool : {"172.30.0.0/16", "10.231.0.0/16"}) {
        const auto whole = *parseNetwork(pool);
        for (std::uint32_t third = 0; third < 256; ++third) {
            const Ipv4Network candidate{whole.address | third << 8, 24};
            if (std::ranges::none_of(taken, [&](const auto& other) { return candidate.overlaps(other); }))
                return dotted(candidate.address) + "/24";
        }
    }
    return std::nullopt;
}

std::string freeAddress(const std::string& subnet, const std::vector<std::string>& taken) {
    for (int number = 2; number < sharedHostNumber; ++number)
        if (std::string candidate = addressIn(subnet, number); std::ranges::find(taken, candidate) == taken.end())
            return candidate;
    return {};
}

std::string addressIn(const std::string& subnet, int hostNumber) {
    const auto network = parseNetwork(subnet);
    return network ? dotted(network->address + static_cast<std::uint32_t>(hostNumber)) : std::string();
}

} // namespace slipway::vmdriver
