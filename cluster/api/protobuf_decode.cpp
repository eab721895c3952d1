#include "cluster/api/protobuf.h"

#include "cluster/api/base64.h"
#include "cluster/api/protobuf_envelope.h"
#include "cluster/api/protobuf_outer.h"
#include "cluster/api/protobuf_wire.h"
#include "cluster/base/instant.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>
#include <format>
#include <optional>

namespace slipway::api {
namespace {

using wire::WireField;
using wire::WireReader;
using wire::WireType;

/// Messages within messages; more than any real object has.
constexpr int greatestDepth = 100;
/// The years the API's Time can hold, as seconds: 0001-01-01 to 9999-12-31.
constexpr std::int64_t firstSecond = -62135596800, lastSecond = 253402300799;

bool isInside(const Field& field, const Outer& outer) {
    return std::equal(outer.path.begin(), outer.path.begin() + static_cast<std::ptrdiff_t>(outer.size),
                      field.proto.begin());
}

/// The zero value of a plain member, which Go always sends.
bool isZero(const Json& value) {
    return (value.is_string() && value.get_string().empty()) || (value.is_int64() && value.get_int64() == 0) ||
           (value.is_bool() && !value.get_bool()) || (value.is_double() && value.get_double() == 0);
}

/// Builds one object along its schema. The first problem is kept in problem(); what is read after it has no meaning.
class MessageDecoder {
public:
    const std::string& problem() const { return problem_; }

    JsonObject object(const Type& type, std::string_view message) {
        JsonObject out;
        members(type, {}, message, out);
        return out;
    }

private:
    void fail(std::string why) {
        if (problem_.empty())
            problem_ = std::move(why);
    }

    /// Calls @p use for every field of a message.
    void eachField(std::string_view message, const auto& use) {
        if (++depth_ > greatestDepth)
            fail("messages are nested too deeply");
        WireReader reader(message);
        WireField field;
        while (problem_.empty() && reader.next(field))
            use(field);
        if (reader.malformed())
            fail("malformed protobuf message");
        --depth_;
    }

    void members(const Type& type, const Outer& outer, std::string_view message, JsonObject& out) {
        eachField(message, [&](const WireField& from) {
            bool embedded = false;
            for (const Field& field : type.fields) {
                if (field.proto[outer.size] != from.number || !isInside(field, outer))
                    continue;
                const bool last = outer.size + 1 == field.proto.size() || field.proto[outer.size + 1] == 0;
                if (last)
                    return member(field, from, out);
                embedded = true;
            }
            if (!embedded || from.type != WireType::bytes)
                return; // a member of a newer API
            Outer inner = outer;
            inner.path[inner.size++] = static_cast<std::uint16_t>(from.number);
            members(type, inner, from.bytes, out);
        });
    }

    void member(const Field& field, const WireField& from, JsonObject& out) {
        switch (field.container) {
        case Container::none:
            return plainMember(field, from, out);
        case Container::list:
            return listMember(field, from, out);
        case Container::map:
        case Container::mapOfList:
            return mapMember(field, from, out);
        }
    }

    void plainMember(const Field& field, const WireField& from, JsonObject& out) {
        auto value = single(field, from);
        if (!value || (isZero(*value) && field.kind != FieldKind::raw_ && !field.required && !field.pointer))
            out.erase(field.name);
        else
            out[field.name] = std::move(*value);
    }

    void listMember(const Field& field, const WireField& from, JsonObject& out) {
        Json& list = out[field.name];
        if (!list.is_array())
            list.emplace_array();
        const bool number = field.kind == FieldKind::int32_ || field.kind == FieldKind::int64_ ||
                            field.kind == FieldKind::bool_ || field.kind == FieldKind::double_;
        if (!number || from.type != WireType::bytes) {
            if (auto value = single(field, from))
                list.get_array().push_back(std::move(*value));
            return;
        }
        WireReader packed(from.bytes);
        WireField item{from.number, field.kind == FieldKind::double_ ? WireType::fixed64 : WireType::varint, 0, {}};
        while (packed.nextPacked(item.type, item.value))
            if (auto value = single(field, item))
                list.get_array().push_back(std::move(*value));
        if (packed.malformed())
            fail("malformed protobuf list");
    }

