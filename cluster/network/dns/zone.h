#pragma once

#include "cluster/network/services/service_feed.h"

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

/// The cluster's names (Kubernetes DNS-Based Service Discovery, schema 1.1.0) as plain values.
namespace slipway::network {

struct SrvTarget {
    std::string host;
    int port = 0;
    auto operator<=>(const SrvTarget&) const = default;
};

/// What one name has. Names are lower-case, absolute, without the last dot; lists hold each value once.
struct NameRecords {
    std::vector<std::array<std::uint8_t, 4>> a;
    std::vector<std::array<std::uint8_t, 16>> aaaa;
    std::string alias; ///< of an ExternalName service: where to look instead
    std::vector<SrvTarget> srv;
    std::vector<std::string> ptr;
    std::string txt;
    bool operator==(const NameRecords&) const = default;
};

using NamedRecords = std::map<std::string, NameRecords>;

/// The names of a service and its endpoints.
NamedRecords namesOf(const std::string& domain, const ServiceView& service);

/// All names of the cluster's domain and of its reverse addresses. A changed service costs what it has. Not for
/// several threads at once.
class Zone {
public:
    explicit Zone(std::string domain);

    /// Replaces the names of an owner ("namespace/name"); none removes the owner.
    void put(const std::string& owner, NamedRecords names);

    const std::string& domain() const { return domain_; }
    /// The records of a name; null when it has none.
    const NameRecords* find(const std::string& name) const;
    /// Whether a name exists: it has records, or something below it has.
    bool exists(const std::string& name) const;
    /// Whether the zone answers for a name (else it is to be asked elsewhere).
    bool answersFor(const std::string& name) const;

private:
    struct Entry {
        std::vector<std::pair<std::string, NameRecords>> owners;
        NameRecords merged; ///< of several owners
        int below = 0;      ///< names with records under this one
    };
    void add(const std::string& owner, const std::string& name, NameRecords records);
    void remove(const std::string& owner, const std::string& name);
    void countBelow(const std::string& name, int change);

    std::string domain_;
    std::unordered_map<std::string, Entry> names_;
    std::unordered_map<std::string, std::vector<std::string>> owned_;
};

/// The address bytes of "10-1-2-3.default.pod.cluster.local" (4 or 16), empty for other names.
std::vector<std::uint8_t> podAddress(const std::string& name, const std::string& domain);

/// "3.2.1.10.in-addr.arpa" of 10.1.2.3.
std::string reverseName(const std::string& address);

} // namespace slipway::network
