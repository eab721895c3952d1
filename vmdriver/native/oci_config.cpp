#include "vmdriver/native/oci_config.h"

#include <array>
#include <boost/json.hpp>
#include <fstream>
#include <string_view>
#include <unistd.h>

namespace slipway::vmdriver {

namespace json = boost::json;

namespace {

/// In the order of their numbers (capability.h); runc 1.1 knows all of them.
constexpr std::array<std::string_view, 41> capabilityNames{"CAP_CHOWN",
                                                           "CAP_DAC_OVERRIDE",
                                                           "CAP_DAC_READ_SEARCH",
                                                           "CAP_FOWNER",
                                                           "CAP_FSETID",
                                                           "CAP_KILL",
                                                           "CAP_SETGID",
                                                           "CAP_SETUID",
                                                           "CAP_SETPCAP",
                                                           "CAP_LINUX_IMMUTABLE",
                                                           "CAP_NET_BIND_SERVICE",
                                                           "CAP_NET_BROADCAST",
                                                           "CAP_NET_ADMIN",
                                                           "CAP_NET_RAW",
                                                           "CAP_IPC_LOCK",
                                                           "CAP_IPC_OWNER",
                                                           "CAP_SYS_MODULE",
                                                           "CAP_SYS_RAWIO",
                                                           "CAP_SYS_CHROOT",
                                                           "CAP_SYS_PTRACE",
                                                           "CAP_SYS_PACCT",
                                                           "CAP_SYS_ADMIN",
                                                           "CAP_SYS_BOOT",
                                                           "CAP_SYS_NICE",
                                                           "CAP_SYS_RESOURCE",
                                                           "CAP_SYS_TIME",
                                                           "CAP_SYS_TTY_CONFIG",
                                                           "CAP_MKNOD",
                                                           "CAP_LEASE",
                                                           "CAP_AUDIT_WRITE",
                                                           "CAP_AUDIT_CONTROL",
                                                           "CAP_SETFCAP",
                                                           "CAP_MAC_OVERRIDE",
                                                           "CAP_MAC_ADMIN",
                                                           "CAP_SYSLOG",
                                                           "CAP_WAKE_ALARM",
                                                           "CAP_BLOCK_SUSPEND",
                                                           "CAP_AUDIT_READ",
                                                           "CAP_PERFMON",
                                                           "CAP_BPF",
                                                           "CAP_CHECKPOINT_RESTORE"};

json::array capabilityList(std::uint64_t bits) {
    json::array names;
    for (std::size_t number = 0; number < capabilityNames.size(); ++number)
        if (bits >> number & 1)
            names.emplace_back(capabilityNames[number]);
    return names;
}

json::object mountEntry(std::string_view destination, std::string_view type, std::string_view source,
                        std::initializer_list<json::value_ref> options) {
    return {{"destination", destination}, {"type", type}, {"source", source}, {"options", json::array(options)}};
}

json::array mounts(const SandboxSpec& spec, const HostAbilities& host) {
    json::array list{
        mountEntry("/proc", "proc", "proc", {"nosuid", "noexec", "nodev"}),
        mountEntry("/dev", "tmpfs", "tmpfs", {"nosuid", "strictatime", "mode=755", "size=65536k"}),
        mountEntry("/dev/pts", "devpts", "devpts",
                   {"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"}),
        mountEntry("/dev/shm", "tmpfs", "shm", {"nosuid", "noexec", "nodev", "mode=1777"}),
        mountEntry("/dev/mqueue", "mqueue", "mqueue", {"nosuid", "noexec", "nodev"}),
        mountEntry("/sys", "sysfs", "sysfs", {"nosuid", "noexec", "nodev"}),
        mountEntry("/run", "tmpfs", "tmpfs", {"nosuid", "nodev", "mode=755"}),
        mountEntry("/tmp", "tmpfs", "tmpfs", {"nosuid", "nodev", "mode=1777"}),
    };
    if (host.cgroups)
        list.push_back(mountEntry("/sys/fs/cgroup", "cgroup", "cgroup", {"nosuid", "noexec", "nodev", "relatime"}));
    for (const auto& bind : spec.binds)
        list.push_back(mountEntry(bind.destination.string(), "bind", bind.source.string(),
                                  {"rbind", "rshared", bind.readOnly ? "ro" : "rw"}));
    return list;
}

json::object process(const SandboxSpec& spec, const HostAbilities& host) {
    json::array arguments;
    for (const auto& word : spec.command)
        arguments.emplace_back(word);
    const json::array capabilities = capabilityList(host.capabilities);
    return {
        {"terminal", false},
        {"user", {{"uid", 0}, {"gid", 0}}},
        {"args", std::move(arguments)},
        {"env", {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LANG=C.UTF-8"}},
        {"cwd", "/"},
        {"capabilities", {{"bounding", capabilities}, {"effective", capabilities}, {"permitted", capabilities}}},
        {"noNewPrivileges", false}};
}

json::object resources(const SandboxLimits& limits) {
    json::object part{{"devices", json::array{json::object{{"allow", true}, {"access", "rwm"}}}}};
    constexpr std::int64_t period = 100'000; // microseconds
    if (limits.cpus > 0)
        part["cpu"] = {{"quota", static_cast<std::int64_t>(limits.cpus * period)}, {"period", period}};
    if (limits.memoryBytes > 0)
        part["memory"] = {{"limit", limits.memoryBytes}};
    return part;
}

json::object linuxPart(const SandboxSpec& spec, const HostAbilities& host) {
    json::array namespaces;
    for (const auto* type : {"pid", "mount", "ipc", "uts", "network", "cgroup"})
        if (host.cgroups || std::string_view(type) != "cgroup")
            namespaces.push_back(json::object{{"type", type}});
    json::object part{{"namespaces", std::move(namespaces)}, {"rootfsPropagation", "rprivate"}};
    if (host.cgroups) {
        part["cgroupsPath"] = spec.cgroupPath;
        part["resources"] = resources(spec.limits);
    }
    return part;
}

std::uint64_t statusBits(const std::string& line) {
    return std::stoull(line.substr(line.find('\t') + 1), nullptr, 16);
}

} // namespace

HostAbilities readHostAbilities() {
    HostAbilities host;
    std::uint64_t permitted = 0, bounding = 0;
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("CapPrm:"))
            permitted = statusBits(line);
        else if (line.starts_with("CapBnd:"))
            bounding = statusBits(line);
    }
    host.capabilities = permitted & bounding;
    host.cgroups = access("/sys/fs/cgroup/cgroup.procs", W_OK) == 0 || access("/sys/fs/cgroup/pids", W_OK) == 0 ||
                   access("/sys/fs/cgroup/memory", W_OK) == 0;
    return host;
}

std::string ociConfig(const SandboxSpec& spec, const HostAbilities& host) {
    const json::object config{{"ociVersion", "1.0.2"},
                              {"process", process(spec, host)},
                              {"root", {{"path", spec.rootfs.string()}, {"readonly", false}}},
                              {"hostname", spec.hostName},
                              {"mounts", mounts(spec, host)},
                              {"linux", linuxPart(spec, host)}};
    return json::serialize(config) + "\n";
}

} // namespace slipway::vmdriver
