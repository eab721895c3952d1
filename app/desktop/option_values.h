#pragma once
// Values of options that have a shape of their own.

#include <expected>
#include <string>

#include "vmdriver/profile.h"

namespace slipway::desktop {

/// "[ADDRESS:]HOST:NODE[/udp][@NODE-NAME]", as container tools write published ports. Error: what is wrong with it.
std::expected<vmdriver::PortMapping, std::string> parsePort(const std::string& text);

/// "SOURCE:DESTINATION[:ro]"; the source must be an existing folder and both absolute (a relative source is taken from
/// the current folder). Error: what is wrong with it.
std::expected<vmdriver::HostFolder, std::string> parseFolder(const std::string& text);

/// "REGISTRY=URL[,URL...]": where images of a registry are looked for first. Error: what is wrong with it.
std::expected<vmdriver::RegistryProfile, std::string> parseMirror(const std::string& text);

/// Mebibytes of "2048", "2048M", "2G" or "2Gi" (a bare number counts mebibytes). Error: what is wrong with it.
std::expected<std::int64_t, std::string> parseMemory(const std::string& text);

} // namespace slipway::desktop
