#pragma once

#include "cluster/api/custom/custom_schema.h"
#include "cluster/api/status.h"

#include <vector>

namespace slipway::api::custom {

/// The findings on a value, worded as Kubernetes words those of a custom resource: types, bounds, patterns, formats,
/// required members, enums, alternatives, and what must be unique in lists. @p path: of the value, "" for an object
/// itself. @p before: the value it was, null for a new one: what can be compared and did not change is not judged
/// again (KEP-4008).
std::vector<StatusCause> validateValue(const Json& value, const Schema& schema, const std::string& path,
                                       const Json* before = nullptr);

/// What embedded objects need: apiVersion, kind and a name that can be one.
std::vector<StatusCause> validateEmbedded(const JsonObject& object, const Schema& schema);

/// Whether a text has a format Kubernetes checks; formats it does not know are satisfied by everything.
bool hasFormat(std::string_view text, std::string_view format);

/// The name Kubernetes gives the type of a value: "integer", "number", "string", ...
std::string_view typeName(const Json& value);

/// A number as Go prints one with %v.
std::string printNumber(double number);

} // namespace slipway::api::custom
