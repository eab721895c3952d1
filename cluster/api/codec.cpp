#include "cluster/api/codec.h"

#include "cluster/api/codec_ops.h"
#include "cluster/api/json_type_name.h"

#include <limits>

namespace slipway::api {
namespace {

std::int64_t integer(const Json& value, std::int64_t least, std::int64_t most) {
    std::int64_t number = 0;
    if (value.is_int64())
        number = value.get_int64();
    else if (value.is_double() &&
             static_cast<double>(static_cast<std::int64_t>(value.get_double())) == value.get_double())
        number = static_cast<std::int64_t>(value.get_double());
    else
        failDecode("integer", value);
    if (number < least || number > most)
        failDecode("integer in range", value);
    return number;
}

} // namespace

void failDecode(std::string_view expected, const Json& got) {
    throw DecodeFailure{{"", "expected " + std::string(expected) + ", got " + std::string(jsonTypeName(got))}};
}

void rethrowUnder(DecodeFailure& failure, const std::string& step) {
    std::string& path = failure.error.path;
    path = path.empty() || path[0] == '[' ? step + path : step + "." + path;
    throw failure;
}

void decodeScalar(const Json& value, std::string& out) {
    if (!value.is_string())
        failDecode("string", value);
    out = view(value.get_string());
}

void decodeScalar(const Json& value, bool& out) {
    if (!value.is_bool())
        failDecode("bool", value);
    out = value.get_bool();
}

void decodeScalar(const Json& value, std::int32_t& out) {
    out = static_cast<std::int32_t>(
        integer(value, std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()));
}

void decodeScalar(const Json& value, std::int64_t& out) {
    out = integer(value, std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max());
}

void decodeScalar(const Json& value, double& out) {
    if (!value.is_number())
        failDecode("number", value);
    out = value.to_number<double>();
}

void decodeScalar(const Json& value, Bytes& out) {
    if (!value.is_string())
        failDecode("base64 string", value);
    auto bytes = decodeBase64(view(value.get_string()));
    if (!bytes)
        failDecode("base64", value);
    out.data = std::move(*bytes);
}

void decodeScalar(const Json& value, IntOrString& out) {
    if (value.is_string())
        out = {false, 0, std::string(view(value.get_string()))};
    else
        decodeScalar(value, out.number), out.isInt = true;
}

void decodeInto(const StructTable& table, const Json& value, void* object) {
    const JsonObject* members = value.if_object();
    if (members == nullptr)
        failDecode("object", value);
    for (const FieldSlot& slot : table.fields) {
        const Json* member = members->if_contains(slot.name);
        if (member == nullptr || member->is_null())
            continue;
        try {
            slot.ops->decode(*member, static_cast<char*>(object) + slot.offset);
        } catch (DecodeFailure& failure) {
            rethrowUnder(failure, std::string(slot.name));
        }
    }
}

std::expected<void, DecodeError> decodeStruct(const StructTable& table, const Json& value, void* object) {
    try {
        decodeInto(table, value, object);
        return {};
    } catch (DecodeFailure& failure) {
        return std::unexpected(std::move(failure.error));
    }
}

JsonObject encodeStruct(const StructTable& table, const void* object) {
    JsonObject out;
    for (const FieldSlot& slot : table.fields) {
        Json value;
        if (slot.ops->encode(static_cast<const char*>(object) + slot.offset, value, slot.keepEmpty))
            out.emplace(slot.name, std::move(value));
    }
    return out;
}

} // namespace slipway::api
