#include "cluster/controllers/node_ipam/pod_networks.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <format>

namespace slipway::controllers {

std::optional<PodNetworks> PodNetworks::parse(const std::string& cidr, int partBits) {
    unsigned a = 0, b = 0, c = 0, d = 0, bits = 0;
    char rest = 0;
    if (std::sscanf(cidr.c_str(), "%3u.%3u.%3u.%3u/%2u%c", &a, &b, &c, &d, &bits, &rest) != 5 ||
        std::max({a, b, c, d}) > 255 || bits > 32)
        return {};
    PodNetworks networks;
    networks.bits_ = static_cast<int>(bits);
    networks.partBits_ = networks.bits_ < partBits ? partBits : std::min(32, networks.bits_ + 8);
    const unsigned mask = bits == 0 ? 0 : ~0U << (32 - bits);
    networks.base_ = (a << 24 | b << 16 | c << 8 | d) & mask;
    return networks;
}

std::optional<std::string> PodNetworks::firstFree(const std::set<std::string>& taken) const {
    const std::uint64_t count = std::uint64_t(1) << (partBits_ - bits_);
    // One of the first taken + 1 is free, so that this ends early.
    for (std::uint64_t i = 0; i < std::min<std::uint64_t>(count, taken.size() + 1); ++i) {
        const std::uint64_t part = partBits_ == 32 ? i : i << (32 - partBits_);
        const unsigned address = base_ + static_cast<unsigned>(part);
        const std::string text = std::format("{}.{}.{}.{}/{}", address >> 24, address >> 16 & 255, address >> 8 & 255,
                                             address & 255, partBits_);
        if (!taken.contains(text))
            return text;
    }
    return {};
}

} // namespace slipway::controllers
