#pragma once

#include "cluster/api/json.h"
#include "cluster/api/status.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::api {

using Causes = std::vector<StatusCause>;

/// Why a text is not an RFC 1123 subdomain or label, or an RFC 1035 label; in Kubernetes' words.
std::optional<std::string> subdomainProblem(std::string_view text);
std::optional<std::string> labelProblem(std::string_view text);
std::optional<std::string> label1035Problem(std::string_view text);
/// Why a text is not a qualified name ("example.com/role") or a label value.
std::optional<std::string> qualifiedNameProblem(std::string_view text);
std::optional<std::string> labelValueProblem(std::string_view text);
/// Why a text is not a port name.
std::optional<std::string> portNameProblem(std::string_view text);

/// Why a text is not a key of a config map or secret.
std::optional<std::string> configKeyProblem(std::string_view text);
/// Why a text cannot be one segment of a request's path.
std::optional<std::string> pathSegmentProblem(std::string_view text);
/// Why a text is not an IP address of either family.
std::optional<std::string> addressProblem(std::string_view text);

/// The list at a member; empty when there is none.
const JsonArray& listAt(const JsonObject& object, std::string_view name);
/// A number that may not be below 0, and one that is a port.
void validateNonNegative(const JsonObject& object, std::string_view name, const std::string& path, Causes& causes);
void validatePortNumber(const Json& number, const std::string& path, Causes& causes);
/// A port by number or name.
void validatePortOrName(const Json& port, const std::string& path, Causes& causes);

/// Keys and values of a label map.
void validateLabels(const Json* labels, const std::string& path, Causes& causes);

} // namespace slipway::api
