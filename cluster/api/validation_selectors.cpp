#include "cluster/api/validation_at.h"

namespace slipway::api {
namespace {

void validateExpression(const At& expression) {
    const std::string_view op = expression.text("operator");
    const bool values = !expression.list("values").empty();
    if ((op == "In" || op == "NotIn") && !values)
        expression.require("values", "must be specified when `operator` is 'In' or 'NotIn'");
    else if ((op == "Exists" || op == "DoesNotExist") && values)
        expression.forbid("values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
    else if (op != "In" && op != "NotIn" && op != "Exists" && op != "DoesNotExist")
        expression.invalid("operator", "not a valid selector operator", Json(op));
    if (const auto problem = qualifiedNameProblem(expression.text("key")))
        expression.invalid("key", *problem, Json(expression.text("key")));
    expression.eachText("values", [&](std::string_view text, const std::string& path) {
        if (const auto problem = labelValueProblem(text))
            expression.causes().push_back(invalidValue(path, Json(text), *problem));
    });
}

} // namespace

void validateLabelSelector(const At& owner, std::string_view member) {
    const At selector = owner.in(member);
    validateLabels(selector.object().if_contains("matchLabels"), selector.pathOf("matchLabels"), owner.causes());
    selector.each("matchExpressions", validateExpression);
}

void validateImmutable(const At& before, const At& after, std::string_view member, std::string_view detail) {
    if (before.value(member) != after.value(member))
        after.invalid(member, detail);
}

} // namespace slipway::api
