#include "cluster/api/cel/functions.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <format>
#include <functional>
#include <map>
#include <re2/re2.h>

namespace slipway::api::cel {
namespace {

using Result = std::expected<Json, std::string>;
using Args = std::span<const Json>;

std::unexpected<std::string> overload() {
    return std::unexpected(std::string("no such overload"));
}

bool isNumber(const Json& value) {
    return value.is_int64() || value.is_double() || value.is_uint64();
}

double realOf(const Json& value) {
    return value.is_double() ? value.get_double() : value.to_number<double>();
}

std::string_view textOf(const Json& value) {
    return view(value.get_string());
}

/// How many characters a UTF-8 text has.
std::int64_t length(std::string_view text) {
    return std::ranges::count_if(text, [](unsigned char c) { return (c & 0xc0) != 0x80; });
}

Result size(Args args) {
    const Json& value = args[0];
    if (value.is_string())
        return Json(length(textOf(value)));
    if (value.is_array())
        return Json(static_cast<std::int64_t>(value.get_array().size()));
    if (value.is_object())
        return Json(static_cast<std::int64_t>(value.get_object().size()));
    return overload();
}

Result toInt(Args args) {
    if (args[0].is_int64())
        return args[0];
    if (args[0].is_double())
        return Json(static_cast<std::int64_t>(args[0].get_double()));
    std::int64_t number = 0;
    if (!args[0].is_string())
        return overload();
    const std::string_view text = textOf(args[0]);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size())
        return std::unexpected(std::format("strconv.ParseInt: parsing \"{}\": invalid syntax", text));
    return Json(number);
}

Result toText(Args args) {
    if (args[0].is_string())
        return args[0];
    if (args[0].is_object() || args[0].is_array() || args[0].is_null())
        return overload();
    return Json(printJson(args[0]));
}

Result typeName(Args args) {
    const Json& value = args[0];
    return Json(value.is_string()   ? "string"
                : value.is_int64()  ? "int"
                : value.is_double() ? "double"
                : value.is_bool()   ? "bool"
                : value.is_array()  ? "list"
                : value.is_object() ? "map"
                                    : "null_type");
}

Result matchesPattern(Args args) {
    if (!args[0].is_string() || !args[1].is_string())
        return overload();
    const re2::RE2 pattern(std::string(textOf(args[1])), re2::RE2::Quiet);
    if (!pattern.ok())
        return std::unexpected("error parsing regexp: " + pattern.error());
    return Json(re2::RE2::PartialMatch(std::string(textOf(args[0])), pattern));
}

template <class Change> Result changed(Args args, const Change& change) {
    if (!args[0].is_string())
        return overload();
    std::string text(textOf(args[0]));
    change(text);
    return Json(text);
}

Result split(Args args) {
    if (!args[0].is_string() || !args[1].is_string() || textOf(args[1]).empty())
        return overload();
    JsonArray parts;
    std::string_view rest = textOf(args[0]);
    for (const std::string_view separator = textOf(args[1]);;) {
        const std::size_t end = rest.find(separator);
        parts.emplace_back(rest.substr(0, end));
        if (end == rest.npos)
            return Json(std::move(parts));
        rest.remove_prefix(end + separator.size());
    }
}

Result join(Args args) {
    if (!args[0].is_array())
        return overload();
    std::string text;
    bool first = true;
    for (const Json& part : args[0].get_array()) {
        if (!part.is_string())
            return overload();
        if (!first && args.size() > 1 && args[1].is_string())
            text += textOf(args[1]);
        text += textOf(part);
        first = false;
    }
    return Json(text);
}

Result replace(Args args) {
    if (!args[0].is_string() || !args[1].is_string() || !args[2].is_string() || textOf(args[1]).empty())
        return overload();
    std::string text(textOf(args[0]));
    const std::string_view from = textOf(args[1]), to = textOf(args[2]);
    for (std::size_t at = text.find(from); at != text.npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
    return Json(text);
}

Result substring(Args args) {
    const std::string_view text = args[0].is_string() ? textOf(args[0]) : std::string_view();
    const std::int64_t size = static_cast<std::int64_t>(text.size()),
                       from = args[1].is_int64() ? args[1].get_int64() : -1,
                       to = args.size() > 2 && args[2].is_int64() ? args[2].get_int64() : size;
    if (from < 0 || to > size || from > to)
        return std::unexpected(std::format("index out of range: {}", from));
    return Json(text.substr(static_cast<std::size_t>(from), static_cast<std::size_t>(to - from)));
}

Result indexOf(Args args) {
    if (args[0].is_string() && args[1].is_string()) {
        const std::size_t at = textOf(args[0]).find(textOf(args[1]));
        return Json(at == std::string_view::npos ? std::int64_t(-1) : static_cast<std::int64_t>(at));
    }
    if (!args[0].is_array())
        return overload();
    const auto found = std::ranges::find(args[0].get_array(), args[1]);
    return Json(found == args[0].get_array().end() ? std::int64_t(-1)
                                                   : std::int64_t(found - args[0].get_array().begin()));
}

template <bool greater> Result extreme(Args args) {
    if (!args[0].is_array() || args[0].get_array().empty())
        return std::unexpected("min/max called on empty list");
    Json best = args[0].get_array()[0];
    for (const Json& item : args[0].get_array()) {
        const auto better = applyOperator(greater ? ">" : "<", item, best);
        if (!better)
            return better;
        if (*better == Json(true))
            best = item;
    }
    return best;
}

Result sum(Args args) {
    if (!args[0].is_array())
        return overload();
    Json total(std::int64_t(0));
    for (const Json& item : args[0].get_array()) {
        auto next = applyOperator("+", total, item);
        if (!next)
            return next;
        total = std::move(*next);
    }
    return total;
}

/// A function and how many arguments it takes, at least and at most.
struct Function {
    Result (*call)(Args args);
    std::size_t least, most;
};

template <class Test> Result tested(Args args, const Test& test) {
    return args[0].is_string() && args[1].is_string() ? Result(Json(test(textOf(args[0]), textOf(args[1]))))
                                                      : overload();
}

const std::map<std::string_view, Function>& functions() {
    static const std::map<std::string_view, Function> byName{
        {"size", {size, 1, 1}},
        {"int", {toInt, 1, 1}},
        {"uint", {toInt, 1, 1}},
        {"string", {toText, 1, 1}},
        {"double", {[](Args a) { return isNumber(a[0]) ? Result(Json(realOf(a[0]))) : overload(); }, 1, 1}},
        {"dyn", {[](Args a) { return Result(a[0]); }, 1, 1}},
        {"type", {typeName, 1, 1}},
        {"matches", {matchesPattern, 2, 2}},
        {"startsWith", {[](Args a) { return tested(a, [](auto x, auto y) { return x.starts_with(y); }); }, 2, 2}},
        {"endsWith", {[](Args a) { return tested(a, [](auto x, auto y) { return x.ends_with(y); }); }, 2, 2}},
        {"contains", {[](Args a) { return tested(a, [](auto x, auto y) { return x.contains(y); }); }, 2, 2}},
        {"lowerAscii",
         {[](Args a) { return changed(a, [](auto& t) { std::ranges::transform(t, t.begin(), ::tolower); }); }, 1, 1}},
        {"upperAscii",
         {[](Args a) { return changed(a, [](auto& t) { std::ranges::transform(t, t.begin(), ::toupper); }); }, 1, 1}},
        {"trim",
         {[](Args a) {
              return changed(a, [](std::string& t) {
                  const std::size_t first = t.find_first_not_of(" \t\r\n"), last = t.find_last_not_of(" \t\r\n");
                  t = first == t.npos ? "" : t.substr(first, last - first + 1);
              });
          },
          1, 1}},
        {"split", {split, 2, 2}},
        {"join", {join, 1, 2}},
        {"replace", {replace, 3, 3}},
        {"substring", {substring, 2, 3}},
        {"indexOf", {indexOf, 2, 2}},
        {"min", {extreme<false>, 1, 1}},
        {"max", {extreme<true>, 1, 1}},
        {"sum", {sum, 1, 1}},
    };
    return byName;
}

Result arithmetic(std::string_view sign, const Json& left, const Json& right) {
    if (left.is_double() || right.is_double()) {
        const double a = realOf(left), b = realOf(right);
        return sign == "+"   ? Result(Json(a + b))
               : sign == "-" ? Result(Json(a - b))
               : sign == "*" ? Result(Json(a * b))
               : sign == "/" ? Result(Json(a / b))
                             : overload();
    }
    const std::int64_t a = left.to_number<std::int64_t>(), b = right.to_number<std::int64_t>();
    std::int64_t out = 0;
    if ((sign == "/" || sign == "%") && b == 0)
        return std::unexpected(sign == "/" ? "division by zero" : "modulus by zero");
    const bool overflow = sign == "+"   ? __builtin_add_overflow(a, b, &out)
                          : sign == "-" ? __builtin_sub_overflow(a, b, &out)
                          : sign == "*" ? __builtin_mul_overflow(a, b, &out)
                                        : b == -1 && a == INT64_MIN;
    if (overflow)
        return std::unexpected("integer overflow");
    if (sign == "/" || sign == "%")
        out = sign == "/" ? a / b : a % b;
    return Json(out);
}

Result ordered(std::string_view sign, const Json& left, const Json& right) {
    std::partial_ordering order = std::partial_ordering::unordered;
    if (isNumber(left) && isNumber(right))
        order = left.is_int64() && right.is_int64() ? std::partial_ordering(left.get_int64() <=> right.get_int64())
                                                    : realOf(left) <=> realOf(right);
    else if (left.is_string() && right.is_string())
        order = textOf(left) <=> textOf(right);
    else if (left.is_bool() && right.is_bool())
        order = left.get_bool() <=> right.get_bool();
    else
        return overload();
    return Json(sign == "<" ? order < 0 : sign == "<=" ? order <= 0 : sign == ">" ? order > 0 : order >= 0);
}

bool equal(const Json& left, const Json& right) {
    return isNumber(left) && isNumber(right) ? realOf(left) == realOf(right) : left == right;
}

} // namespace

Result callFunction(std::string_view name, Args args) {
    const auto found = functions().find(name);
    if (found == functions().end())
        return std::unexpected(std::format("undeclared reference to '{}'", name));
    if (args.size() < found->second.least || args.size() > found->second.most)
        return overload();
    return found->second.call(args);
}

Result applyOperator(std::string_view sign, const Json& left, const Json& right) {
    if (sign == "==" || sign == "!=")
        return Json(equal(left, right) == (sign == "=="));
    if (sign == "in") {
        if (right.is_array())
            return Json(std::ranges::any_of(right.get_array(), [&](const Json& one) { return equal(one, left); }));
        if (right.is_object() && left.is_string())
            return Json(right.get_object().contains(textOf(left)));
        return overload();
    }
    if (sign.starts_with('<') || sign.starts_with('>'))
        return ordered(sign, left, right);
    if (sign == "+" && left.is_string() && right.is_string())
        return Json(std::string(textOf(left)).append(textOf(right)));
    if (sign == "+" && left.is_array() && right.is_array()) {
        JsonArray both = left.get_array();
        both.insert(both.end(), right.get_array().begin(), right.get_array().end());
        return Json(std::move(both));
    }
    return isNumber(left) && isNumber(right) ? arithmetic(sign, left, right) : overload();
}

} // namespace slipway::api::cel
