#include "cluster/api/json.h"

#include "cluster/api/json_arena.h"
#include "cluster/api/json_print.h"

#include <boost/json/parser.hpp>

namespace slipway::api {
namespace {

std::expected<Json, JsonError> parseInto(boost::json::storage_ptr storage, std::string_view text) {
    boost::system::error_code error;
    boost::json::parse_options options;
    options.max_depth = 100;
    unsigned char working[4096]; // what is half read stands here as long as it fits
    boost::json::parser parser({}, options, working);
    parser.reset(std::move(storage));
    const std::size_t used = parser.write_some(text.data(), text.size(), error);
    if (error)
        return std::unexpected(JsonError{used, error.message()});
    if (text.find_first_not_of(" \t\r\n", used) != std::string_view::npos)
        return std::unexpected(JsonError{used, "extra data after the value"});
    return parser.release();
}

} // namespace

std::expected<Json, JsonError> parseJson(std::string_view text) {
    return parseInto({}, text);
}

std::expected<Json, JsonError> parseJson(std::string_view text, JsonArena& arena) {
    return parseInto(arena.storage(), text);
}

std::string printJson(const Json& value) {
    std::string text;
    JsonPrinter(text).value(value);
    return text;
}
std::string printJson(const JsonObject& value) {
    std::string text;
    JsonPrinter(text).object(value);
    return text;
}

const Json* find(const JsonObject& object, std::initializer_list<std::string_view> path) {
    const JsonObject* current = &object;
    const Json* found = nullptr;
    for (std::string_view name : path) {
        if (current == nullptr)
            return nullptr;
        found = current->if_contains(name);
        if (found == nullptr)
            return nullptr;
        current = found->if_object();
    }
    return found;
}

const Json* find(const Json& value, std::initializer_list<std::string_view> path) {
    const JsonObject* object = value.if_object();
    return object == nullptr ? nullptr : find(*object, path);
}

std::string_view stringAt(const JsonObject& object, std::initializer_list<std::string_view> path) {
    const Json* found = find(object, path);
    return found != nullptr && found->is_string() ? view(found->get_string()) : std::string_view();
}

std::string_view stringAt(const Json& value, std::initializer_list<std::string_view> path) {
    const JsonObject* object = value.if_object();
    return object == nullptr ? std::string_view() : stringAt(*object, path);
}

std::optional<std::int64_t> intAt(const JsonObject& object, std::initializer_list<std::string_view> path) {
    const Json* found = find(object, path);
    if (found == nullptr)
        return {};
    if (found->is_int64())
        return found->get_int64();
    if (found->is_uint64())
        return static_cast<std::int64_t>(found->get_uint64());
    return {};
}

bool boolAt(const JsonObject& object, std::initializer_list<std::string_view> path) {
    const Json* found = find(object, path);
    return found != nullptr && found->is_bool() && found->get_bool();
}

JsonObject& objectAt(JsonObject& object, std::initializer_list<std::string_view> path) {
    JsonObject* current = &object;
    for (std::string_view name : path) {
        Json& member = (*current)[name];
        if (!member.is_object())
            member.emplace_object();
        current = &member.get_object();
    }
    return *current;
}

} // namespace slipway::api
