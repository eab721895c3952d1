#include "cluster/api/cel/device_value.h"
#include "cluster/api/validation_at.h"
#include "cluster/api/validation_kinds.h"
#include "cluster/api/validation_names.h"

#include <set>

namespace slipway::api {
namespace {

constexpr std::size_t mostRequests = 32, mostSelectors = 32, longestSelector = 10 * 1024;

void validateSelectors(const At& owner) {
    if (const std::size_t count = owner.list("selectors").size(); count > mostSelectors)
        owner.causes().push_back(tooMany(owner.pathOf("selectors"), count, mostSelectors));
    owner.each("selectors", [](const At& selector) {
        if (!selector.has("cel"))
            return selector.require("cel");
        const At cel = selector.in("cel");
        const std::string_view text = cel.text("expression");
        if (text.size() > longestSelector)
            return cel.causes().push_back(tooLong(cel.pathOf("expression"), longestSelector));
        const auto compiled = cel::Expression::compile(text, cel::deviceTypes());
        if (!compiled)
            cel.invalid("expression", "compilation failed: " + compiled.error());
        else if (compiled->type().kind != cel::Kind::bool_ && compiled->type().kind != cel::Kind::dyn)
            cel.invalid("expression",
                        "must evaluate to bool or the unknown type, not " + cel::printType(compiled->type()));
    });
}

void validateWanted(const At& request) {
    request.judge("deviceClassName", subdomainProblem);
    validateSelectors(request);
    request.oneOf("allocationMode", {"All", "ExactCount"});
    const auto count = request.number("count");
    if (request.text("allocationMode") == "All" && count.value_or(0) != 0)
        request.invalid("count", "must not be specified when allocationMode is 'All'");
    else if (request.text("allocationMode") == "ExactCount" && count.value_or(0) <= 0)
        request.invalid("count", "must be greater than zero");
}

void validateNamed(const At& owner, std::set<std::string_view>& names) {
    owner.judge("name", labelProblem);
    if (!owner.text("name").empty() && !names.insert(owner.text("name")).second)
        owner.duplicate("name");
}

void validateDeviceClaim(const At& spec) {
    const At devices = spec.in("devices");
    if (const std::size_t count = devices.list("requests").size(); count > mostRequests)
        spec.causes().push_back(tooMany(devices.pathOf("requests"), count, mostRequests));
    std::set<std::string_view> names;
    devices.each("requests", [&](const At& request) {
        validateNamed(request, names);
        const bool exactly = request.has("exactly"), any = !request.list("firstAvailable").empty();
        if (exactly == any)
            return request.causes().push_back(
                exactly ? invalidValue(request.path(), Json(),
                                       "exactly one of `exactly` or `firstAvailable` is "
                                       "required, but multiple fields are set")
                        : requiredValue(request.path(), "exactly one of `exactly` or `firstAvailable` is required"));
        if (exactly)
            validateWanted(request.in("exactly"));
        std::set<std::string_view> choices;
        request.each("firstAvailable", [&](const At& choice) {
            validateNamed(choice, choices);
            validateWanted(choice);
        });
    });
}

} // namespace

void validateDeviceClass(const JsonObject& object, Causes& causes) {
    validateSelectors(At(object, {}, causes).in("spec"));
}

void validateResourceClaim(const JsonObject& object, Causes& causes) {
    validateDeviceClaim(At(object, {}, causes).in("spec"));
}

void validateResourceClaimUpdate(const JsonObject& before, const JsonObject& after, Causes& causes) {
    validateImmutable(At(before, {}, causes), At(after, {}, causes), "spec");
}

void validateResourceClaimTemplate(const JsonObject& object, Causes& causes) {
    validateDeviceClaim(At(object, {}, causes).in("spec").in("spec"));
}

} // namespace slipway::api
