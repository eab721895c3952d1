#pragma once

#include "cluster/api/schema.h"

#include <expected>
#include <string>
#include <string_view>

/// What stands around an object in Kubernetes' protobuf encoding: apimachinery's runtime.Unknown. Thread-safe.
namespace slipway::api {

/// The first bytes of every object in this encoding.
constexpr std::string_view protobufMagic{"k8s\0", 4};

/// runtime.Unknown; the views live as long as the bytes read.
struct Envelope {
    std::string_view apiVersion, kind;
    std::string_view raw;         ///< the object's message, without apiVersion and kind
    std::string_view contentType; ///< of raw; empty: protobuf
};

/// Reads an envelope with its magic; else why the bytes are none.
std::expected<Envelope, std::string> readEnvelope(std::string_view body);
/// Writes an envelope with its magic.
std::string writeEnvelope(const Envelope& envelope);

/// The type of a kind as it is in a group version's protobuf messages. The kinds of meta.v1 (DeleteOptions, Status) are
/// in every group version. Null when there is none; a CustomResourceDefinition counts as that.
const Type* typeOfKind(std::string_view apiVersion, std::string_view kind);

} // namespace slipway::api
