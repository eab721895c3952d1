#pragma once

#include "cluster/api/types/core_v1.h"
#include "cluster/api/types/discovery_v1.h"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

/// The cluster's names (Kubernetes DNS-Based Service Discovery, schema 1.1.0) as plain values.
namespace slipway::network {

struct SrvTarget {
    std::string host;
    int port = 0;
    auto operator<=>(const SrvTarget&) const = default;
};

/// What one name has. Names are lower-case, absolute, without the last dot.
struct NameRecords {
    std::set<std::string> a, aaaa, cname;
    std::set<SrvTarget> srv;
    std::set<std::string> ptr;
    std::string txt;
};

/// All names of the cluster's zone and of its reverse addresses. Immutable once made.
struct Zone {
    std::string domain; ///< "cluster.local"
    std::map<std::string, NameRecords> names;

    /// The records of a name; null when it does not exist.
    const NameRecords* find(const std::string& name) const;
    /// Whether anything is below a name: it then exists, without records.
    bool hasBelow(const std::string& name) const;
    /// Whether the zone answers for a name (else it is to be asked elsewhere).
    bool answersFor(const std::string& name) const;
};

Zone makeZone(const std::string& domain, const std::vector<std::shared_ptr<const api::core_v1::Service>>& services,
              const std::vector<std::shared_ptr<const api::discovery_v1::EndpointSlice>>& slices);

/// The address of "10-1-2-3.default.pod.cluster.local", empty for other names.
std::string podAddress(const std::string& name, const std::string& domain);

/// "3.2.1.10.in-addr.arpa" of 10.1.2.3.
std::string reverseName(const std::string& address);

} // namespace slipway::network
