#include "cluster/network/nftables/ruleset.h"

#include <algorithm>
#include <format>
#include <set>

namespace slipway::network {
namespace {

/// Marks connections that are to be masqueraded on their way out.
constexpr char mark[] = "0x4000";

std::string join(const std::vector<std::string>& parts, const char* separator) {
    std::string result;
    for (const auto& part : parts)
        result += (result.empty() ? "" : separator) + part;
    return result;
}

/// A chain that sends a new connection to one of the backends, evenly.
std::string balanceRule(const ServicePortPlan& port, const std::vector<Backend>& backends) {
    const std::string protocol(nameOf(port.protocol));
    if (backends.size() == 1)
        return std::format("    meta l4proto {} dnat to {}:{}\n", protocol, backends[0].address, backends[0].port);
    std::vector<std::string> entries;
    for (std::size_t i = 0; i < backends.size(); ++i)
        entries.push_back(std::format("{} : {} . {}", i, backends[i].address, backends[i].port));
    return std::format("    meta l4proto {} dnat ip addr . port to numgen random mod {} map {{ {} }}\n", protocol,
                       backends.size(), join(entries, ", "));
}

class Text {
public:
    Text(const ServicePlan& plan, const RulesetSettings& settings) : plan_(plan), settings_(settings) {}

    std::string run() {
        for (const ServicePortPlan& port : plan_.ports)
            addPort(port);
        std::string text = std::format("table ip {0} {{}}\ndelete table ip {0}\ntable ip {0} {{\n", settings_.table);
        text += sets_;
        addMap(text, "cluster_ips", "ipv4_addr . inet_proto . inet_service", clusterIps_);
        addMap(text, "external_ips", "ipv4_addr . inet_proto . inet_service", externalIps_);
        addMap(text, "node_ports", "inet_proto . inet_service", nodePorts_);
        addSet(text, "no_endpoints", "ipv4_addr . inet_proto . inet_service", noEndpoints_);
        addSet(text, "no_endpoint_ports", "inet_proto . inet_service", noEndpointPorts_);
        addSet(text, "hairpins", "ipv4_addr . ipv4_addr", {hairpins_.begin(), hairpins_.end()});
        text += chains_;
        addFixedChains(text);
        return text + "}\n";
    }

private:
    static void addMap(std::string& text, const char* name, const char* type,
                       const std::vector<std::string>& elements) {
        text += std::format("  map {} {{\n    type {} : verdict\n", name, type);
        if (!elements.empty())
            text += std::format("    elements = {{ {} }}\n", join(elements, ", "));
        text += "  }\n";
    }

    static void addSet(std::string& text, const char* name, const char* type,
                       const std::vector<std::string>& elements) {
        text += std::format("  set {} {{\n    type {}\n", name, type);
        if (!elements.empty())
            text += std::format("    elements = {{ {} }}\n", join(elements, ", "));
        text += "  }\n";
    }

    std::string clusterCidr() const {
        return settings_.clusterCidr.empty() ? settings_.podCidr : settings_.clusterCidr;
    }

    /// Two services may claim the same address and port; the first keeps it, since a map holds a key once.
    bool claim(const std::string& key) { return claimed_.insert(key).second; }

    void addPort(const ServicePortPlan& port) {
        const std::string name = port.chainName(), protocol(nameOf(port.protocol));
        const std::string key = std::format("{} . {} . {}", port.clusterIp, protocol, port.port);
        const bool ownsIp = claim(key),
                   ownsNodePort = port.nodePort > 0 && claim(std::format("{} . {}", protocol, port.nodePort));
        if (!port.backends.empty() && ownsIp) {
            addBalanceChain(name, port, port.backends, false);
            clusterIps_.push_back(std::format("{} : goto {}", key, name));
        } else if (ownsIp)
            noEndpoints_.push_back(key);
        if (port.externalBackends.empty()) {
            if (ownsNodePort)
                noEndpointPorts_.push_back(std::format("{} . {}", protocol, port.nodePort));
            return;
        }
        if (!ownsNodePort && port.externalIps.empty())
            return;
        addBalanceChain("x_" + name, port, port.externalBackends, !port.keepSource);
        if (ownsNodePort)
            nodePorts_.push_back(std::format("{} . {} : goto x_{}", protocol, port.nodePort, name));
        for (const auto& ip : port.externalIps) {
            const std::string external = std::format("{} . {} . {}", ip, protocol, port.port);
            if (claim(external))
                externalIps_.push_back(std::format("{} : goto x_{}", external, name));
        }
    }

