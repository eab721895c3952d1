#include "cluster/api/base64.h"
#include "cluster/api/custom/pattern.h"
#include "cluster/api/custom/schema_validation.h"
#include "cluster/api/validation_names.h"
#include "cluster/base/time.h"

#include <arpa/inet.h>
#include <charconv>
#include <map>

/// The formats of strings that Kubernetes checks in custom resources.
namespace slipway::api::custom {
namespace {

using FormatCheck = bool (*)(std::string_view text);

bool expression(const char* pattern, std::string_view text) {
    static thread_local std::map<const char*, std::shared_ptr<const Pattern>> compiled;
    auto& one = compiled[pattern];
    if (one == nullptr)
        one = Pattern::compile(pattern);
    return one->matches(text);
}

bool isAddress(int family, std::string_view text) {
    char buffer[sizeof(in6_addr)];
    return inet_pton(family, std::string(text).c_str(), buffer) == 1;
}

bool isCidr(std::string_view text) {
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos)
        return false;
    const std::string_view bits = text.substr(slash + 1);
    int prefix = -1;
    const auto [end, error] = std::from_chars(bits.data(), bits.data() + bits.size(), prefix);
    if (error != std::errc() || end != bits.data() + bits.size() || prefix < 0)
        return false;
    const std::string_view address = text.substr(0, slash);
    return (prefix <= 32 && isAddress(AF_INET, address)) || (prefix <= 128 && isAddress(AF_INET6, address));
}

bool isDate(std::string_view text) {
    return expression("^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])$", text);
}
bool isDateTime(std::string_view text) {
    return base::parseTime(text).has_value();
}
bool isDuration(std::string_view text) {
    return expression("^[+-]?(0|(\\d+(\\.\\d*)?|\\.\\d+)(ns|us|µs|μs|ms|s|m|h))+$", text) ||
           expression("^[+-]?\\d+ *(ns|nanos?(econds?)?|us|micros?(econds?)?|ms|millis?(econds?)?|s(ec(onds?)?)?|"
                      "m(in(utes?)?)?|h(r|ours?)?|d(ays?)?|w(eeks?)?)$",
                      text);
}
bool isUuid(std::string_view text) {
    return expression("(?i)^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$", text);
}
bool isEmail(std::string_view text) {
    return expression("^[^@\\s<>\",;]+@[^@\\s<>\",;]+$", text);
}
bool isHostname(std::string_view text) {
    return text.size() <= 255 &&
           expression("^([a-zA-Z0-9\\p{L}]([a-zA-Z0-9\\p{L}-]{0,61}[a-zA-Z0-9\\p{L}])?)(\\.[a-zA-Z0-9\\p{L}]"
                      "([a-zA-Z0-9\\p{L}-]{0,61}[a-zA-Z0-9\\p{L}])?)*\\.?$",
                      text);
}
bool isUri(std::string_view text) {
    return expression("^([a-zA-Z][a-zA-Z0-9+.-]*:\\S+|/\\S*)$", text);
}

} // namespace

bool hasFormat(std::string_view text, std::string_view format) {
    static const std::map<std::string_view, FormatCheck> checks{
        {"bsonobjectid", [](std::string_view t) { return expression("^[0-9a-fA-F]{24}$", t); }},
        {"uri", isUri},
        {"email", isEmail},
        {"hostname", isHostname},
        {"ipv4", [](std::string_view t) { return isAddress(AF_INET, t); }},
        {"ipv6", [](std::string_view t) { return isAddress(AF_INET6, t); }},
        {"cidr", isCidr},
        {"mac", [](std::string_view t) { return expression("^([0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}$", t); }},
        {"uuid", isUuid},
        {"uuid3", [](std::string_view t) { return isUuid(t) && expression("(?i)^[0-9a-f]{8}-?[0-9a-f]{4}-?3", t); }},
        {"uuid4",
         [](std::string_view t) {
             return isUuid(t) && expression("(?i)^[0-9a-f]{8}-?[0-9a-f]{4}-?4[0-9a-f]{3}-?[89ab]", t);
         }},
        {"uuid5",
         [](std::string_view t) {
             return isUuid(t) && expression("(?i)^[0-9a-f]{8}-?[0-9a-f]{4}-?5[0-9a-f]{3}-?[89ab]", t);
         }},
        {"byte", [](std::string_view t) { return decodeBase64(t).has_value(); }},
        {"date", isDate},
        {"datetime", isDateTime},
        {"date-time", isDateTime},
        {"duration", isDuration},
        {"hexcolor", [](std::string_view t) { return expression("^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$", t); }},
        {"ssn", [](std::string_view t) { return expression("^\\d{3}[- ]?\\d{2}[- ]?\\d{4}$", t); }},
        {"k8s-short-name", [](std::string_view t) { return !labelProblem(t); }},
        {"k8s-long-name", [](std::string_view t) { return !subdomainProblem(t); }},
    };
    const auto found = checks.find(format);
    return found == checks.end() || found->second(text);
}

} // namespace slipway::api::custom
