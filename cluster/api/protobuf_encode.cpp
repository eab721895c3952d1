#include "cluster/api/protobuf.h"

#include "cluster/api/base64.h"
#include "cluster/api/protobuf_envelope.h"
#include "cluster/api/protobuf_outer.h"
#include "cluster/api/protobuf_wire.h"
#include "cluster/base/instant.h"

#include <algorithm>
#include <chrono>
#include <vector>

namespace slipway::api {
namespace {

using wire::putBytes;
using wire::putInteger;

std::string message(const Type& type, const Outer& outer, const JsonObject& object);

std::string textMessage(std::uint32_t number, std::string_view text) {
    std::string out;
    putBytes(out, number, text);
    return out;
}

/// intstr.IntOrString: type (1: text), number and text.
std::string intOrStringMessage(const Json& value) {
    std::string out;
    const bool text = value.is_string();
    putInteger(out, 1, text ? 1 : 0);
    putInteger(out, 2, !text && value.is_int64() ? static_cast<std::uint64_t>(value.get_int64()) : 0);
    putBytes(out, 3, text ? view(value.get_string()) : std::string_view());
    return out;
}

/// meta.v1.Time and MicroTime: seconds and nanoseconds.
std::string timeMessage(std::string_view text) {
    std::string out;
    if (const auto time = base::parseInstant(text)) {
        putInteger(out, 1, static_cast<std::uint64_t>(time->seconds));
        putInteger(out, 2, static_cast<std::uint64_t>(time->nanos));
    }
    return out;
}

/// JSONSchemaPropsOrBool, OrArray and OrStringArray: a schema and what may be in its place, each in a field.
std::string schemaOrMessage(const Field& field, const Json& value) {
    static const Type& schemaType = *findType("apiextensions.v1.JSONSchemaProps");
    const bool orBool = field.rawForm == RawForm::orBool_;
    std::string out;
    if (orBool)
        putInteger(out, 1, value.is_object() || (value.is_bool() && value.get_bool()));
    if (value.is_object())
        putBytes(out, orBool ? 2 : 1, message(schemaType, {}, value.get_object()));
    if (value.is_array())
        for (const Json& item : value.get_array()) {
            if (item.is_object())
                putBytes(out, 2, message(schemaType, {}, item.get_object()));
            else if (item.is_string())
                putBytes(out, 2, view(item.get_string()));
        }
    return out;
}

/// Writes one value; what has the wrong JSON type is left out.
void putValue(std::string& out, std::uint32_t number, const Field& field, const Json& value) {
    switch (field.kind) {
    case FieldKind::string_:
        if (value.is_string())
            putBytes(out, number, view(value.get_string()));
        return;
    case FieldKind::int32_:
    case FieldKind::int64_:
        if (value.is_int64())
            putInteger(out, number, static_cast<std::uint64_t>(value.get_int64()));
        return;
    case FieldKind::bool_:
        if (value.is_bool())
            putInteger(out, number, value.get_bool());
        return;
    case FieldKind::double_:
        if (value.is_number())
            wire::putDouble(out, number, value.to_number<double>());
        return;
    case FieldKind::bytes_:
        if (value.is_string())
            putBytes(out, number, decodeBase64(view(value.get_string())).value_or(""));
        return;
    case FieldKind::quantity_:
        if (value.is_string())
            putBytes(out, number, textMessage(1, view(value.get_string())));
        return;
    case FieldKind::intOrString_:
        return putBytes(out, number, intOrStringMessage(value));
    case FieldKind::time_:
    case FieldKind::microTime_:
        if (value.is_string())
            putBytes(out, number, timeMessage(view(value.get_string())));
        return;
    case FieldKind::raw_:
        return putBytes(out, number,
                        field.rawForm == RawForm::json_ ? textMessage(1, printJson(value))
                                                        : schemaOrMessage(field, value));
    case FieldKind::object_:
        if (value.is_object())
            putBytes(out, number, message(*field.type, {}, value.get_object()));
        return;
    }
}

void putList(std::string& out, std::uint32_t number, const Field& field, const Json& value) {
    if (value.is_array())
        for (const Json& item : value.get_array())
            putValue(out, number, field, item);
}

void putMap(std::string& out, std::uint32_t number, const Field& field, const Json& value) {
    if (!value.is_object())
        return;
    for (const auto& [key, item] : value.get_object()) {
        std::string entry = textMessage(1, key);
        if (field.container == Container::mapOfList) {
            std::string items;
            putList(items, 1, field, item);
            putBytes(entry, 2, items);
        } else {
            putValue(entry, 2, field, item);
        }
        putBytes(out, number, entry);
    }
}

void putField(std::string& out, std::uint32_t number, const Field& field, const Json& value) {
    if (field.container == Container::none)
        putValue(out, number, field, value);
    else if (field.container == Container::list)
        putList(out, number, field, value);
    else
        putMap(out, number, field, value);
}

std::string message(const Type& type, const Outer& outer, const JsonObject& object) {
    std::string out;
    std::vector<std::uint16_t> embedded;
    for (const Field& field : type.fields) {
        const std::uint16_t number = field.proto[outer.size];
        if (number == 0 || !std::equal(outer.path.begin(), outer.path.begin() + static_cast<std::ptrdiff_t>(outer.size),
                                       field.proto.begin()))
            continue;
        const Json* value = object.if_contains(field.name);
        if (value == nullptr || value->is_null())
            continue;
        if (outer.size + 1 == field.proto.size() || field.proto[outer.size + 1] == 0)
            putField(out, number, field, *value);
        else if (std::ranges::find(embedded, number) == embedded.end())
            embedded.push_back(number);
    }
    for (const std::uint16_t number : embedded) {
        Outer inner = outer;
        inner.path[inner.size++] = number;
        putBytes(out, number, message(type, inner, object));
    }
    return out;
}

/// Objects of any kind, of which nothing but the metadata is told (meta.k8s.io/v1).
std::string partialMessage(const JsonObject& object, const char* metadataType) {
    std::string out;
    if (const Json* metadata = object.if_contains("metadata"); metadata != nullptr && metadata->is_object())
        putBytes(out, 1, message(*findType(metadataType), {}, metadata->get_object()));
    if (const Json* items = object.if_contains("items"); items != nullptr && items->is_array())
        for (const Json& item : items->get_array())
            if (item.is_object())
                putBytes(out, 2, partialMessage(item.get_object(), "meta.v1.ObjectMeta"));
    return out;
}

} // namespace

std::optional<std::string> encodeProtobuf(const JsonObject& object) {
    const std::string_view apiVersion = stringAt(object, {"apiVersion"}), kind = stringAt(object, {"kind"});
    if (kind == "PartialObjectMetadata")
        return writeEnvelope({apiVersion, kind, partialMessage(object, "meta.v1.ObjectMeta"), {}});
    if (kind == "PartialObjectMetadataList")
        return writeEnvelope({apiVersion, kind, partialMessage(object, "meta.v1.ListMeta"), {}});
    const Type* type = typeOfKind(apiVersion, kind);
    if (type == nullptr)
        return {};
    return writeEnvelope({apiVersion, kind, message(*type, {}, object), {}});
}

std::optional<std::string> encodeProtobufEvent(std::string_view type, const JsonObject& object) {
    const auto encoded = encodeProtobuf(object);
    if (!encoded)
        return {};
    std::string event = textMessage(1, type);
    putBytes(event, 2, textMessage(1, *encoded));
    std::string out;
    for (int shift = 24; shift >= 0; shift -= 8)
        out += static_cast<char>(event.size() >> shift);
    return out + event;
}

} // namespace slipway::api
