#include "app/node_init/node_setup.h"

#include <fstream>
#include <string>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

namespace slipway::node_init {

namespace {

bool writeTo(const std::string& path, const std::string& text) {
    std::ofstream file(path);
    file << text << std::flush;
    return static_cast<bool>(file);
}

} // namespace

void delegateCgroups() {
    const std::string top = "/sys/fs/cgroup";
    std::ifstream controllers(top + "/cgroup.controllers");
    if (!controllers)
        return;
    mkdir((top + "/init").c_str(), 0755);
    std::ifstream members(top + "/cgroup.procs");
    for (std::string pid; std::getline(members, pid);)
        writeTo(top + "/init/cgroup.procs", pid);
    for (std::string controller; controllers >> controller;)
        writeTo(top + "/cgroup.subtree_control", "+" + controller);
}

void setNetworkSysctls() {
    writeTo("/proc/sys/net/ipv4/ip_forward", "1");
    writeTo("/proc/sys/net/bridge/bridge-nf-call-iptables", "1");
}

void shareMounts() {
    mount(nullptr, "/", nullptr, MS_SHARED | MS_REC, nullptr);
}

} // namespace slipway::node_init
