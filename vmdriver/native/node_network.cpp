#include "vmdriver/native/node_network.h"

#include <algorithm>
#include <cstdint>
#include <fcntl.h>
#include <format>
#include <fstream>
#include <sched.h>
#include <unistd.h>

#include "cluster/base/log.h"
#include "vmdriver/command.h"

namespace slipway::vmdriver {

namespace {

/// nft table names may not hold dashes.
std::string tableName(std::string interface) {
    std::ranges::replace(interface, '-', '_');
    return interface;
}

bool writeSysctl(const char* path, const char* value) {
    std::ofstream file(path);
    file << value << std::flush;
    return static_cast<bool>(file);
}

Result<void> configureNodeSide(const NodeLink& link, pid_t pid) {
    const std::string path = std::format("/proc/{}/ns/net", pid);
    const int space = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (space < 0)
        return failure(DriverErrc::network, "the node's network namespace is gone");
    const std::string batch = std::format("link set lo up\n"
                                          "addr add {}/24 dev eth0\n"
                                          "link set eth0 up\n"
                                          "route add default via {}\n",
                                          link.nodeAddress, link.hostAddress);
    auto done = mustRun(DriverErrc::network, {"ip", "-batch", "-"},
                        {.input = batch, .inChild = [space] { return setns(space, CLONE_NEWNET) == 0; }});
    close(space);
    return done;
}

} // namespace

std::string interfaceName(const std::string& cluster, const std::string& node) {
    std::uint32_t hash = 2166136261u; // FNV-1a
    for (const char c : cluster + "/" + node)
        hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
    return std::format("slw-{:08x}", hash);
}

Result<void> attachLink(const NodeLink& link, pid_t pid) {
    const std::string batch = std::format("link add {0} type veth peer name eth0 netns {1}\n"
                                          "addr add {2}/24 dev {0}\n"
                                          "link set {0} up\n",
                                          link.hostInterface, pid, link.hostAddress);
    if (auto made = mustRun(DriverErrc::network, {"ip", "-batch", "-"}, {.input = batch}); !made)
        return made;
    return configureNodeSide(link, pid);
}

void allowOutwards(const NodeLink& link) {
    if (!writeSysctl("/proc/sys/net/ipv4/ip_forward", "1"))
        base::info("node", "the host does not allow forwarding; nodes cannot pull images");
    const std::string rules = std::format("table ip {0} {{\n"
                                          "  chain postrouting {{\n"
                                          "    type nat hook postrouting priority srcnat; policy accept;\n"
                                          "    ip saddr {1} oifname != \"{2}\" masquerade\n"
                                          "  }}\n"
                                          "}}\n",
                                          tableName(link.hostInterface), link.subnet, link.hostInterface);
    const auto done = mustRun(DriverErrc::network, {"nft", "-f", "-"}, {.input = rules});
    if (!done)
        base::info("node", "no masquerading on this host; nodes cannot pull images: {}", done.error().message);
}

void detachLink(const std::string& hostInterface) {
    if (access(("/sys/class/net/" + hostInterface).c_str(), F_OK) == 0)
        (void)runCommand({"ip", "link", "del", hostInterface});
    (void)runCommand({"nft", "delete", "table", "ip", tableName(hostInterface)});
}

} // namespace slipway::vmdriver
