#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <expected>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

/// JSON values as the whole project uses them, and short ways to read out of them.
namespace slipway::api {

using Json = boost::json::value;
using JsonObject = boost::json::object;
using JsonArray = boost::json::array;

/// Where and why a text is not JSON.
struct JsonError {
    std::size_t offset = 0; ///< bytes from the start
    std::string message;
};

/// Parses one JSON value; trailing text other than white space is an error. Depth is bounded.
std::expected<Json, JsonError> parseJson(std::string_view text);

/// Prints compact JSON.
std::string printJson(const Json& value);
std::string printJson(const JsonObject& value);

/// The value at a path of member names, or null pointer: find(pod, {"spec", "nodeName"}).
const Json* find(const Json& value, std::initializer_list<std::string_view> path);
const Json* find(const JsonObject& object, std::initializer_list<std::string_view> path);

/// The string at a path; empty when absent or not a string.
std::string_view stringAt(const JsonObject& object, std::initializer_list<std::string_view> path);
std::string_view stringAt(const Json& value, std::initializer_list<std::string_view> path);

/// The integer at a path, if there is one.
std::optional<std::int64_t> intAt(const JsonObject& object, std::initializer_list<std::string_view> path);

/// The boolean at a path; false when absent.
bool boolAt(const JsonObject& object, std::initializer_list<std::string_view> path);

/// The object at a path, made (empty) where it is absent or something else.
JsonObject& objectAt(JsonObject& object, std::initializer_list<std::string_view> path);

inline std::string_view view(const boost::json::string& text) {
    return {text.data(), text.size()};
}

} // namespace slipway::api
