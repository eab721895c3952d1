#include "cluster/api/json_print.h"

#include <boost/json/serialize.hpp>
#include <charconv>
#include <utility>

namespace slipway::api {
namespace {

template <class Number> void appendNumber(std::string& to, Number number) {
    char digits[24];
    to.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

} // namespace

void JsonPrinter::value(const Json& value) {
    switch (value.kind()) {
    case boost::json::kind::null:
        to_ += "null";
        break;
    case boost::json::kind::bool_:
        to_ += value.get_bool() ? "true" : "false";
        break;
    case boost::json::kind::int64:
        appendNumber(to_, value.get_int64());
        break;
    case boost::json::kind::uint64:
        appendNumber(to_, value.get_uint64());
        break;
    case boost::json::kind::double_:
        to_ += boost::json::serialize(value); // rare, and not worth another spelling
        break;
    case boost::json::kind::string:
        text(view(value.get_string()));
        break;
    case boost::json::kind::array:
        array(value.get_array());
        break;
    case boost::json::kind::object:
        object(value.get_object());
        break;
    }
}

void JsonPrinter::object(const JsonObject& object) {
    to_ += '{';
    bool first = true;
    for (const auto& [name, value] : object) {
        if (!std::exchange(first, false))
            to_ += ',';
        member(name, value);
    }
    to_ += '}';
}

void JsonPrinter::array(const JsonArray& array) {
    to_ += '[';
    bool first = true;
    for (const Json& item : array) {
        if (!std::exchange(first, false))
            to_ += ',';
        value(item);
    }
    to_ += ']';
}

void JsonPrinter::member(std::string_view name, const Json& value) {
    text(name);
    to_ += ':';
    this->value(value);
}

void JsonPrinter::text(std::string_view text) {
    to_ += '"';
    std::size_t begin = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (static_cast<unsigned char>(c) >= ' ' && c != '"' && c != '\\')
            continue;
        to_.append(text.substr(begin, i - begin));
        escaped(c);
        begin = i + 1;
    }
    to_.append(text.substr(begin));
    to_ += '"';
}

void JsonPrinter::escaped(char c) {
    static constexpr std::string_view plain = "\"\\\b\f\n\r\t", letters = "\"\\bfnrt", hex = "0123456789abcdef";
    to_ += '\\';
    if (const std::size_t at = plain.find(c); at != plain.npos) {
        to_ += letters[at];
        return;
    }
    to_ += "u00";
    to_ += hex[static_cast<unsigned char>(c) >> 4];
    to_ += hex[static_cast<unsigned char>(c) & 15];
}

} // namespace slipway::api
