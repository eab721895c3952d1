#include "vmdriver/native/node_network.h"

#include <fcntl.h>
#include <filesystem>
#include <format>
#include <fstream>
#include <sched.h>
#include <unistd.h>

#include "cluster/base/files.h"
#include "cluster/base/log.h"
#include "vmdriver/command.h"
#include "vmdriver/subnet.h"

namespace slipway::vmdriver {

namespace fs = std::filesystem;

namespace {

const fs::path forwarding = "/proc/sys/net/ipv4/ip_forward";
const fs::path forwardingBefore = "/run/slipway/ip_forward-before"; // one for the host, whatever clusters there are

bool exists(const std::string& interface) {
    return access(("/sys/class/net/" + interface).c_str(), F_OK) == 0;
}

bool writeText(const fs::path& path, const std::string& text) {
    std::ofstream file(path);
    file << text << std::flush;
    return static_cast<bool>(file);
}

/// Whether any bridge is left on the host, whoever made it: its users may need forwarding.
bool anyBridge() {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator("/sys/class/net", ignored))
        if (fs::exists(entry.path() / "bridge", ignored))
            return true;
    return false;
}

void allowForwarding() {
    const std::string now = base::readFile(forwarding).value_or("");
    if (now.starts_with('1'))
        return;
    std::error_code ignored;
    fs::create_directories(forwardingBefore.parent_path(), ignored);
    if (writeText(forwarding, "1"))
        writeText(forwardingBefore, now);
    else
        base::info("node", "the host does not allow forwarding; nodes cannot pull images");
}

void restoreForwarding() {
    std::error_code ignored;
    const auto before = base::readFile(forwardingBefore);
    if (!before || anyBridge())
        return;
    writeText(forwarding, *before);
    fs::remove(forwardingBefore, ignored);
}

/// Other software's firewall (Docker sets this) may drop what is forwarded unless it is told otherwise.
bool forwardingIsDropped() {
    const auto policy =
        findProgram("iptables") ? runCommand({"iptables", "-w", "-S", "FORWARD"}) : Result<CommandResult>();
    return policy && policy->output.starts_with("-P FORWARD DROP");
}

void passFirewall(const std::string& bridge) {
    if (!forwardingIsDropped())
        return;
    for (const char* side : {"-i", "-o"})
        if (const auto known = runCommand({"iptables", "-w", "-C", "FORWARD", side, bridge, "-j", "ACCEPT"});
            known && known->exitCode != 0)
            (void)runCommand({"iptables", "-w", "-I", "FORWARD", side, bridge, "-j", "ACCEPT"});
}

void forgetFirewall(const std::string& bridge) {
    if (!forwardingIsDropped())
        return;
    for (const char* side : {"-i", "-o"})
        (void)runCommand({"iptables", "-w", "-D", "FORWARD", side, bridge, "-j", "ACCEPT"});
}

Result<void> configureNodeSide(const ClusterProfile& profile, const NodeProfile& node, pid_t pid) {
    const std::string path = std::format("/proc/{}/ns/net", pid);
    const int space = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (space < 0)
        return failure(DriverErrc::network, "the node's network namespace is gone");
    const std::string batch = std::format("link set lo up\naddr add {}/24 dev eth0\nlink set eth0 up\n"
                                          "route add default via {}\n",
                                          node.address, addressIn(profile.subnet, 1));
    auto done = mustRun(DriverErrc::network, {"ip", "-batch", "-"},
                        {.input = batch, .inChild = [space] { return setns(space, CLONE_NEWNET) == 0; }});
    close(space);
    return done;
}

} // namespace

Result<void> setUpNetwork(const ClusterProfile& profile, const HostNames& names) {
    const std::string bridge = names.bridge();
    if (!exists(bridge)) {
        const std::string batch = std::format("link add {0} type bridge\naddr add {1}/24 dev {0}\nlink set {0} up\n",
                                              bridge, addressIn(profile.subnet, 1));
        if (auto made = mustRun(DriverErrc::network, {"ip", "-batch", "-"}, {.input = batch}); !made)
            return made;
    }
    allowForwarding();
    if (const auto done = mustRun(DriverErrc::network, {"nft", "-f", "-"}, {.input = networkRules(profile, names)});
        !done)
        base::info("node", "no masquerading on this host; nodes cannot pull images: {}", done.error().message);
    if (!profile.ports.empty()) // connections from the host's own loopback address go out through the bridge
        writeText("/proc/sys/net/ipv4/conf/" + bridge + "/route_localnet", "1");
    passFirewall(bridge);
    return {};
}

void tearDownNetwork(const HostNames& names) {
    const std::string bridge = names.bridge();
    if (exists(bridge)) {
        forgetFirewall(bridge);
        (void)runCommand({"ip", "link", "del", bridge});
    }
    (void)runCommand({"nft", "delete", "table", "ip", names.table()});
    restoreForwarding();
}

Result<void> attachNode(const ClusterProfile& profile, const HostNames& names, const NodeProfile& node, pid_t pid) {
    const std::string batch =
        std::format("link add {0} type veth peer name eth0 netns {1}\nlink set {0} master {2}\nlink set {0} up\n",
                    names.link(node.name), pid, names.bridge());
    if (auto made = mustRun(DriverErrc::network, {"ip", "-batch", "-"}, {.input = batch}); !made)
        return made;
    return configureNodeSide(profile, node, pid);
}

void detachNode(const HostNames& names, const std::string& node) {
    if (const std::string link = names.link(node); exists(link))
        (void)runCommand({"ip", "link", "del", link});
}

} // namespace slipway::vmdriver
