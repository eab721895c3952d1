#include "cluster/network/services/service_rules.h"

#include <algorithm>
#include <format>
#include <set>

namespace slipway::network {
namespace {

/// Marks connections that are to be masqueraded on their way out.
constexpr char markRule[] = "meta mark set meta mark or 0x4000";

constexpr char keyType[] = " . inet_proto . inet_service";

/// The two ways a service is addressed: by an address of its own, or by a port of the node.
struct Addressing {
    const char* prefix;      ///< of the names of its objects
    const char* endpoints;   ///< map of where outside and inside callers go
    const char* near;        ///< map for callers inside the cluster, of services that keep outside callers local
    std::string key;         ///< the packet's part of the key
    std::string recordedKey; ///< the same once the packet is redirected
};

Addressing byAddress(Family family) {
    const auto words = wordsOf(family);
    return {"", "endpoints", "near_endpoints", std::format("{} daddr . meta l4proto . th dport", words.header),
            std::format("ct original {} daddr . meta l4proto . ct original proto-dst", words.header)};
}

Addressing byNodePort() {
    return {"node_", "node_endpoints", "near_node_endpoints", "meta l4proto . th dport",
            "meta l4proto . ct original proto-dst"};
}

/// Writes the rules of one service port.
class PortRules {
public:
    PortRules(Contribution& out, const ServicePortPlan& plan, Family family, const PodRanges& ranges)
        : out_(out), plan_(plan), family_(family), words_(wordsOf(family)), ranges_(ranges), id_(plan.id()) {}

    void write() {
        if (plan_.affinitySeconds > 0)
            addAffinityObjects();
        addClusterAddress();
        for (const std::string& ip : plan_.externalIps)
            addOutside(byAddress(family_), keyOf(ip), "frontends", "no_endpoints", "recorders");
        if (plan_.nodePort > 0)
            addOutside(byNodePort(), std::format("{} . {}", nameOf(plan_.protocol), plan_.nodePort), "node_ports",
                       "no_node_endpoints", "node_recorders");
        for (const std::string& ip : plan_.balancerIps)
            addSourceRanges(ip);
        for (const auto* backends : {&plan_.internal, &plan_.external, &plan_.shortcut})
            for (const Backend& backend : *backends)
                if (backend.local)
                    out_.elements.push_back({"hairpins", std::format("{0} . {0}", backend.address), ""});
    }

private:
    std::string keyOf(const std::string& ip) const {
        return std::format("{} . {} . {}", ip, nameOf(plan_.protocol), plan_.port);
    }

    /// The maps of clients of the lists that differ: i(nternal), e(xternal), s(hortcut).
    std::string affinityOf(const std::vector<Backend>& backends) const {
        if (plan_.affinitySeconds == 0)
            return {};
        const char role = &backends == &plan_.internal || backends == plan_.internal ? 'i'
                          : backends == plan_.external                               ? 'e'
                                                                                     : 's';
        return std::format("{}_{}_{}", role, id_, plan_.affinitySeconds);
    }

    void addAffinityObjects() {
        for (const AffinityMap& map : affinityMaps({{plan_}, {}})) {
            const std::string suffix = map.name.substr(4);
            out_.sets[map.name] = {true,
                                   std::format("type {0} : {0} . inet_service; size 65536; flags dynamic,timeout; "
                                               "timeout {1}s;",
                                               words_.address, plan_.affinitySeconds),
                                   true};
            out_.sets["live_" + suffix] = {false, std::format("type {} . inet_service;", words_.address)};
            for (const Backend& backend : map.backends)
                out_.elements.push_back({"live_" + suffix, std::format("{} . {}", backend.address, backend.port), ""});
        }
    }

    std::string recordRule(const std::vector<Backend>& backends) const {
        // What is no endpoint any more is not recorded: a client's retries would keep it alive.
        return std::format("{0} daddr . th dport @live_{1} update @aff_{1} {{ ct original {0} saddr : {0} daddr . th "
                           "dport }}",
                           words_.header, affinityOf(backends));
    }

    std::string chain(std::string name, std::vector<std::string> rules) {
        out_.chains.insert_or_assign(name, ChainDefinition{"", std::move(rules)});
        return name;
    }

    std::string masqueradeOutside() const {
        return ranges_.cluster.empty() || !isOf(family_, ranges_.cluster)
                   ? std::string()
                   : std::format("{} saddr != {} {}", words_.header, ranges_.cluster, markRule);
    }

    /// The rules that redirect to one of a list of backends in a map.
    void redirect(std::vector<std::string>& rules, const Addressing& by, const char* map,
                  const std::vector<Backend>& backends) const {
        if (backends.empty())
            return;
        if (const std::string affinity = affinityOf(backends); !affinity.empty())
            rules.push_back(
                std::format("meta l4proto {{ tcp, udp, sctp }} dnat {0} addr . port to {0} saddr map @aff_{1}",
                            words_.header, affinity));
        rules.push_back(std::format("meta l4proto {{ tcp, udp, sctp }} dnat {} addr . port to {} . numgen random mod "
                                    "{} map @{}",
                                    words_.header, by.key, backends.size(), map));
    }

