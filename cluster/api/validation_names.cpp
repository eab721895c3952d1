#include "cluster/api/validation_names.h"

#include <algorithm>
#include <arpa/inet.h>
#include <format>

namespace slipway::api {
namespace {

bool lower(char c) {
    return c >= 'a' && c <= 'z';
}
bool digit(char c) {
    return c >= '0' && c <= '9';
}
bool alphanumeric(char c) {
    return lower(c) || digit(c) || (c >= 'A' && c <= 'Z');
}

bool isLabel(std::string_view text) {
    return !text.empty() && (lower(text.front()) || digit(text.front())) &&
           (lower(text.back()) || digit(text.back())) &&
           std::ranges::all_of(text, [](char c) { return lower(c) || digit(c) || c == '-'; });
}

bool isSubdomain(std::string_view text) {
    for (;;) {
        const std::size_t dot = text.find('.');
        if (!isLabel(text.substr(0, dot)))
            return false;
        if (dot == std::string_view::npos)
            return true;
        text.remove_prefix(dot + 1);
    }
}

bool isQualifiedPart(std::string_view text) {
    return !text.empty() && alphanumeric(text.front()) && alphanumeric(text.back()) &&
           std::ranges::all_of(text, [](char c) { return alphanumeric(c) || c == '-' || c == '_' || c == '.'; });
}

std::string tooLong(std::size_t most) {
    return std::format("must be no more than {} characters", most);
}

} // namespace

std::optional<std::string> subdomainProblem(std::string_view text) {
    if (text.size() > 253)
        return tooLong(253);
    if (!isSubdomain(text))
        return "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and "
               "must start and end with an "
               "alphanumeric character (e.g. 'example.com', regex used for validation is "
               "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
    return {};
}

std::optional<std::string> labelProblem(std::string_view text) {
    if (text.size() > 63)
        return tooLong(63);
    if (!isLabel(text))
        return "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start "
               "and end with an alphanumeric "
               "character (e.g. 'my-name',  or '123-abc', regex used for validation is "
               "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
    return {};
}

std::optional<std::string> label1035Problem(std::string_view text) {
    if (text.size() > 63)
        return tooLong(63);
    if (!isLabel(text) || !lower(text.front()))
        return "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic "
               "character, and end with an "
               "alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is "
               "'[a-z]([-a-z0-9]*[a-z0-9])?')";
    return {};
}

std::optional<std::string> qualifiedNameProblem(std::string_view text) {
    const std::size_t slash = text.find('/');
    std::string_view name = text;
    if (slash != std::string_view::npos) {
        if (text.find('/', slash + 1) != std::string_view::npos)
            return "a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end "
                   "with an alphanumeric character "
                   "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
                   "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an "
                   "optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
        if (slash == 0)
            return "prefix part must be non-empty";
        if (const auto problem = subdomainProblem(text.substr(0, slash)))
            return "prefix part " + *problem;
        name = text.substr(slash + 1);
    }
    if (name.empty())
        return "name part must be non-empty";
    if (name.size() > 63)
        return "name part " + tooLong(63);
    if (!isQualifiedPart(name))
        return "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
               "alphanumeric character (e.g. "
               "'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
               "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
    return {};
}

std::optional<std::string> labelValueProblem(std::string_view text) {
    if (text.size() > 63)
        return tooLong(63);
    if (!text.empty() && !isQualifiedPart(text))
        return "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must "
               "start and end with an "
               "alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is "
               "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
    return {};
}

std::optional<std::string> portNameProblem(std::string_view text) {
    if (text.size() > 15)
        return "must be no more than 15 characters";
    if (!std::ranges::all_of(text, [](char c) { return lower(c) || digit(c) || c == '-'; }))
        return "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)";
    if (!std::ranges::any_of(text, lower))
        return "must contain at least one letter (a-z)";
    if (text.find("--") != std::string_view::npos)
        return "must not contain consecutive hyphens";
    if (text.starts_with('-') || text.ends_with('-'))
        return "must not begin or end with a hyphen";
    return {};
}

std::optional<std::string> configKeyProblem(std::string_view text) {
    if (text.size() > 253)
        return tooLong(253);
    if (text.empty() ||
        !std::ranges::all_of(text, [](char c) { return alphanumeric(c) || c == '-' || c == '_' || c == '.'; }))
        return "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or "
               "'KEY_NAME',  or 'key-name', "
               "regex used for validation is '[-._a-zA-Z0-9]+')";
    if (text == ".")
        return "must not be '.'";
    if (text == "..")
        return "must not be '..'";
    if (text.starts_with(".."))
        return "must not start with '..'";
    return {};
}

std::optional<std::string> pathSegmentProblem(std::string_view text) {
    for (std::string_view word : {".", ".."})
        if (text == word)
            return std::format("may not be '{}'", word);
    for (char c : {'/', '%'})
        if (text.find(c) != std::string_view::npos)
            return std::format("may not contain '{}'", c);
    return {};
}

std::optional<std::string> addressProblem(std::string_view text) {
    unsigned char bytes[sizeof(in6_addr)];
    const std::string address(text);
    if (inet_pton(AF_INET, address.c_str(), bytes) == 1 || inet_pton(AF_INET6, address.c_str(), bytes) == 1)
        return {};
    return "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
}

const JsonArray& listAt(const JsonObject& object, std::string_view name) {
    static const JsonArray none;
    const Json* found = object.if_contains(name);
    return found != nullptr && found->is_array() ? found->get_array() : none;
}

void validateNonNegative(const JsonObject& object, std::string_view name, const std::string& path, Causes& causes) {
    if (const auto value = intAt(object, {name}); value && *value < 0)
        causes.push_back(
            invalidValue(std::format("{}.{}", path, name), Json(*value), "must be greater than or equal to 0"));
}

void validatePortNumber(const Json& number, const std::string& path, Causes& causes) {
    if (!number.is_int64() || number.get_int64() < 1 || number.get_int64() > 65535)
        causes.push_back(invalidValue(path, number, "must be between 1 and 65535, inclusive"));
}

void validatePortOrName(const Json& port, const std::string& path, Causes& causes) {
    if (!port.is_string())
        return validatePortNumber(port, path, causes);
    if (const auto problem = portNameProblem(view(port.get_string())))
        causes.push_back(invalidValue(path, port, *problem));
}

void validateLabels(const Json* labels, const std::string& path, Causes& causes) {
    if (labels == nullptr || !labels->is_object())
        return;
    for (const auto& [key, value] : labels->get_object()) {
        if (const auto problem = qualifiedNameProblem(key))
            causes.push_back(invalidValue(path, Json(key), *problem));
        if (value.is_string())
            if (const auto problem = labelValueProblem(view(value.get_string())))
                causes.push_back(invalidValue(path, value, *problem));
    }
}

} // namespace slipway::api
