#include "cluster/api/protobuf_envelope.h"

#include "cluster/api/protobuf_wire.h"

#include <algorithm>
#include <format>

namespace slipway::api {
namespace {

using wire::WireField;
using wire::WireReader;
using wire::WireType;

bool readTypeMeta(std::string_view message, Envelope& out) {
    WireReader reader(message);
    WireField field;
    while (reader.next(field)) {
        if (field.number == 1)
            out.apiVersion = field.bytes;
        else if (field.number == 2)
            out.kind = field.bytes;
    }
    return !reader.malformed() && wire::isUtf8(out.apiVersion) && wire::isUtf8(out.kind);
}

/// The package a served group version's types are in: "apps.v1" for "apps/v1", "core.v1" for "v1".
std::string_view packageOf(std::string_view apiVersion) {
    const std::size_t slash = apiVersion.find('/');
    const std::string_view group = slash == std::string_view::npos ? std::string_view() : apiVersion.substr(0, slash);
    const std::string_view version = slash == std::string_view::npos ? apiVersion : apiVersion.substr(slash + 1);
    const auto all = builtInResources();
    const auto found =
        std::ranges::find_if(all, [&](const Resource& r) { return r.group == group && r.version == version; });
    return found == all.end() ? std::string_view() : found->type->name.substr(0, found->type->name.rfind('.'));
}

} // namespace

std::expected<Envelope, std::string> readEnvelope(std::string_view body) {
    if (!body.starts_with(protobufMagic))
        return std::unexpected(
            "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]");
    Envelope out;
    bool good = true;
    std::string_view encoding;
    WireReader reader(body.substr(protobufMagic.size()));
    WireField field;
    while (reader.next(field)) {
        if (field.type != WireType::bytes)
            continue;
        if (field.number == 1)
            good = readTypeMeta(field.bytes, out) && good;
        else if (field.number == 2)
            out.raw = field.bytes;
        else if (field.number == 3)
            encoding = field.bytes;
        else if (field.number == 4)
            out.contentType = field.bytes;
    }
    if (reader.malformed() || !good)
        return std::unexpected("malformed protobuf envelope");
    if (!encoding.empty())
        return std::unexpected("the content encoding of a protobuf object is not supported");
    if (out.kind.empty())
        return std::unexpected("Object 'Kind' is missing in the protobuf envelope");
    return out;
}

std::string writeEnvelope(const Envelope& envelope) {
    std::string typeMeta;
    wire::putBytes(typeMeta, 1, envelope.apiVersion);
    wire::putBytes(typeMeta, 2, envelope.kind);
    std::string out(protobufMagic);
    wire::putBytes(out, 1, typeMeta);
    wire::putBytes(out, 2, envelope.raw);
    wire::putBytes(out, 3, "");
    wire::putBytes(out, 4, envelope.contentType);
    return out;
}

const Type* typeOfKind(std::string_view apiVersion, std::string_view kind) {
    const std::string_view package = packageOf(apiVersion);
    if (!package.empty())
        if (const Type* type = findType(std::format("{}.{}", package, kind)))
            return type;
    return findType(std::format("meta.v1.{}", kind));
}

} // namespace slipway::api