    void addEndpoints(const char* map, const std::string& key, const std::vector<Backend>& backends) {
        for (std::size_t i = 0; i < backends.size(); ++i)
            out_.elements.push_back(
                {map, std::format("{} . {}", key, i), std::format("{} . {}", backends[i].address, backends[i].port)});
    }

    std::string suffix(const std::vector<Backend>& backends) const {
        const std::string affinity = affinityOf(backends);
        return affinity.empty() ? std::to_string(backends.size()) : std::format("{}_{}", backends.size(), affinity);
    }

    /// A chain for callers from anywhere that reach a list of backends; pods keep their address.
    std::string insideChain(const Addressing& by, const char* what, const char* map,
                            const std::vector<Backend>& backends) {
        std::vector<std::string> rules;
        if (auto rule = masqueradeOutside(); !rule.empty())
            rules.push_back(std::move(rule));
        redirect(rules, by, map, backends);
        return chain(std::format("{}{}_{}", by.prefix, what, suffix(backends)), std::move(rules));
    }

    std::string outsideChain(const Addressing& by) {
        std::vector<std::string> rules{markRule};
        redirect(rules, by, by.endpoints, plan_.external);
        return chain(std::format("{}out_{}", by.prefix, suffix(plan_.external)), std::move(rules));
    }

    /// externalTrafficPolicy Local: callers inside the cluster and on the node itself reach every endpoint.
    std::string localChain(const Addressing& by) {
        std::vector<std::string> rules;
        if (!plan_.shortcut.empty()) {
            const std::string near = insideChain(by, "near", by.near, plan_.shortcut);
            if (!ranges_.cluster.empty() && isOf(family_, ranges_.cluster))
                rules.push_back(std::format("{} saddr {} goto {}", words_.header, ranges_.cluster, near));
            rules.push_back(std::format("fib saddr type local goto {}", near));
        }
        redirect(rules, by, by.endpoints, plan_.external);
        return chain(std::format("{}local_{}_near_{}", by.prefix, suffix(plan_.external), suffix(plan_.shortcut)),
                     std::move(rules));
    }

    void refuse(const char* map, const std::string& key) {
        out_.elements.push_back({map, key, plan_.anyEndpoints ? "drop" : "goto refuse"});
    }

    void addClusterAddress() {
        const std::string key = keyOf(plan_.clusterIp);
        out_.elements.push_back({"cluster_ips", plan_.clusterIp, ""});
        if (plan_.internal.empty())
            return refuse("no_endpoints", key);
        const Addressing by = byAddress(family_);
        out_.elements.push_back({"frontends", key, "goto " + insideChain(by, "to", by.endpoints, plan_.internal)});
        addEndpoints(by.endpoints, key, plan_.internal);
        addRecorder("recorders", key, {&plan_.internal});
    }

    void addOutside(const Addressing& by, const std::string& key, const char* frontends, const char* none,
                    const char* recorders) {
        if (plan_.external.empty())
            refuse(none, key);
        if (plan_.external.empty() && plan_.shortcut.empty())
            return;
        out_.elements.push_back({frontends, key, "goto " + (plan_.externalLocal ? localChain(by) : outsideChain(by))});
        addEndpoints(by.endpoints, key, plan_.external);
        addEndpoints(by.near, key, plan_.shortcut);
        addRecorder(recorders, key, {&plan_.external, &plan_.shortcut});
    }

    void addRecorder(const char* map, const std::string& key,
                     std::initializer_list<const std::vector<Backend>*> lists) {
        if (plan_.affinitySeconds == 0)
            return;
        std::vector<std::string> rules;
        std::string name = "record";
        for (const auto* backends : lists)
            if (!backends->empty()) {
                rules.push_back(recordRule(*backends));
                name += "_" + affinityOf(*backends);
            }
        out_.elements.push_back({map, key, "goto " + chain(name, std::move(rules))});
    }

    void addSourceRanges(const std::string& ip) {
        std::string ranges;
        for (const std::string& range : plan_.sourceRanges)
            ranges += (ranges.empty() ? "" : ", ") + range;
        std::vector<std::string> rules;
        // A bit of both families may be left out by the other's ranges: then nobody may.
        rules.push_back(ranges.empty() ? "drop" : std::format("{} saddr != {{ {} }} drop", words_.header, ranges));
        out_.elements.push_back({"source_ranges", keyOf(ip), "goto " + chain("ranges_" + id_, std::move(rules))});
    }

