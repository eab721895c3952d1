#pragma once

#include "cluster/api/cel/type.h"
#include "cluster/api/json.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace slipway::api::cel {

class Value;

/// A list; immutable.
class List {
public:
    virtual ~List() = default;
    virtual std::size_t size() const = 0;
    virtual Value at(std::size_t index) const = 0;
    ListType listType = ListType::none_;
    std::vector<std::string> keys = {}; ///< that tell the items of a list of type map apart
};

/// A map, or an object with fields; immutable.
class Map {
public:
    virtual ~Map() = default;
    virtual std::size_t size() const = 0;
    virtual std::optional<Value> find(const Value& key) const = 0;
    virtual std::vector<Value> keys() const = 0;
    virtual bool isObject() const { return false; }
    /// Why a key is not there, as an error says it.
    virtual std::string whyMissing(std::string_view key) const { return "no such key: " + std::string(key); }
};

/// A value of one of Kubernetes' own types.
class Opaque {
public:
    virtual ~Opaque() = default;
    virtual std::string_view typeName() const = 0;
    virtual bool equals(const Opaque& other) const = 0;
    virtual std::size_t size() const { return 1; } ///< for costs
};

struct Null {
    bool operator==(const Null&) const = default;
};
struct Bytes {
    std::string data;
    bool operator==(const Bytes&) const = default;
};
/// Seconds since 1970 and what is over; years 1 to 9999.
struct Timestamp {
    std::int64_t seconds = 0;
    std::int32_t nanos = 0;
    auto operator<=>(const Timestamp&) const = default;
};
struct Duration {
    std::int64_t nanos = 0;
    auto operator<=>(const Duration&) const = default;
};
/// The type of a value, as a value.
struct TypeName {
    std::string name;
    bool operator==(const TypeName&) const = default;
};
struct Optional {
    std::shared_ptr<const Value> value; ///< null: there is none
};

using ListPointer = std::shared_ptr<const List>;
using MapPointer = std::shared_ptr<const Map>;
using OpaquePointer = std::shared_ptr<const Opaque>;

/// A value of the expression language. A plain value; what it refers to is immutable.
class Value {
public:
    using Variant = std::variant<Null, bool, std::int64_t, std::uint64_t, double, std::string, Bytes, Timestamp,
                                 Duration, ListPointer, MapPointer, TypeName, Optional, OpaquePointer>;

    Value() = default;
    template <class T>
        requires std::is_constructible_v<Variant, T> && (!std::is_same_v<std::remove_cvref_t<T>, Value>)
    Value(T&& held) : held_(std::forward<T>(held)) {}
    Value(std::string_view text) : held_(std::string(text)) {}
    Value(const char* text) : held_(std::string(text)) {}

    /// JSON that is kept, read without a schema.
    Value(Json json);
    /// JSON that outlives the value, read as @p type has it (dates become timestamps, whole numbers doubles where a
    /// number is declared, undeclared members do not exist).
    static Value view(const Json& json, TypePointer type = nullptr);
    /// The same of JSON that is kept.
    static Value kept(Json json, TypePointer type);
    static Value list(std::vector<Value> items);
    static Value map(std::vector<std::pair<Value, Value>> entries);
    static Value some(Value value) { return Value(Optional{std::make_shared<const Value>(std::move(value))}); }
    static Value none() { return Value(Optional{}); }

    template <class T> bool is() const { return std::holds_alternative<T>(held_); }
    template <class T> const T& as() const { return std::get<T>(held_); }
    bool isTrue() const { return is<bool>() && as<bool>(); }
    const Variant& held() const { return held_; }

    Kind kind() const;
    /// "int", "list", "google.protobuf.Timestamp", ...
    std::string typeName() const;
    /// Characters, bytes, items; 1 for what has no size.
    std::size_t size() const;

private:
    Variant held_;
};

/// CEL's equality: numbers by value, lists of type set or map in any order.
bool equal(const Value& a, const Value& b);
/// Below 0, 0 or above 0; nothing when they have no order.
std::optional<int> compared(const Value& a, const Value& b);
/// Back to JSON: timestamps and durations as texts, bytes in base64.
Json toJson(const Value& value);

/// How many characters a UTF-8 text has.
std::int64_t characters(std::string_view text);
/// RFC 3339, as CEL reads and prints it.
std::optional<Timestamp> parseTimestamp(std::string_view text);
std::string printTimestamp(Timestamp time);
/// "1h30m", "1.5s", as Go reads it; printed in seconds ("5400s").
std::optional<Duration> parseDuration(std::string_view text);
std::string printDuration(Duration duration);

} // namespace slipway::api::cel
