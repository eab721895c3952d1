#include "cluster/api/cron_syntax.h"
#include "cluster/api/schema.h"
#include "cluster/api/validation_at.h"
#include "cluster/api/validation_kinds.h"

#include <algorithm>

namespace slipway::api {
namespace {

constexpr std::int64_t mostIndexed = 100'000;

void validateExitCodes(const At& codes) {
    codes.needs("operator");
    codes.oneOf("operator", {"In", "NotIn"});
    if (codes.list("values").empty())
        codes.invalid("values", "at least one value is required");
    else if (codes.list("values").size() > 255)
        codes.causes().push_back(tooMany(codes.pathOf("values"), codes.list("values").size(), 255));
    std::size_t index = 0;
    for (const Json& code : codes.list("values")) {
        if (codes.text("operator") == "In" && code == Json(0))
            codes.causes().push_back(invalidValue(std::format("{}[{}]", codes.pathOf("values"), index), code,
                                                  "must not be 0 for the In operator"));
        ++index;
    }
}

void validateFailurePolicy(const At& spec) {
    const At policy = spec.in("podFailurePolicy");
    if (policy.list("rules").size() > 20)
        policy.causes().push_back(tooMany(policy.pathOf("rules"), policy.list("rules").size(), 20));
    policy.each("rules", [&](const At& rule) {
        if (rule.needs("action"))
            rule.oneOf("action", {"Count", "FailIndex", "FailJob", "Ignore"});
        if (rule.text("action") == "FailIndex" && !spec.has("backoffLimitPerIndex"))
            rule.invalid("action", "requires the backoffLimitPerIndex to be set");
        const bool codes = rule.has("onExitCodes"), conditions = !rule.list("onPodConditions").empty();
        if (codes)
            validateExitCodes(rule.in("onExitCodes"));
        if (codes && conditions)
            rule.invalid("onPodConditions", "specifying both OnExitCodes and OnPodConditions is not supported");
        if (!codes && !conditions)
            rule.causes().push_back(invalidValue(rule.path(), JsonObject(rule.object()),
                                                 "specifying one of OnExitCodes and OnPodConditions is required"));
        rule.each("onPodConditions", [](const At& condition) {
            condition.judge("type", qualifiedNameProblem);
            condition.oneOf("status", {"False", "True", "Unknown"});
        });
    });
}

void validateCompletion(const At& spec) {
    const bool indexed = spec.text("completionMode") == "Indexed";
    if (indexed && !spec.has("completions"))
        spec.require("completions", "when completion mode is Indexed");
    if (indexed && spec.number("parallelism").value_or(0) > mostIndexed)
        spec.invalid("parallelism",
                     std::format("must be less than or equal to {} when completion mode is Indexed", mostIndexed));
    if (spec.has("backoffLimitPerIndex") && !indexed)
        spec.invalid("backoffLimitPerIndex", "requires indexed completion mode");
    if (spec.has("maxFailedIndexes") && !spec.has("backoffLimitPerIndex"))
        spec.require("backoffLimitPerIndex", "when maxFailedIndexes is specified");
    if (const auto most = spec.number("maxFailedIndexes"), all = spec.number("completions");
        most && all && *most > *all)
        spec.invalid("maxFailedIndexes", "must be less than or equal to completions");
    if (spec.has("successPolicy") && !indexed)
        spec.invalid("successPolicy", "requires indexed completion mode");
}

/// What a job and a cron job's template share.
void validateJobSpec(const At& spec) {
    for (std::string_view number : {"parallelism", "completions", "activeDeadlineSeconds", "backoffLimit",
                                    "ttlSecondsAfterFinished", "backoffLimitPerIndex", "maxFailedIndexes"})
        spec.notNegative(number);
    spec.oneOf("completionMode", {"Indexed", "NonIndexed"});
    validateCompletion(spec);
    validateTemplate(spec.object(), spec.path(), spec.causes());
    const At pod = spec.in("template").in("spec");
    const std::string_view restart = pod.text("restartPolicy");
    if (restart == "Always" || restart.empty())
        pod.require("restartPolicy", "valid values: \"OnFailure\", \"Never\"");
    if (spec.has("podFailurePolicy")) {
        if (restart == "OnFailure")
            pod.invalid("restartPolicy", "only \"Never\" is supported when podFailurePolicy is specified");
        validateFailurePolicy(spec);
        if (spec.text("podReplacementPolicy") == "TerminatingOrFailed")
            spec.unsupported("podReplacementPolicy", {"Failed"});
    }
    spec.oneOf("podReplacementPolicy", {"Failed", "TerminatingOrFailed"});
    if (const std::string_view manager = spec.text("managedBy"); !manager.empty() && !manager.contains('/'))
        spec.invalid("managedBy", "must be a domain-prefixed path (such as \"acme.io/foo\")");
}

bool isSuspended(const JsonObject& job) {
    return boolAt(job, {"spec", "suspend"}) && stringAt(job, {"status", "startTime"}).empty();
}

/// A job that has not begun may still be told where to run.
JsonObject frozenTemplate(const At& spec, bool suspended) {
    JsonObject pod = spec.in("template").object();
    if (!suspended)
        return pod;
    for (std::string_view member : {"labels", "annotations"})
        objectAt(pod, {"metadata"}).erase(member);
    for (std::string_view member : {"affinity", "nodeSelector", "tolerations", "schedulingGates"})
        objectAt(pod, {"spec"}).erase(member);
    return pod;
}

} // namespace

void validateJob(const JsonObject& job, Causes& causes) {
    const At spec = At(job, {}, causes).in("spec");
    validateJobSpec(spec);
    if (spec.flag("manualSelector"))
        return validateLabelSelector(spec, "selector");
    for (const auto& [key, value] : spec.in("selector").in("matchLabels").object())
        if (key != "batch.kubernetes.io/controller-uid" && key != "controller-uid")
            return spec.invalid("selector", "`selector` not auto-generated");
}

void validateJobUpdate(const JsonObject& job, const JsonObject& changed, Causes& causes) {
    const At old = At(job, {}, causes).in("spec"), now = At(changed, {}, causes).in("spec");
    // An indexed job may grow and shrink as a whole.
    const bool elastic =
        now.text("completionMode") == "Indexed" && now.value("completions") == now.value("parallelism");
    if (!elastic)
        validateImmutable(old, now, "completions");
    validateImmutable(old, now, "selector");
    if (frozenTemplate(old, isSuspended(job)) != frozenTemplate(now, isSuspended(job)))
        now.invalid("template", "field is immutable");
    for (std::string_view member :
         {"completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy", "successPolicy"})
        validateImmutable(old, now, member);
}

void validateCronJob(const JsonObject& job, Causes& causes) {
    const At spec = At(job, {}, causes).in("spec");
    if (spec.needs("schedule")) {
        if (spec.text("schedule").contains("TZ"))
            spec.invalid("schedule", "cannot use TZ or CRON_TZ in schedule, use timeZone field instead");
        else
            spec.judge("schedule", cronProblem);
    }
    if (spec.has("timeZone"))
        if (const auto problem = timeZoneProblem(spec.text("timeZone")))
            spec.invalid("timeZone", *problem);
    spec.oneOf("concurrencyPolicy", {"Allow", "Forbid", "Replace"});
    for (std::string_view number : {"startingDeadlineSeconds", "successfulJobsHistoryLimit", "failedJobsHistoryLimit"})
        spec.notNegative(number);
    validateJobSpec(spec.in("jobTemplate").in("spec"));
}

} // namespace slipway::api
