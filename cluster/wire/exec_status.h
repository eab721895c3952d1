#pragma once

#include <optional>
#include <string>

namespace slipway::wire {

/// The last word on the error channel, as clients of exec and attach expect it: metav1.Status for an exit code, or for
/// a command that could not be run (no code, @p problem says why).
std::string exitStatus(std::optional<int> code, const std::string& problem = {});

/// The same before v4.channel.k8s.io: plain text, and nothing for success.
std::string exitMessage(std::optional<int> code, const std::string& problem = {});

} // namespace slipway::wire
