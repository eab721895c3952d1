#include "cluster/api/schema.h"
#include "cluster/api/validation_at.h"
#include "cluster/api/validation_kinds.h"

namespace slipway::api {
namespace {

void validateSubject(const At& subject) {
    struct Kind {
        std::string_view kind, member;
    };
    for (const auto& [kind, member] :
         {Kind{"ServiceAccount", "serviceAccount"}, Kind{"User", "user"}, Kind{"Group", "group"}}) {
        if (subject.text("kind") == kind && !subject.has(member))
            subject.require(member, std::format("{} is required when subject kind is '{}'", member, kind));
        else if (subject.text("kind") != kind && subject.has(member))
            subject.forbid(member, std::format("{} is forbidden when subject kind is not '{}'", member, kind));
        else if (subject.has(member))
            subject.in(member).needs("name");
    }
    if (const std::string_view kind = subject.text("kind");
        kind != "ServiceAccount" && kind != "User" && kind != "Group")
        subject.causes().push_back(
            notSupported(subject.pathOf("kind"), Json(kind), {"Group", "ServiceAccount", "User"}));
}

void validateFlowRule(const At& rule) {
    if (rule.list("subjects").empty())
        rule.require("subjects", "subjects must contain at least one value");
    rule.each("subjects", validateSubject);
    if (rule.list("resourceRules").empty() && rule.list("nonResourceRules").empty())
        rule.causes().push_back(
            requiredValue(rule.path(), "at least one of resourceRules and nonResourceRules has to be non-empty"));
    rule.each("resourceRules", [](const At& resources) {
        for (std::string_view member : {"verbs", "apiGroups", "resources"})
            if (resources.list(member).empty())
                resources.require(member);
        if (resources.list("namespaces").empty() && !resources.flag("clusterScope"))
            resources.require("namespaces", "resource rules that are not cluster scoped must supply at least one "
                                            "namespace");
    });
    rule.each("nonResourceRules", [](const At& paths) {
        for (std::string_view member : {"verbs", "nonResourceURLs"})
            if (paths.list(member).empty())
                paths.require(member);
    });
}

} // namespace

void validateFlowSchema(const JsonObject& object, Causes& causes) {
    const At spec = At(object, {}, causes).in("spec");
    if (const auto order = spec.number("matchingPrecedence").value_or(0); order < 1)
        spec.invalid("matchingPrecedence", "must be a positive value", Json(order));
    else if (order > 10000)
        spec.invalid("matchingPrecedence", "must not be greater than 10000");
    spec.in("priorityLevelConfiguration").needs("name", "must reference a priority level");
    if (spec.has("distinguisherMethod")) {
        const At method = spec.in("distinguisherMethod");
        if (method.needs("type"))
            method.oneOf("type", {"ByNamespace", "ByUser"});
    }
    spec.each("rules", validateFlowRule);
}

void validatePriorityLevel(const JsonObject& object, Causes& causes) {
    const At spec = At(object, {}, causes).in("spec");
    const std::string_view type = spec.text("type");
    if (type == "Exempt") {
        if (spec.has("limited"))
            spec.forbid("limited", "must be nil if the type is not Limited");
        return;
    }
    if (type != "Limited")
        return causes.push_back(notSupported(spec.pathOf("type"), Json(type), {"Exempt", "Limited"}));
    if (spec.has("exempt"))
        spec.forbid("exempt", "must be nil if the type is Limited");
    if (!spec.has("limited"))
        return spec.require("limited", "must not be empty when type is Limited");
    const At limited = spec.in("limited");
    limited.notNegative("nominalConcurrencyShares");
    limited.within("borrowingLimitPercent", 0, INT32_MAX);
    limited.within("lendablePercent", 0, 100);
    const At response = limited.in("limitResponse");
    const std::string_view answer = response.text("type");
    if (answer == "Reject" && response.has("queuing"))
        response.forbid("queuing", "must be nil if limited.limitResponse.type is not Limited");
    else if (answer == "Queue" && !response.has("queuing"))
        response.require("queuing", "must not be empty if limited.limitResponse.type is Limited");
    else if (answer != "Reject" && answer != "Queue")
        causes.push_back(notSupported(response.pathOf("type"), Json(answer), {"Queue", "Reject"}));
    const At queuing = response.in("queuing");
    for (std::string_view member : {"queueLengthLimit", "queues", "handSize"})
        if (const auto number = queuing.number(member); number && *number <= 0)
            queuing.invalid(member, "must be positive");
}

} // namespace slipway::api
