#include "cluster/api/schema.h"
#include "cluster/api/validation_kinds.h"

#include <array>
#include <charconv>
#include <cmath>
#include <format>

namespace slipway::api {
namespace {

/// The size of a quantity whose form is known to be good; only compared, so rounding does not matter.
long double sizeOf(std::string_view text) {
    const std::size_t end = text.find_first_not_of("+-.0123456789");
    std::string_view number = text.substr(0, end),
                     suffix = end == std::string_view::npos ? std::string_view() : text.substr(end);
    if (number.starts_with('+'))
        number.remove_prefix(1);
    long double value = 0;
    std::from_chars(number.data(), number.data() + number.size(), value);
    static constexpr std::array<std::pair<std::string_view, int>, 9> decimal{
        {{"n", -9}, {"u", -6}, {"m", -3}, {"k", 3}, {"M", 6}, {"G", 9}, {"T", 12}, {"P", 15}, {"E", 18}}};
    static constexpr std::array<std::string_view, 6> binary{"Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};
    for (std::size_t i = 0; i < binary.size(); ++i)
        if (suffix == binary[i])
            return value * std::pow(1024.0L, static_cast<long double>(i + 1));
    for (const auto& [name, exponent] : decimal)
        if (suffix == name)
            return value * std::pow(10.0L, exponent);
    int exponent = 0;
    if (suffix.size() > 1)
        std::from_chars(suffix.data() + (suffix[1] == '+' ? 2 : 1), suffix.data() + suffix.size(), exponent);
    return value * std::pow(10.0L, exponent);
}

bool isNative(std::string_view name) {
    return name == "cpu" || name == "memory" || name == "ephemeral-storage" || name.starts_with("hugepages-");
}

bool isExtended(std::string_view name) {
    return name.contains('/') && !name.starts_with("kubernetes.io/") && !name.contains(".kubernetes.io/");
}

void validateAmounts(const Json* amounts, const std::string& path, Causes& causes) {
    if (amounts == nullptr || !amounts->is_object())
        return;
    for (const auto& [key, value] : amounts->get_object()) {
        const std::string_view name = key;
        const std::string at = std::format("{}[{}]", path, name);
        if (const auto problem = qualifiedNameProblem(name))
            causes.push_back(invalidValue(at, Json(name), *problem));
        else if (!name.contains('/') && !isNative(name))
            for (std::string_view why :
                 {"must be a standard resource type or fully qualified", "must be a standard resource for containers"})
                causes.push_back(invalidValue(at, Json(name), why));
        if (!value.is_string())
            continue;
        const long double size = sizeOf(view(value.get_string()));
        if (size < 0)
            causes.push_back(invalidValue(at, value, "must be greater than or equal to 0"));
        if (isExtended(name) && size != std::floor(size))
            causes.push_back(invalidValue(at, value, "must be an integer"));
    }
}

} // namespace

void validateResources(const JsonObject& container, const std::string& path, Causes& causes) {
    const Json *limits = find(container, {"resources", "limits"}),
               *requests = find(container, {"resources", "requests"});
    validateAmounts(limits, path + ".resources.limits", causes);
    validateAmounts(requests, path + ".resources.requests", causes);
    if (limits == nullptr || requests == nullptr || !limits->is_object() || !requests->is_object())
        return;
    for (const auto& [name, request] : requests->get_object()) {
        const Json* limit = limits->get_object().if_contains(name);
        if (limit == nullptr || !limit->is_string() || !request.is_string())
            continue;
        const long double most = sizeOf(view(limit->get_string())), asked = sizeOf(view(request.get_string()));
        const bool exact = isExtended(name) || std::string_view(name).starts_with("hugepages-");
        if (asked > most || (exact && asked != most))
            causes.push_back(
                invalidValue(path + ".resources.requests", request,
                             std::format("must be {} {} limit of {}", exact ? "equal to" : "less than or equal to",
                                         std::string_view(name), view(limit->get_string()))));
    }
}

} // namespace slipway::api
