#pragma once
// Errors of everything that makes, runs and removes machines.

#include <expected>
#include <string>
#include <string_view>

namespace slipway::vmdriver {

/// What went wrong, for code that decides. The text for people is in DriverError::message.
enum class DriverErrc {
    notPrivileged, ///< the driver needs rights this process does not have
    missingTool,   ///< a program of the distribution (runc, ip, nft) is not installed
    badName,       ///< a cluster name that cannot name files, interfaces and cgroups
    badProfile,    ///< the cluster's profile on disk cannot be read
    imageMissing,  ///< the node image has not been built or installed
    notFound,      ///< no such cluster or node
    notRunning,    ///< the operation needs a running node
    busy,          ///< another slipway is working on the same cluster
    sandbox,       ///< the sandbox could not be made, started or ended
    network,       ///< the node's network could not be set up
    notReady,      ///< the cluster started but did not become ready in time
    kubeconfig,    ///< the user's kubeconfig cannot be read or written
    cancelled,     ///< the caller's stop token was triggered
    io,            ///< a file or directory could not be read or written
};

/// A failure with a sentence for the user. Never holds keys or tokens.
struct DriverError {
    DriverErrc code;
    std::string message;
};

/// Short English name of the code, for logs and for `-o json`.
std::string_view driverErrcName(DriverErrc code);

template <typename T> using Result = std::expected<T, DriverError>;

/// `return failure(DriverErrc::io, "...")` reads better than the nested constructors.
inline std::unexpected<DriverError> failure(DriverErrc code, std::string message) {
    return std::unexpected(DriverError{code, std::move(message)});
}

} // namespace slipway::vmdriver
