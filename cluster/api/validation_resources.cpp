#include "cluster/api/quantity.h"
#include "cluster/api/schema.h"
#include "cluster/api/validation_kinds.h"

#include <format>

namespace slipway::api {
namespace {

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
        const Quantity size = Quantity::parse(view(value.get_string())).value_or(Quantity());
        if (size < Quantity())
            causes.push_back(invalidValue(at, value, "must be greater than or equal to 0"));
        if (isExtended(name) && size != Quantity::fromInteger(size.value()))
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
        const auto most = Quantity::parse(view(limit->get_string())),
                   asked = Quantity::parse(view(request.get_string()));
        if (!most || !asked)
            continue;
        const bool exact = isExtended(name) || std::string_view(name).starts_with("hugepages-");
        if (*asked > *most || (exact && *asked != *most))
            causes.push_back(
                invalidValue(path + ".resources.requests", request,
                             std::format("must be {} {} limit of {}", exact ? "equal to" : "less than or equal to",
                                         std::string_view(name), view(limit->get_string()))));
    }
}

} // namespace slipway::api
