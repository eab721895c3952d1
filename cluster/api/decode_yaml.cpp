#include "cluster/api/decode.h"

#include <charconv>
#include <format>
#include <yaml-cpp/yaml.h>

namespace slipway::api {
namespace {

constexpr int deepest = 100;

bool isOneOf(std::string_view text, std::initializer_list<std::string_view> words) {
    for (std::string_view word : words)
        if (text == word)
            return true;
    return false;
}

/// A plain scalar's value by the YAML 1.1 rules Kubernetes' reader keeps (yes and no are booleans).
Json plainScalar(const std::string& text) {
    if (text.empty() || isOneOf(text, {"~", "null", "Null", "NULL"}))
        return nullptr;
    if (isOneOf(text, {"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"}))
        return true;
    if (isOneOf(text, {"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"}))
        return false;
    const char *begin = text.data() + (text[0] == '+' ? 1 : 0), *end = text.data() + text.size();
    std::int64_t whole = 0;
    const bool negative = *begin == '-';
    const std::string_view digits(begin + negative, end);
    if (digits.starts_with("0x") || digits.starts_with("0o") || (digits.size() > 1 && digits[0] == '0' && digits.find_first_not_of("01234567") == std::string_view::npos)) {
        const bool prefixed = digits[1] == 'x' || digits[1] == 'o';
        const auto [stop, error] = std::from_chars(digits.data() + (prefixed ? 2 : 1), end, whole, digits[1] == 'x' ? 16 : 8);
        if (error == std::errc() && stop == end)
            return negative ? -whole : whole;
    }
    if (const auto [stop, error] = std::from_chars(begin, end, whole); error == std::errc() && stop == end)
        return whole;
    double number = 0;
    if (begin != end && (digits[0] == '.' || (digits[0] >= '0' && digits[0] <= '9')))
        if (const auto [stop, error] = std::from_chars(begin, end, number); error == std::errc() && stop == end)
            return number;
    return boost::json::string(text);
}

Json convert(const YAML::Node& node, int depth) {
    if (depth > deepest)
        throw YAML::Exception(node.Mark(), "nested too deeply");
    switch (node.Type()) {
    case YAML::NodeType::Sequence: {
        JsonArray array;
        for (const YAML::Node& item : node)
            array.push_back(convert(item, depth + 1));
        return array;
    }
    case YAML::NodeType::Map: {
        JsonObject object;
        for (const auto& pair : node)
            object[pair.first.as<std::string>()] = convert(pair.second, depth + 1);
        return object;
    }
    case YAML::NodeType::Scalar:
        // A quoted or block scalar has the non-specific tag "!" and stays text.
        return node.Tag() == "!" || node.Tag() == "tag:yaml.org,2002:str" ? Json(boost::json::string(node.Scalar())) : plainScalar(node.Scalar());
    default:
        return nullptr;
    }
}

} // namespace

std::expected<Json, Status> yamlToJson(std::string_view text) {
    try {
        return convert(YAML::Load(std::string(text)), 0);
    } catch (const YAML::Exception& problem) {
        return std::unexpected(badRequest(std::format("error converting YAML to JSON: yaml: line {}: {}", problem.mark.line + 1, problem.msg)));
    }
}

} // namespace slipway::api
