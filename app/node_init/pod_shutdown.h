#pragma once
// Ending the containers of a node that is being stopped, so that they can save what they hold.

#include <chrono>
#include <filesystem>
#include <sys/types.h>
#include <vector>

namespace slipway::node_init {

/// The first process of a container.
struct ContainerProcess {
    pid_t pid = 0;
    bool hearsTerm =
        true; ///< false: first of its namespace without a way to receive SIGTERM, which the kernel discards
};

/// The first processes of all containers that containerd's shims run, sandboxes' own (`pause`) left out.
std::vector<ContainerProcess> containerProcesses(const std::filesystem::path& proc = "/proc");

/// Sends every container SIGTERM and waits until those that can hear it have ended, at most `patience`.
void endContainers(std::chrono::milliseconds patience);

} // namespace slipway::node_init
