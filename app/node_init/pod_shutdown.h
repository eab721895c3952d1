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

/// Ends the node's pods: tells the agent that the node is being switched off (SIGPWR; it ends pods by their own rules
/// and then itself), waits for it at most `limit`, and ends what containers are left then, or at once when there is no
/// agent. Containers that cannot hear their stop signal are not waited for longer than a few seconds.
/// @param agent  process of the agent, a child of this one; 0 when it does not run
void endPods(pid_t agent, std::chrono::seconds limit);

} // namespace slipway::node_init