    void addBalanceChain(const std::string& name, const ServicePortPlan& port, const std::vector<Backend>& backends,
                         bool external) {
        std::string body;
        for (const Backend& backend : backends)
            hairpins_.insert(std::format("{0} . {0}", backend.address));
        if (external)
            body += std::format("    meta mark set meta mark or {}\n", mark);
        else if (!clusterCidr().empty()) // what is not a pod's comes back only if it seems to come from the node
            body += std::format("    ip saddr != {} meta mark set meta mark or {}\n", clusterCidr(), mark);
        if (port.affinitySeconds > 0)
            body += affinity(name, port, backends);
        else
            body += balanceRule(port, backends);
        chains_ += std::format("  chain {} {{\n{}  }}\n", name, body);
    }

    /// A client goes back to where it was sent last, for as long as the service says: one set of clients a backend.
    std::string affinity(const std::string& name, const ServicePortPlan& port, const std::vector<Backend>& backends) {
        std::string body;
        std::vector<std::string> choices;
        const std::string protocol(nameOf(port.protocol));
        for (std::size_t i = 0; i < backends.size(); ++i) {
            const std::string set = std::format("a_{}_{}", name, i), chain = std::format("b_{}_{}", name, i);
            sets_ += std::format("  set {} {{\n    type ipv4_addr\n    flags dynamic,timeout\n    timeout {}s\n  }}\n",
                                 set, port.affinitySeconds);
            chains_ +=
                std::format("  chain {} {{\n    update @{} {{ ip saddr }}\n    meta l4proto {} dnat to {}:{}\n  }}\n",
                            chain, set, protocol, backends[i].address, backends[i].port);
            body += std::format("    ip saddr @{} goto {}\n", set, chain);
            choices.push_back(std::format("{} : goto {}", i, chain));
        }
        return body + std::format("    numgen random mod {} vmap {{ {} }}\n", backends.size(), join(choices, ", "));
    }

    void addFixedChains(std::string& text) const {
        text +=
            "  chain services {\n"
            "    ip daddr . meta l4proto . th dport vmap @cluster_ips\n"
            "    ip daddr . meta l4proto . th dport vmap @external_ips\n"
            "    fib daddr type local ip daddr != 127.0.0.0/8 meta l4proto . th dport vmap @node_ports\n"
            "  }\n"
            "  chain prerouting {\n    type nat hook prerouting priority dstnat; policy accept;\n    jump services\n  "
            "}\n"
            "  chain output {\n    type nat hook output priority -100; policy accept;\n    jump services\n  }\n"
            "  chain refuse {\n"
            "    ct state != new return\n"
            "    ip daddr . meta l4proto . th dport @no_endpoints reject with icmp type port-unreachable\n"
            "    fib daddr type local meta l4proto . th dport @no_endpoint_ports reject with icmp type "
            "port-unreachable\n"
            "  }\n"
            "  chain refuse_input {\n    type filter hook input priority 0; policy accept;\n    jump refuse\n  }\n"
            "  chain refuse_forward {\n    type filter hook forward priority 0; policy accept;\n    jump refuse\n  }\n"
            "  chain refuse_output {\n    type filter hook output priority 0; policy accept;\n    jump refuse\n  }\n"
            "  chain postrouting {\n    type nat hook postrouting priority srcnat; policy accept;\n";
        text += std::format("    meta mark and {0} == {0} masquerade fully-random\n", mark);
        // A pod that reaches itself through a service must see the answer come from elsewhere.
        text += "    ct status dnat ip saddr . ip daddr @hairpins masquerade fully-random\n";
        if (!settings_.podCidr.empty()) {
            if (settings_.masqueradeLocal)
                text += std::format(
                    "    ct status dnat ip saddr {0} ip daddr {0} oifname \"{1}\" masquerade fully-random\n",
                    settings_.podCidr, settings_.bridge);
            text += std::format("    ip saddr {} ip daddr != {} oifname != \"{}\" masquerade fully-random\n",
                                settings_.podCidr, clusterCidr(), settings_.bridge);
        }
        text += "  }\n";
    }

    const ServicePlan& plan_;
    const RulesetSettings& settings_;
    std::string sets_, chains_;
    std::vector<std::string> clusterIps_, externalIps_, nodePorts_, noEndpoints_, noEndpointPorts_;
    std::set<std::string> claimed_, hairpins_;
};

} // namespace

std::string rulesetText(const ServicePlan& plan, const RulesetSettings& settings) {
    return Text(plan, settings).run();
}

} // namespace slipway::network
