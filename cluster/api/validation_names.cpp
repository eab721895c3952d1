#include "cluster/api/validation_names.h"

#include <algorithm>
#include <format>

namespace slipway::api {
namespace {

bool lower(char c) { return c >= 'a' && c <= 'z'; }
bool digit(char c) { return c >= '0' && c <= '9'; }
bool alphanumeric(char c) { return lower(c) || digit(c) || (c >= 'A' && c <= 'Z'); }

bool isLabel(std::string_view text) {
    return !text.empty() && (lower(text.front()) || digit(text.front())) && (lower(text.back()) || digit(text.back())) &&
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

std::string tooLong(std::size_t most) { return std::format("must be no more than {} characters", most); }

} // namespace

std::optional<std::string> subdomainProblem(std::string_view text) {
    if (text.size() > 253)
        return tooLong(253);
    if (!isSubdomain(text))
        return "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an "
               "alphanumeric character (e.g. 'example.com', regex used for validation is "
               "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
    return {};
}

std::optional<std::string> labelProblem(std::string_view text) {
    if (text.size() > 63)
        return tooLong(63);
    if (!isLabel(text))
        return "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric "
               "character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
    return {};
}

std::optional<std::string> label1035Problem(std::string_view text) {
    if (text.size() > 63)
        return tooLong(63);
    if (!isLabel(text) || !lower(text.front()))
        return "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an "
               "alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
    return {};
}

std::optional<std::string> qualifiedNameProblem(std::string_view text) {
    const std::size_t slash = text.find('/');
    std::string_view name = text;
    if (slash != std::string_view::npos) {
        if (text.find('/', slash + 1) != std::string_view::npos)
            return "a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
                   "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an "
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
        return "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. "
               "'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
    return {};
}

std::optional<std::string> labelValueProblem(std::string_view text) {
    if (text.size() > 63)
        return tooLong(63);
    if (!text.empty() && !isQualifiedPart(text))
        return "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
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
