#pragma once
// One sandbox made by runc: its overlay root, its life, commands inside it.

#include <chrono>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "vmdriver/command.h"
#include "vmdriver/driver.h"
#include "vmdriver/native/oci_config.h"

namespace slipway::vmdriver {

struct SandboxLayout {
    std::string id;                            ///< of the runc container
    std::filesystem::path runDir;              ///< /run/slipway: runc's state, pid files, bundles; gone at reboot
    std::filesystem::path upper, work;         ///< writable overlay layer and its scratch directory
    std::vector<std::filesystem::path> lowers; ///< read-only layers, topmost first
    std::filesystem::path log;                 ///< what the first process prints

    std::filesystem::path bundle() const { return runDir / "bundles" / id; }
    std::filesystem::path pidFile() const { return runDir / "nodes" / (id + ".pid"); }
    std::filesystem::path runcState() const { return runDir / "runc"; }
};

/// A sandbox is found again by its files alone, so it outlives the program that made it.
class Sandbox {
public:
    explicit Sandbox(SandboxLayout layout) : layout_(std::move(layout)) {}

    /// Makes the sandbox up to the point before its first process runs, and returns the pid of that process. The
    /// overlay is mounted in a private mount namespace that only the sandbox shares: it vanishes with it.
    Result<int> create(SandboxSpec spec, const HostAbilities& host, std::stop_token stop);
    /// Lets the first process, @p pid, run.
    Result<void> start(int pid, std::stop_token stop);
    /// The first process's pid when it was started and is alive (checked by its start time, since pids are reused),
    /// else 0.
    int livePid() const;
    /// SIGTERM, then SIGKILL after `patience`; removes runc's state, the bundle and the control groups.
    Result<void> end(std::chrono::seconds patience);
    /// Freezes every process, and lets them run again.
    Result<void> pause() const;
    Result<void> resume() const;
    bool paused() const;
    /// Changes the limits of a running sandbox.
    Result<void> limit(const SandboxLimits& limits) const;
    /// Runs a command inside.
    Result<int> run(const std::vector<std::string>& command, const RunStreams& streams, std::stop_token stop) const;

private:
    std::vector<std::string> runc(std::initializer_list<std::string> words) const;

    SandboxLayout layout_;
};

} // namespace slipway::vmdriver