    /// An entry of a map: its key in field 1, its value in field 2; either may be left out when it is empty.
    void mapMember(const Field& field, const WireField& from, JsonObject& out) {
        Json& map = out[field.name];
        if (!map.is_object())
            map.emplace_object();
        if (from.type != WireType::bytes)
            return fail(std::format("{} is not a map", field.name));
        std::string_view key;
        WireField value{2, WireType::bytes, 0, {}};
        if (field.kind == FieldKind::int32_ || field.kind == FieldKind::int64_ || field.kind == FieldKind::bool_)
            value.type = WireType::varint;
        eachField(from.bytes, [&](const WireField& part) {
            if (part.number == 1)
                key = part.bytes;
            else if (part.number == 2)
                value = part;
        });
        if (!wire::isUtf8(key))
            return fail(std::format("a key of {} is not valid UTF-8", field.name));
        Json& target = map.get_object()[key];
        if (field.container == Container::mapOfList) {
            // The value is a message of its own with the list in field 1.
            JsonArray& list = target.emplace_array();
            eachField(value.bytes, [&](const WireField& item) {
                if (auto element = item.number == 1 ? single(field, item) : std::nullopt)
                    list.push_back(std::move(*element));
            });
        } else if (auto element = single(field, value)) {
            target = std::move(*element);
        }
    }

    /// One value; nothing for null.
    std::optional<Json> single(const Field& field, const WireField& from) {
        const WireType wanted =
            field.kind == FieldKind::double_ ? WireType::fixed64
            : field.kind == FieldKind::int32_ || field.kind == FieldKind::int64_ || field.kind == FieldKind::bool_
                ? WireType::varint
                : WireType::bytes;
        if (from.type != wanted) {
            fail(std::format("wrong wire type for {}", field.name));
            return {};
        }
        switch (field.kind) {
        case FieldKind::string_:
            return text(field, from.bytes);
        case FieldKind::int32_:
            return Json(static_cast<std::int32_t>(from.value));
        case FieldKind::int64_:
            return Json(static_cast<std::int64_t>(from.value));
        case FieldKind::bool_:
            return Json(from.value != 0);
        case FieldKind::double_:
            if (!std::isfinite(std::bit_cast<double>(from.value)))
                fail(std::format("{} is not a finite number", field.name));
            return Json(std::bit_cast<double>(from.value));
        case FieldKind::bytes_:
            return Json(encodeBase64(from.bytes));
        case FieldKind::quantity_:
            return quantity(field, from.bytes);
        case FieldKind::intOrString_:
            return intOrString(field, from.bytes);
        case FieldKind::time_:
        case FieldKind::microTime_:
            return time(field, from.bytes);
        case FieldKind::raw_:
            return field.rawForm == RawForm::json_ ? raw(field, from.bytes) : schemaOr(field, from.bytes);
        case FieldKind::object_: {
            JsonObject out;
            members(*field.type, {}, from.bytes, out);
            return Json(std::move(out));
        }
        }
        return {};
    }

    Json text(const Field& field, std::string_view bytes) {
        if (wire::isUtf8(bytes))
            return Json(bytes);
        fail(std::format("{} is not valid UTF-8", field.name));
        return {};
    }

    /// resource.Quantity: its text in field 1.
    Json quantity(const Field& field, std::string_view message) {
        std::string_view found;
        eachField(message, [&](const WireField& part) { found = part.number == 1 ? part.bytes : found; });
        return text(field, found.empty() ? "0" : found);
    }

    /// intstr.IntOrString: type (1: text), number and text.
    Json intOrString(const Field& field, std::string_view message) {
        std::uint64_t parts[3] = {};
        std::string_view found;
        eachField(message, [&](const WireField& part) {
            if (part.number < 3)
                parts[part.number] = part.value;
            else if (part.number == 3)
                found = part.bytes;
        });
        return parts[1] == 1 ? text(field, found) : Json(static_cast<std::int32_t>(parts[2]));
    }

