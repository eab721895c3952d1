#pragma once
// Removing a node's control groups, nested ones included, from every hierarchy the host has.

#include <filesystem>
#include <string>

namespace slipway::vmdriver {

/// Removes `group` ("/slipway/x") and everything below it from all hierarchies under `top`, v1 or v2, and its parent
/// when that is then empty. Processes must have ended; a group that still has some stays. Returns whether all are gone.
bool removeCgroups(const std::string& group, const std::filesystem::path& top = "/sys/fs/cgroup");

} // namespace slipway::vmdriver
