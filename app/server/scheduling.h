#pragma once

#include "cluster/scheduler/scheduler.h"

#include <expected>
#include <filesystem>
#include <optional>
#include <string>

namespace slipway::server {

/// The scheduler's configuration from a file; the usual one when @p file is empty. The error names file and field.
std::expected<scheduler::Configuration, std::string> schedulerConfiguration(const std::filesystem::path& file);

/// /debug/scheduler/decisions[/NAMESPACE[/POD]]: what was decided for pods, and why. Nothing for other paths.
std::optional<api::JsonObject> decisionsPage(const scheduler::Scheduler& scheduler, const std::string& path);

} // namespace slipway::server
