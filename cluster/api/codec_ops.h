#pragma once

#include "cluster/api/base64.h"
#include "cluster/api/boxed.h"
#include "cluster/api/codec.h"

#include <map>
#include <optional>
#include <vector>

/// The read and write functions behind the generated tables. Included by generated .cpp files only.
namespace slipway::api {

/// Thrown inside a decode and caught by decodeStruct; carries the path found so far.
struct DecodeFailure {
    DecodeError error;
};

[[noreturn]] void failDecode(std::string_view expected, const Json& got);
[[noreturn]] void rethrowUnder(DecodeFailure& failure, const std::string& step);

void decodeScalar(const Json& value, std::string& out);
void decodeScalar(const Json& value, bool& out);
void decodeScalar(const Json& value, std::int32_t& out);
void decodeScalar(const Json& value, std::int64_t& out);
void decodeScalar(const Json& value, double& out);
void decodeScalar(const Json& value, Bytes& out);
void decodeScalar(const Json& value, IntOrString& out);
inline void decodeScalar(const Json& value, Json& out) {
    out = value;
}

inline bool encodeScalar(const std::string& in, Json& out, bool keep) {
    out = in;
    return keep || !in.empty();
}
inline bool encodeScalar(bool in, Json& out, bool) {
    return out = in, true;
}
inline bool encodeScalar(std::int32_t in, Json& out, bool) {
    return out = in, true;
}
inline bool encodeScalar(std::int64_t in, Json& out, bool) {
    return out = in, true;
}
inline bool encodeScalar(double in, Json& out, bool) {
    return out = in, true;
}
inline bool encodeScalar(const Bytes& in, Json& out, bool keep) {
    out = encodeBase64(in.data);
    return keep || !in.data.empty();
}
inline bool encodeScalar(const IntOrString& in, Json& out, bool) {
    if (in.isInt)
        out = in.number;
    else
        out = in.text;
    return true;
}
inline bool encodeScalar(const Json& in, Json& out, bool keep) {
    out = in;
    return keep || !in.is_null();
}

void decodeInto(const StructTable& table, const Json& value, void* object);

template <class T> struct Ops {
    static void decode(const Json& value, T& out) {
        if constexpr (requires { decodeScalar(value, out); })
            decodeScalar(value, out);
        else
            decodeInto(tableOf<T>(), value, &out);
    }
    static bool encode(const T& in, Json& out, bool keep) {
        if constexpr (requires { encodeScalar(in, out, keep); }) {
            return encodeScalar(in, out, keep);
        } else {
            JsonObject object = encodeStruct(tableOf<T>(), &in);
            const bool present = keep || !object.empty();
            out = std::move(object);
            return present;
        }
    }
};

template <class T> struct Ops<std::optional<T>> {
    static void decode(const Json& value, std::optional<T>& out) { Ops<T>::decode(value, out.emplace()); }
    static bool encode(const std::optional<T>& in, Json& out, bool) {
        return in && (Ops<T>::encode(*in, out, true), true);
    }
};

template <class T> struct Ops<Boxed<T>> {
    static void decode(const Json& value, Boxed<T>& out) { Ops<T>::decode(value, out.emplace()); }
    static bool encode(const Boxed<T>& in, Json& out, bool) { return in && (Ops<T>::encode(*in, out, true), true); }
};

template <class T> struct Ops<std::vector<T>> {
    static void decode(const Json& value, std::vector<T>& out) {
        const JsonArray* array = value.if_array();
        if (array == nullptr)
            failDecode("array", value);
        out.resize(array->size());
        for (std::size_t i = 0; i < array->size(); ++i) {
            try {
                Ops<T>::decode((*array)[i], out[i]);
            } catch (DecodeFailure& failure) {
                rethrowUnder(failure, "[" + std::to_string(i) + "]");
            }
        }
    }
    static bool encode(const std::vector<T>& in, Json& out, bool keep) {
        JsonArray& array = out.emplace_array();
        array.reserve(in.size());
        for (const T& item : in)
            Ops<T>::encode(item, array.emplace_back(nullptr), true);
        return keep || !in.empty();
    }
};

template <class T> struct Ops<std::map<std::string, T>> {
    static void decode(const Json& value, std::map<std::string, T>& out) {
        const JsonObject* object = value.if_object();
        if (object == nullptr)
            failDecode("object", value);
        for (const auto& [key, member] : *object) {
            try {
                Ops<T>::decode(member, out[std::string(key)]);
            } catch (DecodeFailure& failure) {
                rethrowUnder(failure, std::string(key));
            }
        }
    }
    static bool encode(const std::map<std::string, T>& in, Json& out, bool keep) {
        JsonObject& object = out.emplace_object();
        for (const auto& [key, item] : in)
            Ops<T>::encode(item, object[key], true);
        return keep || !in.empty();
    }
};

template <class T>
inline constexpr FieldOps fieldOps{
    [](const Json& value, void* field) { Ops<T>::decode(value, *static_cast<T*>(field)); },
    [](const void* field, Json& out, bool keep) { return Ops<T>::encode(*static_cast<const T*>(field), out, keep); }};

} // namespace slipway::api
