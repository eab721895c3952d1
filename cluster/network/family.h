#pragma once

#include <string>
#include <string_view>

namespace slipway::network {

/// The two address families; each has a table of its own in the kernel.
enum class Family { ip4, ip6 };

/// nftables' words for a family.
struct FamilyWords {
    std::string_view table;   ///< of the table: "ip"
    std::string_view header;  ///< of the packet header: "ip"
    std::string_view address; ///< the type of an address: "ipv4_addr"
    std::string_view icmp;    ///< "icmp"
};

constexpr FamilyWords wordsOf(Family family) {
    return family == Family::ip4 ? FamilyWords{"ip", "ip", "ipv4_addr", "icmp"}
                                 : FamilyWords{"ip6", "ip6", "ipv6_addr", "icmpv6"};
}

/// The family of an address or a range in text form, judged by its colons.
constexpr Family familyOf(std::string_view address) {
    return address.find(':') == std::string_view::npos ? Family::ip4 : Family::ip6;
}

/// Whether text is an address of a family ("" and "None" are of neither).
constexpr bool isOf(Family family, std::string_view address) {
    return !address.empty() && address != "None" && familyOf(address) == family;
}

} // namespace slipway::network
