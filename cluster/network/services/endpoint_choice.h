#pragma once

#include "cluster/api/types/discovery_v1.h"

#include <memory>
#include <string>
#include <vector>

namespace slipway::network {

/// A place a service's traffic can go.
struct Backend {
    std::string address;
    int port = 0;
    bool local = false; ///< on this node
    auto operator<=>(const Backend&) const = default;
};

enum class Protocol { tcp, udp, sctp };

/// "tcp", "udp", "sctp".
std::string_view nameOf(Protocol protocol);
/// Of the API's name; TCP when it says nothing.
Protocol protocolOf(std::string_view name);

/// Where a node is, for choices that prefer near endpoints.
struct NodePlace {
    std::string name, zone;
    bool operator==(const NodePlace&) const = default;
};

/// An endpoint as the choice sees it.
struct Candidate {
    Backend backend;
    bool ready = false, servingWhileTerminating = false;
    std::vector<std::string> forNodes, forZones; ///< hints
};

using SlicePtr = std::shared_ptr<const api::discovery_v1::EndpointSlice>;

/// All endpoints of one port of a service, sorted, each address and port once.
std::vector<Candidate> candidatesOf(const std::vector<SlicePtr>& slices, std::string_view addressType,
                                    const std::string& portName, Protocol protocol, const NodePlace& node);

/// Which endpoints are used for callers in the cluster and for this node's share of outside callers.
struct EndpointChoice {
    std::vector<Backend> cluster; ///< by the hints; ready ones, else those that serve while terminating (KEP-1669)
    std::vector<Backend> local;   ///< of this node only, by the same rule
    bool any = false;             ///< whether the service has endpoints at all
};

/// Hints are used when every ready endpoint has them and one is for this node or its zone (KEP-2433, KEP-3015).
EndpointChoice chooseEndpoints(const std::vector<Candidate>& candidates, const NodePlace& node);

} // namespace slipway::network
