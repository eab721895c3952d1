#include "cluster/api/decode.h"

#include <charconv>
#include <cstdint>
#include <format>
#include <limits>
#include <optional>
#include <yaml-cpp/yaml.h>

namespace slipway::api {
namespace {

constexpr int deepestYaml = 100;
/// Aliases let a short text stand for a huge value; no object of the API comes near this many nodes.
constexpr std::size_t mostNodes = 1'000'000;
constexpr std::size_t mostDuplicates = 100; // reported

bool isOneOf(std::string_view text, std::initializer_list<std::string_view> words) {
    for (std::string_view word : words)
        if (text == word)
            return true;
    return false;
}

/// YAML 1.1 integers: decimal, 0x, 0b, 0o or a leading 0 for octal; underscores between digits.
std::optional<Json> yamlInteger(std::string_view text) {
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+'))
        text.remove_prefix(1);
    int base = 10;
    if (text.size() > 1 && text[0] == '0') {
        base = text[1] == 'x' || text[1] == 'X' ? 16 : text[1] == 'b' || text[1] == 'B' ? 2 : 8;
        text.remove_prefix(base == 8 && text[1] != 'o' && text[1] != 'O' ? 1 : 2);
    }
    std::string digits;
    for (char c : text)
        if (c != '_')
            digits += c;
    if (digits.empty() || text.front() == '_')
        return {};
    std::uint64_t value = 0;
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
    if (error != std::errc() || stop != digits.data() + digits.size())
        return {};
    if (negative)
        return value <= std::uint64_t(1) << 63 ? std::optional<Json>(static_cast<std::int64_t>(0 - value))
                                               : std::nullopt;
    if (value <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
        return Json(static_cast<std::int64_t>(value));
    return Json(value);
}

std::optional<Json> yamlFloat(std::string_view text) {
    std::string_view digits = text;
    if (digits.starts_with('-') || digits.starts_with('+'))
        digits.remove_prefix(1);
    if (digits.empty() || digits.find_first_not_of("0123456789.eE+-") != std::string_view::npos)
        return {};
    if (digits[0] != '.' && (digits[0] < '0' || digits[0] > '9'))
        return {};
    const char* begin = text.data() + (text[0] == '+' ? 1 : 0);
    double number = 0;
    const auto [stop, error] = std::from_chars(begin, text.data() + text.size(), number);
    if (error != std::errc() || stop != text.data() + text.size())
        return {};
    return Json(number);
}

/// A plain scalar's value by the YAML 1.1 rules Kubernetes' reader keeps (yes and no are booleans).
Json plainScalar(const std::string& text) {
    if (text.empty() || isOneOf(text, {"~", "null", "Null", "NULL"}))
        return nullptr;
    if (isOneOf(text, {"true", "True", "TRUE", "y", "Y", "yes", "Yes", "YES", "on", "On", "ON"}))
        return true;
    if (isOneOf(text, {"false", "False", "FALSE", "n", "N", "no", "No", "NO", "off", "Off", "OFF"}))
        return false;
    if (auto whole = yamlInteger(text))
        return std::move(*whole);
    if (auto number = yamlFloat(text))
        return std::move(*number);
    return boost::json::string(text);
}

/// Turns nodes into values; counts them, so that aliases of aliases end in an error and not in all of memory.
class Conversion {
public:
    explicit Conversion(std::vector<std::string>* duplicates) : duplicates_(duplicates) {}

    Json value(const YAML::Node& node, int depth = 0) {
        if (depth > deepestYaml)
            throw YAML::Exception(node.Mark(), "nested too deeply");
        if (++nodes_ > mostNodes)
            throw YAML::Exception(node.Mark(), "document contains excessive aliasing");
        switch (node.Type()) {
        case YAML::NodeType::Sequence: {
            JsonArray array;
            for (const YAML::Node& item : node)
                array.push_back(value(item, depth + 1));
            return array;
        }
        case YAML::NodeType::Map:
            return map(node, depth);
        case YAML::NodeType::Scalar:
            return scalar(node);
        default:
            return nullptr;
        }
    }

private:
    /// A quoted or block scalar has the non-specific tag "!" and stays text.
    static Json scalar(const YAML::Node& node) {
        return node.Tag() == "!" || node.Tag() == "tag:yaml.org,2002:str" ? Json(boost::json::string(node.Scalar()))
                                                                          : plainScalar(node.Scalar());
    }

    static std::string key(const YAML::Node& node) {
        if (!node.IsScalar())
            throw YAML::Exception(node.Mark(), "a member's name is not a scalar");
        const Json name = scalar(node);
        return name.is_bool() ? name.get_bool() ? "true" : "false" : node.Scalar();
    }

    JsonObject map(const YAML::Node& node, int depth) {
        JsonObject object, merged;
        for (const auto& pair : node) {
            if (pair.first.IsScalar() && pair.first.Scalar() == "<<" && pair.first.Tag() != "!")
                merge(merged, value(pair.second, depth + 1), pair.second);
            else
                put(object, pair.first, value(pair.second, depth + 1));
        }
        for (auto& [name, item] : merged) // what is written out wins over what is merged in
            if (!object.contains(name))
                object[name] = std::move(item);
        return object;
    }

    void put(JsonObject& object, const YAML::Node& name, Json item) {
        const std::string text = key(name);
        if (duplicates_ != nullptr && object.contains(text) && duplicates_->size() < mostDuplicates)
            duplicates_->push_back(std::format("line {}: key {} already set in map", name.Mark().line + 1,
                                               printJson(Json(boost::json::string(text)))));
        object[text] = std::move(item);
    }

    /// The value of a "<<" member: a map, or a list of maps of which the first to name a member wins.
    static void merge(JsonObject& into, const Json& value, const YAML::Node& node) {
        if (value.is_array()) {
            for (const Json& one : value.get_array())
                merge(into, one.is_array() ? Json() : one, node);
            return;
        }
        if (!value.is_object())
            throw YAML::Exception(node.Mark(), "map merge requires map or sequence of maps as the value");
        for (const auto& [name, item] : value.get_object())
            if (!into.contains(name))
                into[name] = item;
    }

    std::size_t nodes_ = 0;
    std::vector<std::string>* duplicates_;
};

/// The reader's words for what Kubernetes' reader says otherwise.
std::string_view worded(std::string_view problem) {
    if (problem == "illegal map value" || problem == "illegal map value.")
        return "mapping values are not allowed in this context";
    return problem;
}

} // namespace

std::expected<Json, Status> yamlToJson(std::string_view text, std::vector<std::string>* duplicates) {
    try {
        return Conversion(duplicates).value(YAML::Load(std::string(text)));
    } catch (const YAML::Exception& problem) {
        return std::unexpected(badRequest(std::format("error converting YAML to JSON: yaml: line {}: {}",
                                                      problem.mark.line + 1, worded(problem.msg))));
    }
}

} // namespace slipway::api