    /// meta.v1.Time and MicroTime: seconds and nanoseconds; both missing for the zero time, which JSON has as null.
    std::optional<Json> time(const Field& field, std::string_view message) {
        std::optional<std::int64_t> parts[3];
        eachField(message, [&](const WireField& part) {
            if (part.number < 3)
                parts[part.number] = static_cast<std::int64_t>(part.value);
        });
        if (!parts[1] && !parts[2])
            return {};
        const std::int64_t seconds = parts[1].value_or(0), nanos = parts[2].value_or(0);
        // What the zero time of Go is after a round trip through seconds.
        if (seconds == firstSecond && nanos == 0)
            return {};
        if (seconds < firstSecond || seconds > lastSecond || nanos < 0 || nanos > 999'999'999) {
            fail(std::format("{} is not a time", field.name));
            return {};
        }
        const base::Instant at{seconds, static_cast<std::int32_t>(nanos)};
        return Json(base::formatInstant(at, field.kind == FieldKind::time_ ? 0 : 6));
    }

    /// runtime.RawExtension, FieldsV1 and JSON: JSON, or another object in this encoding, in field 1.
    std::optional<Json> raw(const Field& field, std::string_view message) {
        std::string_view found;
        eachField(message, [&](const WireField& part) { found = part.number == 1 ? part.bytes : found; });
        if (found.empty())
            return {};
        if (found.starts_with(protobufMagic)) {
            if (++depth_ > greatestDepth)
                fail("messages are nested too deeply");
            auto nested = problem_.empty() ? decodeEnveloped(found) : std::nullopt;
            --depth_;
            return nested;
        }
        auto parsed = parseJson(found);
        if (parsed)
            return std::move(*parsed);
        fail(std::format("{} is not JSON: {}", field.name, parsed.error().message));
        return {};
    }

    /// JSONSchemaPropsOrBool, OrArray and OrStringArray: a schema and what may be in its place, each in a field.
    std::optional<Json> schemaOr(const Field& field, std::string_view message) {
        const std::uint32_t schemaNumber = field.rawForm == RawForm::orBool_ ? 2 : 1;
        static const Type& schemaType = *findType("apiextensions.v1.JSONSchemaProps");
        std::optional<Json> schema;
        bool allows = false;
        JsonArray list;
        eachField(message, [&](const WireField& part) {
            if (part.number == schemaNumber)
                schema = object(schemaType, part.bytes);
            else if (part.number == 1)
                allows = part.value != 0;
            else if (part.number == 2)
                list.push_back(field.rawForm == RawForm::orList_ ? Json(object(schemaType, part.bytes))
                                                                 : text(field, part.bytes));
        });
        if (!list.empty())
            return Json(std::move(list));
        return schema || field.rawForm != RawForm::orBool_ ? std::move(schema) : Json(allows);
    }

public:
    /// An object with its envelope; nothing after a problem.
    std::optional<Json> decodeEnveloped(std::string_view body) {
        const auto envelope = readEnvelope(body);
        if (!envelope) {
            fail(envelope.error());
            return {};
        }
        if (envelope->contentType == "application/json") {
            auto parsed = parseJson(envelope->raw);
            if (!parsed) {
                fail("json parse error: " + parsed.error().message);
                return {};
            }
            return std::move(*parsed);
        }
        const Type* type = typeOfKind(envelope->apiVersion, envelope->kind);
        if (type == nullptr) {
            fail(std::format("no kind \"{}\" is registered for version \"{}\" in scheme", envelope->kind,
                             envelope->apiVersion));
            return {};
        }
        JsonObject out{{"kind", envelope->kind}, {"apiVersion", envelope->apiVersion}};
        members(*type, {}, envelope->raw, out);
        return problem_.empty() ? std::optional<Json>(std::move(out)) : std::nullopt;
    }

private:
    std::string problem_;
    int depth_ = 0;
};

} // namespace

std::expected<Json, Status> decodeProtobuf(std::string_view body) {
    MessageDecoder decoder;
    auto object = decoder.decodeEnveloped(body);
    if (!object)
        return std::unexpected(badRequest(decoder.problem()));
    return std::move(*object);
}

} // namespace slipway::api
