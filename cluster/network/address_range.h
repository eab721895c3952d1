#pragma once

#include <string>

/// Ranges of addresses in text form: "10.244.0.0/16", "fd00::/8".
namespace slipway::network {

/// Whether an address lies in a range; false for what is no range or of the other family.
bool contains(const std::string& cidr, const std::string& address);

/// The first address of a range; empty for what is none.
std::string networkAddress(const std::string& cidr);

/// How many bits of a range are fixed; -1 for what is none.
int prefixOf(const std::string& cidr);

} // namespace slipway::network
