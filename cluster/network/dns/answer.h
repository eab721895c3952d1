#pragma once

#include "cluster/network/dns/zone.h"

#include <cstdint>
#include <optional>
#include <span>

namespace slipway::network {

using Packet = std::vector<std::uint8_t>;

/// What to do with a query.
struct DnsDecision {
    Packet answer;        ///< to be sent back; empty with forward, or when the query deserves no answer
    bool forward = false; ///< not of the cluster: ask the node's own name servers
};

/// Answers a DNS query packet (RFC 1035) from the zone. Never throws; a damaged packet gets FORMERR, or nothing when
/// not even its header is there. @p limit is the most bytes an answer may have (UDP: 512 or what EDNS offers); a longer
/// one is cut down to its header with TC set.
DnsDecision decideDns(std::span<const std::uint8_t> query, const Zone& zone, std::size_t limit);

/// The most bytes a UDP answer to this query may have.
std::size_t udpLimit(std::span<const std::uint8_t> query);

/// SERVFAIL for a query; nothing when it has no header.
Packet serverFailure(std::span<const std::uint8_t> query);

} // namespace slipway::network
