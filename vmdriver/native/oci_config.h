#pragma once
// The OCI runtime configuration of a node sandbox, as a pure function of what the host offers.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace slipway::vmdriver {

/// What differs between hosts.
struct HostAbilities {
    std::uint64_t capabilities = 0; ///< bits of the capabilities this process may hand on (CapBnd & CapPrm)
    bool cgroups = true;            ///< cgroup hierarchies can be written
};

/// Reads /proc/self/status and /sys/fs/cgroup.
HostAbilities readHostAbilities();

struct BindMount {
    std::filesystem::path source, destination;
    bool readOnly = false;
};

/// What the sandbox may use; zero: no limit.
struct SandboxLimits {
    double cpus = 0;
    std::int64_t memoryBytes = 0;
};

struct SandboxSpec {
    std::string hostName;
    std::string cgroupPath; ///< "/slipway/CLUSTER-NODE"
    std::filesystem::path rootfs;
    std::vector<std::string> command;
    std::vector<BindMount> binds;
    SandboxLimits limits{};
};

/// The text of config.json. The sandbox has its own pid, mount, ipc, uts, network and cgroup namespaces, every
/// capability the host process has, writable /sys and cgroups, all devices, and no seccomp filter or masked paths:
/// container runtimes must work inside it. It is an isolation of names, not a security boundary against root in the
/// node.
std::string ociConfig(const SandboxSpec& spec, const HostAbilities& host);

} // namespace slipway::vmdriver
