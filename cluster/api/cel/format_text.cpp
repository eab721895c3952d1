#include "cluster/api/cel/functions.h"

#include <charconv>
#include <cmath>
#include <format>

/// "%s is %d".format([...]) of the strings extension.
namespace slipway::api::cel {
namespace {

std::string shown(const Value& value);

std::string shownReal(double value) {
    if (std::isnan(value))
        return "NaN";
    if (std::isinf(value))
        return value < 0 ? "-Infinity" : "Infinity";
    char buffer[400];
    return std::string(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
}

std::string shownList(const List& list) {
    std::string out = "[";
    for (std::size_t i = 0; i < list.size(); ++i)
        out += (i == 0 ? "" : ", ") + shown(list.at(i));
    return out + "]";
}

std::string shownMap(const Map& map) {
    std::map<std::string, std::string> sorted;
    for (const Value& key : map.keys())
        if (const auto value = map.find(key))
            sorted.emplace(shown(key), shown(*value));
    std::string out = "{";
    for (const auto& [key, value] : sorted)
        out += std::format("{}{}: {}", out.size() == 1 ? "" : ", ", key, value);
    return out + "}";
}

std::string shown(const Value& value) {
    switch (value.kind()) {
    case Kind::null:
        return "null";
    case Kind::string:
        return text(value);
    case Kind::bytes:
        return value.as<Bytes>().data;
    case Kind::double_:
        return shownReal(value.as<double>());
    case Kind::list:
        return shownList(*value.as<ListPointer>());
    case Kind::map:
        return shownMap(*value.as<MapPointer>());
    case Kind::timestamp:
        return printTimestamp(value.as<Timestamp>());
    case Kind::duration:
        return printDuration(value.as<Duration>());
    case Kind::type:
        return value.as<TypeName>().name;
    default:
        return printJson(toJson(value));
    }
}

/// A whole number to a base; nothing for what is none.
std::optional<std::string> toBase(const Value& value, int base) {
    char buffer[80];
    if (value.is<std::int64_t>())
        return std::string(buffer, std::to_chars(buffer, buffer + sizeof buffer, value.as<std::int64_t>(), base).ptr);
    if (value.is<std::uint64_t>())
        return std::string(buffer, std::to_chars(buffer, buffer + sizeof buffer, value.as<std::uint64_t>(), base).ptr);
    if (value.is<bool>() && base == 2)
        return value.as<bool>() ? "1" : "0";
    return std::nullopt;
}

std::optional<std::string> hexadecimal(const Value& value, bool upper) {
    std::string out;
    const bool bytes = value.is<std::string>() || value.is<Bytes>();
    if (bytes)
        for (char c : value.is<Bytes>() ? value.as<Bytes>().data : text(value))
            out += std::format("{:02x}", static_cast<unsigned char>(c));
    else if (auto number = toBase(value, 16))
        out = std::move(*number);
    else
        return std::nullopt;
    if (upper)
        for (char& c : out)
            c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return out;
}

std::optional<double> realOf(const Value& value) {
    if (value.is<double>())
        return value.as<double>();
    if (value.is<std::int64_t>())
        return static_cast<double>(value.as<std::int64_t>());
    return value.is<std::uint64_t>() ? std::optional(static_cast<double>(value.as<std::uint64_t>())) : std::nullopt;
}

ValueResult clause(char letter, int precision, const Value& value) {
    std::optional<std::string> out;
    if (letter == 's')
        out = shown(value);
    else if (letter == 'd')
        out = value.is<bool>()     ? std::nullopt
              : value.is<double>() ? std::optional(shownReal(value.as<double>()))
                                   : toBase(value, 10);
    else if (letter == 'b')
        out = toBase(value, 2);
    else if (letter == 'o')
        out = toBase(value, 8);
    else if (letter == 'x' || letter == 'X')
        out = hexadecimal(value, letter == 'X');
    else if (const auto real = realOf(value); real && letter == 'f')
        out = std::format("{:.{}f}", *real, precision);
    else if (real && letter == 'e')
        out = std::format("{:.{}e}", *real, precision);
    if (!out)
        return fail(std::format("error during formatting: unsupported clause \"{}\" for {}", letter, value.typeName()));
    return std::move(*out);
}

} // namespace

ValueResult formatText(Args args) {
    const std::string& pattern = text(args[0]);
    const List& values = *args[1].as<ListPointer>();
    std::string out;
    std::size_t used = 0;
    for (std::size_t at = 0; at < pattern.size(); ++at) {
        if (pattern[at] != '%') {
            out += pattern[at];
            continue;
        }
        if (++at >= pattern.size())
            return fail("unexpected end of format string");
        if (pattern[at] == '%') {
            out += '%';
            continue;
        }
        int precision = 6;
        if (pattern[at] == '.') {
            const char* const first = pattern.data() + at + 1;
            const auto [end, error] = std::from_chars(first, pattern.data() + pattern.size(), precision);
            if (error != std::errc() || precision > 1000 || end == pattern.data() + pattern.size())
                return fail("error while parsing precision: invalid precision");
            at = static_cast<std::size_t>(end - pattern.data());
        }
        if (used >= values.size())
            return fail(std::format("index {} out of range", used));
        const auto part = clause(pattern[at], precision, values.at(used++));
        if (!part)
            return part;
        out += text(*part);
    }
    return out;
}

} // namespace slipway::api::cel
