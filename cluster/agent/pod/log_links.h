#pragma once

#include <filesystem>
#include <string>

namespace slipway::agent {

/// Makes a container's log known where collectors look: "<folder>/<pod>_<namespace>_<container>-<id>.log" leads to it.
void linkLog(const std::filesystem::path& folder, const std::string& pod, const std::string& ns,
             const std::string& container, const std::string& id, const std::filesystem::path& log);

/// Removes links whose logs are gone.
void removeDeadLinks(const std::filesystem::path& folder);

} // namespace slipway::agent
