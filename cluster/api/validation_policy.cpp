#include "cluster/api/quantity.h"
#include "cluster/api/schema.h"
#include "cluster/api/validation_kinds.h"
#include "cluster/api/validation_pod_parts.h"

#include <algorithm>
#include <array>
#include <set>

namespace slipway::api {
namespace {

std::optional<Quantity> amount(const At& amounts, std::string_view name) {
    return Quantity::parse(amounts.text(name));
}

bool isQuotaName(std::string_view name) {
    static constexpr std::array<std::string_view, 19> known{"cpu",
                                                            "memory",
                                                            "ephemeral-storage",
                                                            "requests.cpu",
                                                            "requests.memory",
                                                            "requests.storage",
                                                            "requests.ephemeral-storage",
                                                            "limits.cpu",
                                                            "limits.memory",
                                                            "limits.ephemeral-storage",
                                                            "pods",
                                                            "resourcequotas",
                                                            "services",
                                                            "replicationcontrollers",
                                                            "secrets",
                                                            "persistentvolumeclaims",
                                                            "configmaps",
                                                            "services.nodeports",
                                                            "services.loadbalancers"};
    return std::ranges::find(known, name) != known.end() || name.starts_with("hugepages-") ||
           name.starts_with("requests.hugepages-");
}

bool isWhole(std::string_view name) {
    static constexpr std::array<std::string_view, 9> counts{
        "pods",       "resourcequotas",         "services",           "replicationcontrollers", "secrets",
        "configmaps", "persistentvolumeclaims", "services.nodeports", "services.loadbalancers"};
    return std::ranges::find(counts, name) != counts.end() || name.starts_with("count/");
}

void validateScopes(const At& spec) {
    static constexpr std::array<std::string_view, 7> known{
        "BestEffort",  "CrossNamespacePodAffinity", "NotBestEffort", "NotTerminating", "PriorityClass",
        "Terminating", "VolumeAttributesClass"};
    std::set<std::string_view> scopes;
    spec.eachText("scopes", [&](std::string_view scope, const std::string&) {
        if (std::ranges::find(known, scope) == known.end())
            spec.invalid("scopes", "unsupported scope");
        else if (scope == "BestEffort" &&
                 std::ranges::any_of(spec.in("hard").object(), [](const auto& e) { return e.key() != "pods"; }))
            spec.invalid("scopes", "unsupported scope applied to resource");
        scopes.insert(scope);
    });
    for (const auto& [one, other] :
         {std::pair("BestEffort", "NotBestEffort"), std::pair("Terminating", "NotTerminating")})
        if (scopes.contains(one) && scopes.contains(other))
            spec.invalid("scopes", "conflicting scopes");
    const At selector = spec.in("scopeSelector");
    selector.each("matchExpressions", [&](const At& expression) {
        const std::string_view scope = expression.text("scopeName"), op = expression.text("operator");
        const bool values = !expression.list("values").empty();
        if (std::ranges::find(known, scope) == known.end())
            expression.invalid("scopeName", "unsupported scope", Json(scope));
        if (scope != "PriorityClass" && scope != "VolumeAttributesClass" && op != "Exists")
            expression.invalid("operator",
                               "must be 'Exist' when scope is any of ResourceQuotaScopeTerminating, "
                               "ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, "
                               "ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity",
                               Json(op));
        else if ((op == "In" || op == "NotIn") && !values)
            expression.require("values", "must be at least one value when `operator` is 'In' or 'NotIn' for scope "
                                         "selector");
        else if ((op == "Exists" || op == "DoesNotExist") && values)
            expression.invalid("values", "must be no value when `operator` is 'Exists' or 'DoesNotExist' for scope "
                                         "selector");
        else if (op != "In" && op != "NotIn" && op != "Exists" && op != "DoesNotExist")
            expression.invalid("operator", "not a valid selector operator", Json(op));
    });
}

/// One pair of amounts of which the first may not be above the second.
void compare(const At& limit, std::string_view lower, std::string_view upper, std::string_view shown,
             std::string_view lowerName, std::string_view upperName) {
    for (const auto& [name, value] : limit.in(lower).object()) {
        const auto less = amount(limit.in(lower), name), more = amount(limit.in(upper), name);
        if (less && more && *less > *more)
            limit.causes().push_back(invalidValue(std::format("{}[{}]", limit.pathOf(shown), std::string_view(name)),
                                                  limit.in(shown).value(name),
                                                  std::format("{} value {} is greater than {} value {}", lowerName,
                                                              less->print(), upperName, more->print())));
    }
}

void validateShare(const At& spec, std::string_view member) {
    const Json value = spec.value(member);
    if (value.is_int64() && value.get_int64() < 0)
        spec.invalid(member, "must be greater than or equal to 0");
    if (!value.is_string())
        return;
    const std::string_view text = view(value.get_string());
    if (text.size() < 2 || !text.ends_with('%') || text.find_first_not_of("0123456789") != text.size() - 1)
        spec.invalid(member, "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  "
                             "or '93%', regex used for validation is '[0-9]+%')");
    else if (text.size() > 4 || std::stoi(std::string(text)) > 100)
        spec.invalid(member, "must not be greater than 100%");
}

} // namespace

void validateQuota(const JsonObject& quota, Causes& causes) {
    const At spec = At(quota, {}, causes).in("spec"), hard = spec.in("hard");
    for (const auto& [key, value] : hard.object()) {
        const std::string_view name = key;
        const std::string at = std::format("{}[{}]", hard.path(), name);
        if (const auto problem = qualifiedNameProblem(name))
            causes.push_back(invalidValue(at, Json(name), *problem));
        else if (!name.contains('/') && !isQuotaName(name))
            causes.push_back(invalidValue(at, Json(name), "must be a standard resource for quotas"));
        const auto size = amount(hard, name);
        if (size && *size < Quantity())
            causes.push_back(invalidValue(at, value, "must be greater than or equal to 0"));
        else if (size && isWhole(name) && *size != Quantity::fromInteger(size->value()))
            causes.push_back(invalidValue(at, value, "must be an integer"));
    }
    validateScopes(spec);
}

void validateQuotaUpdate(const JsonObject& quota, const JsonObject& changed, Causes& causes) {
    validateImmutable(At(quota, {}, causes).in("spec"), At(changed, {}, causes).in("spec"), "scopes");
}

void validateLimitRange(const JsonObject& range, Causes& causes) {
    std::set<std::string_view> types;
    At(range, {}, causes).in("spec").each("limits", [&](const At& limit) {
        const std::string_view type = limit.text("type");
        if (!limit.needs("type"))
            return;
        if (!types.insert(type).second)
            limit.duplicate("type");
        if (type == "Pod")
            for (std::string_view member : {"default", "defaultRequest"})
                if (!limit.in(member).object().empty())
                    limit.forbid(member, "may not be specified when `type` is 'Pod'");
        if (type == "PersistentVolumeClaim" && !limit.in("min").has("storage") && !limit.in("max").has("storage"))
            causes.push_back(
                requiredValue(limit.pathOf("limits"),
                              "either minimum or maximum storage value is required, but neither was provided"));
        compare(limit, "min", "max", "min", "min", "max");
        if (type == "Container") {
            compare(limit, "min", "defaultRequest", "defaultRequest", "min", "default request");
            compare(limit, "defaultRequest", "max", "defaultRequest", "default request", "max");
            compare(limit, "defaultRequest", "default", "defaultRequest", "default request", "default limit");
            compare(limit, "min", "default", "default", "min", "default");
            compare(limit, "default", "max", "default", "default", "max");
        }
        const At ratios = limit.in("maxLimitRequestRatio");
        for (const auto& [name, value] : ratios.object())
            if (const auto ratio = amount(ratios, name); ratio && *ratio < Quantity::fromInteger(1))
                causes.push_back(invalidValue(std::format("{}[{}]", ratios.path(), std::string_view(name)), value,
                                              std::format("ratio {} is less than 1", ratio->print())));
    });
}

void validateBudget(const JsonObject& budget, Causes& causes) {
    const At object(budget, {}, causes), spec = object.in("spec");
    if (spec.has("minAvailable") && spec.has("maxUnavailable"))
        object.invalid("spec", "minAvailable and maxUnavailable cannot be both set");
    validateShare(spec, "minAvailable");
    validateShare(spec, "maxUnavailable");
    validateLabelSelector(spec, "selector");
    spec.oneOf("unhealthyPodEvictionPolicy", {"AlwaysAllow", "IfHealthyBudget"});
}

void validatePriorityClass(const JsonObject& object, Causes& causes) {
    const At kind(object, {}, causes);
    const std::string_view name = stringAt(object, {"metadata", "name"});
    const auto value = kind.number("value").value_or(0);
    const bool system = (name == "system-cluster-critical" && value == 2000000000) ||
                        (name == "system-node-critical" && value == 2000001000);
    if (name.starts_with("system-") && !system)
        causes.push_back(forbiddenField(
            "metadata.name",
            std::format("priority class names with 'system-' prefix are reserved for system use only. error: {} is not "
                        "a known system priority class",
                        name)));
    else if (value > 1000000000 && !system)
        kind.forbid("value", "maximum allowed value of a user defined priority is 1000000000");
    kind.oneOf("preemptionPolicy", {"Never", "PreemptLowerPriority"});
}

void validatePriorityClassUpdate(const JsonObject& object, const JsonObject& changed, Causes& causes) {
    const At old(object, {}, causes), now(changed, {}, causes);
    if (old.value("value") != now.value("value"))
        now.forbid("value", "may not be changed in an update.");
    validateImmutable(old, now, "preemptionPolicy");
}

void validateRuntimeClass(const JsonObject& object, Causes& causes) {
    const At kind(object, {}, causes);
    if (const auto problem = labelProblem(kind.text("handler")))
        kind.invalid("handler", *problem, Json(kind.text("handler")));
    const At scheduling = kind.in("scheduling");
    validateLabels(scheduling.object().if_contains("nodeSelector"), scheduling.pathOf("nodeSelector"), causes);
    validateTolerations(scheduling);
}

void validateRuntimeClassUpdate(const JsonObject& object, const JsonObject& changed, Causes& causes) {
    validateImmutable(At(object, {}, causes), At(changed, {}, causes), "handler");
}

} // namespace slipway::api
