#pragma once

#include "cluster/agent/pod/log_reader.h"

#include <expected>
#include <map>
#include <string>
#include <vector>

namespace slipway::agent {

/// A request's target taken apart: path segments and query values, percent-decoded.
struct Target {
    std::vector<std::string> path;
    std::multimap<std::string, std::string> query;

    std::string value(const std::string& name) const;
    bool flag(const std::string& name) const;
    std::vector<std::string> values(const std::string& name) const;
};

/// Nothing for a damaged target.
std::optional<Target> parseTarget(std::string_view target);

/// Options of a log request (v1.PodLogOptions' names); the error says which value is bad. @p now is for sinceSeconds.
std::expected<LogOptions, std::string> logOptions(const Target& target, base::Time now);

} // namespace slipway::agent
