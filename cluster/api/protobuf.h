#pragma once

#include "cluster/api/json.h"
#include "cluster/api/schema.h"
#include "cluster/api/status.h"

#include <expected>
#include <optional>
#include <string>
#include <string_view>

/// Kubernetes' protobuf encoding (kubernetes.io, "API concepts", "Kubernetes Protobuf encoding"): the bytes "k8s\0",
/// then a runtime.Unknown with the kind and the object's own message. Thread-safe.
namespace slipway::api {

constexpr std::string_view protobufContentType = "application/vnd.kubernetes.protobuf";

/// Reads an object of any built-in kind as the JSON that Go's encoder would make of it: zero values of plain optional
/// members are left out, those of pointers are kept.
/// Errors: 400 for bytes that are no such object, and for kinds that are not served.
std::expected<Json, Status> decodeProtobuf(std::string_view body);

/// Writes an object, a list or a Status, by its apiVersion and kind. Members of the wrong JSON type are left out.
/// Nothing for a kind that has no messages here (Table, custom resources).
std::optional<std::string> encodeProtobuf(const JsonObject& object);

/// Writes one event of a watch as it is sent: the length in four bytes, the highest first, then a meta.v1 WatchEvent
/// without an envelope; the object in it has one.
/// Nothing as with encodeProtobuf().
std::optional<std::string> encodeProtobufEvent(std::string_view type, const JsonObject& object);

} // namespace slipway::api
