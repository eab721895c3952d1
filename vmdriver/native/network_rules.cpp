// The rules beside a cluster's bridge, as text.
#include <format>

#include "vmdriver/native/node_network.h"

namespace slipway::vmdriver {

namespace {

std::string publishRule(const ClusterProfile& profile, const PortMapping& port) {
    const NodeProfile* named = profile.find(port.node);
    const NodeProfile& node = named ? *named : profile.controlPlane();
    const std::string where = port.hostAddress == "0.0.0.0" || port.hostAddress.empty()
                                  ? "fib daddr type local"
                                  : "ip daddr " + port.hostAddress;
    return std::format("    {} {} dport {} dnat to {}:{}\n", where, port.protocol, port.hostPort, node.address,
                       port.nodePort);
}

} // namespace

std::string networkRules(const ClusterProfile& profile, const HostNames& names) {
    const std::string bridge = names.bridge(), table = names.table();
    std::string published;
    for (const auto& port : profile.ports)
        published += publishRule(profile, port);
    std::string text =
        std::format("add table ip {0}\ndelete table ip {0}\ntable ip {0} {{\n"
                    "  chain postrouting {{\n    type nat hook postrouting priority srcnat; policy accept;\n"
                    "    ip saddr {1} oifname != \"{2}\" masquerade\n"
                    "    ip saddr 127.0.0.0/8 oifname \"{2}\" masquerade\n  }}\n"
                    "  chain forward {{\n    type filter hook forward priority filter; policy accept;\n"
                    "    oifname != \"{2}\" accept\n    iifname \"{2}\" accept\n"
                    "    ct state established,related accept\n    ct status dnat accept\n    drop\n  }}\n",
                    table, profile.subnet, bridge);
    for (const char* hook : {"prerouting", "output"})
        if (!published.empty())
            text += std::format("  chain {0} {{\n    type nat hook {0} priority {1}; policy accept;\n{2}  }}\n", hook,
                                std::string_view(hook) == "output" ? "-100" : "dstnat", published);
    return text + "}\n";
}

} // namespace slipway::vmdriver
