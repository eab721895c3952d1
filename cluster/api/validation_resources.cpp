#include "cluster/api/quantity.h"
#include "cluster/api/validation_at.h"
#include "cluster/api/validation_pod_parts.h"

#include <set>

namespace slipway::api {
namespace {

bool isHugePages(std::string_view name) {
    return name.starts_with("hugepages-");
}

bool isStandard(std::string_view name) {
    return name == "cpu" || name == "memory" || name == "ephemeral-storage" || isHugePages(name);
}

void validateAmounts(const At& resources, std::string_view member) {
    const At amounts = resources.in(member);
    for (const auto& [key, value] : amounts.object()) {
        const std::string_view name = key;
        const std::string at = std::format("{}[{}]", amounts.path(), name);
        if (const auto problem = qualifiedNameProblem(name))
            amounts.causes().push_back(invalidValue(at, Json(name), *problem));
        else if (!name.contains('/') && !isStandard(name))
            for (std::string_view why :
                 {"must be a standard resource type or fully qualified", "must be a standard resource for containers"})
                amounts.causes().push_back(invalidValue(at, Json(name), why));
        if (!value.is_string())
            continue;
        const Quantity size = Quantity::parse(view(value.get_string())).value_or(Quantity());
        if (size < Quantity())
            amounts.causes().push_back(invalidValue(at, value, "must be greater than or equal to 0"));
        else if (isExtendedResource(name) && size != Quantity::fromInteger(size.value()))
            amounts.causes().push_back(invalidValue(at, value, "must be an integer"));
    }
}

void compare(const At& resources) {
    const JsonObject &limits = resources.in("limits").object(), &requests = resources.in("requests").object();
    for (const auto& [name, request] : requests) {
        const Json* limit = limits.if_contains(name);
        const bool exact = isExtendedResource(name) || isHugePages(name);
        if (limit == nullptr) {
            if (exact && isExtendedResource(name))
                resources.causes().push_back(
                    requiredValue(resources.pathOf("limits"), "Limit must be set for non overcommitable resources"));
            continue;
        }
        if (!limit->is_string() || !request.is_string())
            continue;
        const auto most = Quantity::parse(view(limit->get_string())),
                   asked = Quantity::parse(view(request.get_string()));
        if (most && asked && (*asked > *most || (exact && *asked != *most)))
            resources.causes().push_back(
                invalidValue(resources.pathOf("requests"), request,
                             std::format("must be {} {} limit of {}", exact ? "equal to" : "less than or equal to",
                                         std::string_view(name), view(limit->get_string()))));
    }
}

void validateClaims(const At& container) {
    std::set<std::string_view> seen;
    const At resources = container.in("resources");
    resources.each("claims", [&](const At& claim) {
        if (!claim.needs("name"))
            return;
        if (!seen.insert(claim.text("name")).second)
            claim.causes().push_back(duplicateValue(claim.path(), Json(claim.text("name"))));
    });
}

} // namespace

bool isExtendedResource(std::string_view name) {
    return name.contains('/') && !name.starts_with("kubernetes.io/") && !name.contains(".kubernetes.io/");
}

void validateResources(const At& container) {
    const At resources = container.in("resources");
    validateAmounts(resources, "limits");
    validateAmounts(resources, "requests");
    compare(resources);
    validateClaims(container);
}

void validatePodResources(const At& spec) {
    if (!spec.has("resources"))
        return;
    const At resources = spec.in("resources");
    for (std::string_view member : {"limits", "requests"}) {
        for (const auto& [key, value] : resources.in(member).object()) {
            const std::string_view name = key;
            if (name != "cpu" && name != "memory" && !isHugePages(name))
                resources.causes().push_back(notSupported(std::format("{}[{}]", resources.pathOf(member), name),
                                                          Json(name), {"cpu", "hugepages-", "memory"}));
        }
    }
    compare(resources);
}

} // namespace slipway::api
