#include "cluster/api/table_cells.h"

#include "cluster/api/selectors.h"
#include "cluster/base/time.h"

#include <algorithm>
#include <format>

namespace slipway::api {
namespace {

long long number(const JsonObject& object, std::initializer_list<std::string_view> path) {
    return intAt(object, path).value_or(0);
}

std::string selectorOf(const JsonObject& workload) {
    const Json* selector = find(workload, {"spec", "selector"});
    if (selector == nullptr || !selector->is_object())
        return "<none>";
    const JsonObject& object = selector->get_object();
    if (!object.contains("matchLabels") && !object.contains("matchExpressions"))
        return formatLabels(selector);
    return orNone(formatSelector(object));
}

const Json* templateSpec(const JsonObject& object) {
    return find(object, {"spec", "template", "spec"});
}

std::string jobDuration(const JsonObject& job) {
    const auto start = base::parseTime(stringAt(job, {"status", "startTime"}));
    if (!start)
        return "";
    const auto end =
        base::parseTime(stringAt(job, {"status", "completionTime"})).value_or(std::chrono::system_clock::now());
    return base::humanDuration(std::chrono::floor<std::chrono::seconds>(end - *start));
}

/// The first that holds, as kubectl shows a job.
std::string jobStatus(const JsonObject& job) {
    const auto holds = [&](std::string_view type) {
        return std::ranges::any_of(arrayAt(job, {"status", "conditions"}), [&](const Json& condition) {
            return stringAt(condition, {"type"}) == type && stringAt(condition, {"status"}) == "True";
        });
    };
    for (const char* type : {"Complete", "Failed"})
        if (holds(type))
            return type;
    if (!stringAt(job, {"metadata", "deletionTimestamp"}).empty())
        return "Terminating";
    for (const char* type : {"Suspended", "FailureTarget", "SuccessCriteriaMet"})
        if (holds(type))
            return type;
    return "Running";
}

} // namespace

JsonArray deploymentCells(const JsonObject& d) {
    return {name(d),
            std::format("{}/{}", number(d, {"status", "readyReplicas"}), number(d, {"spec", "replicas"})),
            number(d, {"status", "updatedReplicas"}),
            number(d, {"status", "availableReplicas"}),
            ageOf(d),
            containerNames(templateSpec(d)),
            containerImages(templateSpec(d)),
            selectorOf(d)};
}

JsonArray replicaSetCells(const JsonObject& r) {
    return {name(r),
            number(r, {"spec", "replicas"}),
            number(r, {"status", "replicas"}),
            number(r, {"status", "readyReplicas"}),
            ageOf(r),
            containerNames(templateSpec(r)),
            containerImages(templateSpec(r)),
            selectorOf(r)};
}

JsonArray statefulSetCells(const JsonObject& s) {
    return {name(s), std::format("{}/{}", number(s, {"status", "readyReplicas"}), number(s, {"spec", "replicas"})),
            ageOf(s), containerNames(templateSpec(s)), containerImages(templateSpec(s))};
}

JsonArray daemonSetCells(const JsonObject& d) {
    return {name(d),
            number(d, {"status", "desiredNumberScheduled"}),
            number(d, {"status", "currentNumberScheduled"}),
            number(d, {"status", "numberReady"}),
            number(d, {"status", "updatedNumberScheduled"}),
            number(d, {"status", "numberAvailable"}),
            formatLabels(find(d, {"spec", "template", "spec", "nodeSelector"})),
            ageOf(d),
            containerNames(templateSpec(d)),
            containerImages(templateSpec(d)),
            selectorOf(d)};
}

JsonArray jobCells(const JsonObject& j) {
    const auto completions = intAt(j, {"spec", "completions"});
    const auto parallelism = number(j, {"spec", "parallelism"});
    const std::string done = completions ? std::format("{}/{}", number(j, {"status", "succeeded"}), *completions)
                             : parallelism > 1
                                 ? std::format("{}/1 of {}", number(j, {"status", "succeeded"}), parallelism)
                                 : std::format("{}/1", number(j, {"status", "succeeded"}));
    return {name(j),
            jobStatus(j),
            done,
            jobDuration(j),
            ageOf(j),
            containerNames(templateSpec(j)),
            containerImages(templateSpec(j)),
            selectorOf(j)};
}

JsonArray cronJobCells(const JsonObject& c) {
    const std::string_view last = stringAt(c, {"status", "lastScheduleTime"});
    const Json* pod = find(c, {"spec", "jobTemplate", "spec", "template", "spec"});
    const Json* selector = find(c, {"spec", "jobTemplate", "spec", "selector"});
    return {name(c),
            stringAt(c, {"spec", "schedule"}),
            orNone(stringAt(c, {"spec", "timeZone"})),
            boolAt(c, {"spec", "suspend"}) ? "True" : "False",
            arrayAt(c, {"status", "active"}).size(),
            last.empty() ? "<none>" : ageSince(last),
            ageOf(c),
            containerNames(pod),
            containerImages(pod),
            selector != nullptr && selector->is_object() ? orNone(formatSelector(selector->get_object())) : "<none>"};
}

JsonArray podTemplateCells(const JsonObject& t) {
    const Json* pod = find(t, {"template", "spec"});
    return {name(t), containerNames(pod), containerImages(pod),
            formatLabels(find(t, {"template", "metadata", "labels"}))};
}

} // namespace slipway::api
