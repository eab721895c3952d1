#pragma once

#include "cluster/agent/pod/pod_state.h"

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace slipway::agent {

/// How the pods of simulated nodes behave. What a pod's annotations say goes before what the process was started with.
struct Behaviour {
    std::chrono::milliseconds startDelay{0}; ///< from the sandbox to a running container, each container
    std::chrono::milliseconds readyAfter{0}; ///< from running to ready
    std::chrono::milliseconds stopDelay{0};  ///< from the signal to the end; the grace period bounds it
    /// How long a container runs that is to end; nothing: it runs until it is stopped.
    std::optional<std::chrono::milliseconds> runFor;
    /// The same for pods that do not restart (jobs), where runFor says nothing.
    std::chrono::milliseconds jobRunFor{1000};
    double failureRate = 0;            ///< share of ended containers that end with failureCode, 0 to 1
    int exitCode = 0, failureCode = 1; ///< of those that end well, and of the others
    double load = 0.5;                 ///< share of its requests that a container uses
    std::int64_t milliCpu = -1;        ///< what each container uses; below 0: by its requests
    std::int64_t memoryBytes = -1;

    /// Applies the annotations below "slipway.dev/simulated-": start-delay, ready-after, stop-delay, run-for ("forever"
    /// too), failure-rate, exit-code, cpu, memory. One that cannot be read is left out.
    Behaviour with(const StringMap& annotations) const;

    /// What a container does once it runs: when it ends, if ever, and how. The same for the same pod, container and
    /// attempt, so that a simulation can be repeated.
    struct Fate {
        std::optional<std::chrono::milliseconds> endsAfter;
        int exitCode = 0;
    };
    Fate fateOf(const core::Pod& pod, const core::Container& container, bool init, unsigned attempt) const;
};

/// Reads "250ms", "1.5s", "2m", "1h", or plain seconds. The error says what is wrong.
std::expected<std::chrono::milliseconds, std::string> parseDelay(std::string_view text);

} // namespace slipway::agent
