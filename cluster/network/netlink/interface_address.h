#pragma once

#include <expected>
#include <string>

namespace slipway::network {

/// Gives an interface of this network namespace an address of its own (/32 or /128); succeeds when it has it. Errors
/// are readable: no such interface, not permitted. rtnetlink(7).
std::expected<void, std::string> addAddress(const std::string& interface, const std::string& address);

/// Takes it away; succeeds when it is not there.
std::expected<void, std::string> removeAddress(const std::string& interface, const std::string& address);

/// Tells the neighbours by a gratuitous ARP request (RFC 5227, section 3) where an IPv4 address is now, since they
/// remember where it was.
std::expected<void, std::string> announceAddress(const std::string& interface, const std::string& address);

} // namespace slipway::network
