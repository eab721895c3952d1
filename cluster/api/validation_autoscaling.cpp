#include "cluster/api/schema.h"
#include "cluster/api/validation_at.h"
#include "cluster/api/validation_kinds.h"

#include <array>

namespace slipway::api {
namespace {

void validateMetricTarget(const At& target) {
    target.oneOf("type", {"AverageValue", "Utilization", "Value"});
    target.needs("type", "must specify a metric target type");
    if (const auto use = target.number("averageUtilization"); use && *use < 1)
        target.invalid("averageUtilization", "must be greater than 0");
    for (std::string_view member : {"value", "averageValue"})
        if (const std::string_view text = target.text(member); text.starts_with('-') || text == "0")
            target.invalid(member, "must be positive");
}

void validateMetricName(const At& source) {
    const At metric = source.in("metric");
    if (metric.needs("name", "must specify a metric name"))
        metric.judge("name", pathSegmentProblem);
}

void validateMetric(const At& metric) {
    struct Kind {
        std::string_view type, member;
    };
    static constexpr std::array<Kind, 5> kinds{{{"Object", "object"},
                                                {"Pods", "pods"},
                                                {"Resource", "resource"},
                                                {"ContainerResource", "containerResource"},
                                                {"External", "external"}}};
    if (!metric.needs("type", "must specify a metric source type"))
        return;
    const std::string_view type = metric.text("type");
    bool known = false;
    for (const Kind& kind : kinds) {
        if (kind.type != type) {
            if (metric.has(kind.member))
                metric.forbid(kind.member, "must populate the given metric source only");
            continue;
        }
        known = true;
        if (!metric.has(kind.member)) {
            metric.require(kind.member, "must populate information for the given metric source");
            continue;
        }
        const At source = metric.in(kind.member);
        if (kind.member == "resource" || kind.member == "containerResource")
            source.needs("name", "must specify a resource name");
        else
            validateMetricName(source);
        if (kind.member == "containerResource")
            source.needs("container", "must specify a container");
        validateMetricTarget(source.in("target"));
    }
    if (!known)
        metric.unsupported("type", {"ContainerResource", "External", "Object", "Pods", "Resource"});
}

void validateRules(const At& rules) {
    if (const auto window = rules.number("stabilizationWindowSeconds")) {
        if (*window < 0)
            rules.invalid("stabilizationWindowSeconds", "must be greater than or equal to zero");
        else if (*window > 3600)
            rules.invalid("stabilizationWindowSeconds", "must be less than or equal to 3600");
    }
    rules.oneOf("selectPolicy", {"Disabled", "Max", "Min"});
    if (rules.list("policies").empty())
        rules.require("policies", "must specify at least one Policy");
    rules.each("policies", [](const At& policy) {
        if (const std::string_view type = policy.text("type"); type != "Percent" && type != "Pods")
            policy.causes().push_back(notSupported(policy.pathOf("type"), Json(type), {"Percent", "Pods"}));
        if (const auto value = policy.number("value").value_or(0); value <= 0)
            policy.invalid("value", "must be greater than zero", Json(value));
        const auto period = policy.number("periodSeconds").value_or(0);
        if (period <= 0)
            policy.invalid("periodSeconds", "must be greater than zero", Json(period));
        else if (period > 1800)
            policy.invalid("periodSeconds", "must be less than or equal to 1800");
    });
}

} // namespace

void validateAutoscaler(const JsonObject& autoscaler, Causes& causes) {
    const At spec = At(autoscaler, {}, causes).in("spec"), target = spec.in("scaleTargetRef");
    const auto least = spec.number("minReplicas").value_or(1), most = spec.number("maxReplicas").value_or(0);
    if (least < 1)
        spec.invalid("minReplicas", "must be greater than or equal to 1");
    if (most < 1)
        spec.invalid("maxReplicas", "must be greater than 0", Json(most));
    else if (most < least)
        spec.invalid("maxReplicas", "must be greater than or equal to `minReplicas`");
    for (std::string_view member : {"kind", "name"})
        if (target.needs(member))
            target.judge(member, pathSegmentProblem);
    spec.each("metrics", validateMetric);
    const At behavior = spec.in("behavior");
    for (std::string_view direction : {"scaleUp", "scaleDown"})
        if (behavior.has(direction))
            validateRules(behavior.in(direction));
}

} // namespace slipway::api