    Contribution& out_;
    const ServicePortPlan& plan_;
    Family family_;
    FamilyWords words_;
    const PodRanges& ranges_;
    std::string id_;
};

void addBaseSets(Contribution& base, const FamilyWords& words) {
    const std::string address(words.address);
    const auto map = [&](const char* name, const std::string& type) {
        base.sets[name] = {true, std::format("type {} : verdict;", type)};
    };
    const auto endpoints = [&](const char* name, const std::string& prefix) {
        // The port's type is taken from conntrack: nft 1.1 cannot read elements back whose port is the packet's.
        base.sets[name] = {true, std::format("typeof {}meta l4proto . ct original proto-dst . numgen random mod 2 : {} "
                                             "daddr . ct original proto-dst;",
                                             prefix, words.header)};
    };
    for (const char* name : {"frontends", "no_endpoints", "source_ranges", "recorders"})
        map(name, address + keyType);
    for (const char* name : {"node_ports", "no_node_endpoints", "node_recorders"})
        map(name, "inet_proto . inet_service");
    for (const char* name : {"endpoints", "near_endpoints"})
        endpoints(name, std::format("{} daddr . ", words.header));
    for (const char* name : {"node_endpoints", "near_node_endpoints"})
        endpoints(name, "");
    base.sets["cluster_ips"] = {false, std::format("type {};", address)};
    base.sets["hairpins"] = {false, std::format("type {0} . {0};", address)};
}

std::vector<std::string> postroutingRules(Family family, const PodRanges& ranges) {
    const auto words = wordsOf(family);
    std::vector<std::string> rules{
        "meta mark and 0x4000 == 0x4000 masquerade fully-random",
        // A pod that reaches itself through a service must see the answer come from elsewhere.
        std::format("ct status dnat {0} saddr . {0} daddr @hairpins masquerade fully-random", words.header)};
    // What leaves the cluster must find its way back.
    const std::string& inside = ranges.cluster.empty() ? ranges.node : ranges.cluster;
    if (isOf(family, ranges.node))
        rules.push_back(std::format("{0} saddr {1} {0} daddr != {2} {3} masquerade fully-random", words.header,
                                    ranges.node, inside,
                                    family == Family::ip4 ? "ip daddr != 224.0.0.0/4" : "ip6 daddr != ff00::/8"));
    return rules;
}

} // namespace

Contribution baseRules(Family family, const PodRanges& ranges) {
    const auto words = wordsOf(family);
    const Addressing address = byAddress(family), node = byNodePort();
    const std::string loopback = family == Family::ip4 ? "127.0.0.0/8" : "::1";
    Contribution base;
    addBaseSets(base, words);
    auto& chains = base.chains;
    chains["services"].rules = {
        std::format("{} vmap @frontends", address.key),
        std::format("fib daddr type local {} daddr != {} {} vmap @node_ports", words.header, loopback, node.key)};
    chains["record"].rules = {std::format("{} vmap @recorders", address.recordedKey),
                              std::format("{} vmap @node_recorders", node.recordedKey)};
    chains["refuse"].rules = {std::format("reject with {} type port-unreachable", words.icmp)};
    chains["unreachable"].rules = {std::format("{} vmap @no_endpoints", address.key),
                                   std::format("fib daddr type local {} daddr != {} {} vmap @no_node_endpoints",
                                               words.header, loopback, node.key)};
    const auto hook = [&](const char* name, std::string hook, std::vector<std::string> rules) {
        chains[name] = {"type " + std::move(hook) + "; policy accept;", std::move(rules)};
    };
    // Numbers rather than names: "dstnat" is not known on every hook. -100 is where destinations are rewritten.
    for (const char* where : {"prerouting", "output"}) {
        const std::string name = where;
        hook(("allowed_" + name).c_str(), std::format("filter hook {} priority -110", where),
             {std::format("ct state new {} vmap @source_ranges", address.key)});
        hook(where, std::format("nat hook {} priority -100", where), {"jump services"});
        hook(("record_" + name).c_str(), std::format("filter hook {} priority -90", where),
             {"ct state new ct status dnat jump record"});
    }
    hook("refuse_input", "filter hook input priority 0", {"ct state new jump unreachable"});
    for (const char* where : {"forward", "output"})
        hook((std::string("refuse_") + where).c_str(), std::format("filter hook {} priority 0", where),
             {"ct state new jump unreachable",
              // A port the service does not have.
              std::format("ct state new {} daddr @cluster_ips goto refuse", words.header)});
    hook("postrouting", "nat hook postrouting priority 100", postroutingRules(family, ranges));
    return base;
}

Contribution serviceRules(const ServicePlan& plan, Family family, const PodRanges& ranges) {
    Contribution result;
    for (const ServicePortPlan& port : plan.ports)
        PortRules(result, port, family, ranges).write();
    // Ports of one service share elements (its address, its endpoints).
    std::ranges::sort(result.elements);
    const auto [first, last] = std::ranges::unique(result.elements);
    result.elements.erase(first, last);
    return result;
}

std::vector<AffinityMap> affinityMaps(const ServicePlan& plan) {
    std::vector<AffinityMap> maps;
    for (const ServicePortPlan& port : plan.ports) {
        if (port.affinitySeconds == 0)
            continue;
        const auto add = [&](char role, const std::vector<Backend>& backends) {
            if (!backends.empty())
                maps.push_back({std::format("aff_{}_{}_{}", role, port.id(), port.affinitySeconds), backends});
        };
        add('i', port.internal);
        if (port.external != port.internal)
            add('e', port.external);
        if (port.shortcut != port.internal && port.shortcut != port.external)
            add('s', port.shortcut);
    }
    return maps;
}

} // namespace slipway::network
