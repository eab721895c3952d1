#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace slipway::apiserver {

/// An IPv4 network: "10.96.0.0/16".
struct Ipv4Network {
    std::uint32_t address = 0;
    int prefix = 0;

    static std::optional<Ipv4Network> parse(std::string_view text);
    bool contains(std::uint32_t other) const;
    std::string host(std::uint32_t offset) const; ///< the address @p offset above the network's
    std::uint32_t size() const { return 1U << (32 - prefix); }
};

} // namespace slipway::apiserver
