#pragma once

#include <expected>
#include <filesystem>
#include <string>

namespace slipway::agent {

/// Checks a hostPath's type, or makes what it asks for. The error is worded as Kubernetes words it.
std::expected<void, std::string> prepareHostPath(const std::string& path, const std::string& type);

} // namespace slipway::agent
