#pragma once

#include "cluster/api/json.h"

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>

/// Typed structs to and from JSON. The structs and their tables are generated (cluster/api/types/*.h); one walker over
/// tables of offsets serves them all. Thread-safe.
namespace slipway::api {

/// Decoded bytes of a base64 field; a type of its own so that the codec knows to encode it.
struct Bytes {
    std::string data;
    bool operator==(const Bytes&) const = default;
};

/// A port, size or share that is either a number or text ("http", "25%").
struct IntOrString {
    bool isInt = true;
    std::int32_t number = 0;
    std::string text;
    bool operator==(const IntOrString&) const = default;
};

/// Which field could not be decoded and why.
struct DecodeError {
    std::string path; ///< "spec.containers[0].name"
    std::string message;
};

/// How one C++ field type is read and written.
struct FieldOps {
    void (*decode)(const Json& value, void* field);               ///< throws DecodeFailure inside the codec only
    bool (*encode)(const void* field, Json& out, bool keepEmpty); ///< false: leave the member out
};

struct FieldSlot {
    std::string_view name;
    std::size_t offset;
    const FieldOps* ops;
    bool keepEmpty; ///< written even when empty (required fields)
};

struct StructTable {
    std::string_view typeName;
    std::span<const FieldSlot> fields;
};

/// The table of a generated struct; specialised in the generated headers.
template <class T> const StructTable& tableOf();

/// Group, version, plural name, kind and scope of a generated struct that is a served resource.
template <class T> struct ResourceOf;

std::expected<void, DecodeError> decodeStruct(const StructTable& table, const Json& value, void* object);
JsonObject encodeStruct(const StructTable& table, const void* object);

/// Reads a struct; members it does not know are ignored, members of the wrong JSON type are an error.
template <class T> std::expected<T, DecodeError> fromJson(const Json& value) {
    T object{};
    if (auto done = decodeStruct(tableOf<T>(), value, &object); !done)
        return std::unexpected(std::move(done.error()));
    return object;
}

/// Writes a struct. Empty strings, lists, maps and absent optionals are left out unless the API requires them;
/// served resources get their apiVersion and kind.
template <class T> JsonObject toJson(const T& object) {
    JsonObject json = encodeStruct(tableOf<T>(), &object);
    if constexpr (requires { ResourceOf<T>::kind; }) {
        const std::string_view group = ResourceOf<T>::group, version = ResourceOf<T>::version;
        json["apiVersion"] = group.empty() ? std::string(version) : std::string(group) + "/" + std::string(version);
        json["kind"] = ResourceOf<T>::kind;
    }
    return json;
}

} // namespace slipway::api
