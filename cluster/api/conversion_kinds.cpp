#include "cluster/api/conversion_kinds.h"

#include <string>

namespace slipway::api {
namespace {

void rename(JsonObject& object, std::string_view from, std::string_view to) {
    Json* value = object.if_contains(from);
    if (value == nullptr)
        return;
    Json moved = std::move(*value);
    object.erase(from);
    object[to] = std::move(moved);
}

constexpr std::string_view metricsAnnotation = "autoscaling.alpha.kubernetes.io/metrics",
                           currentMetricsAnnotation = "autoscaling.alpha.kubernetes.io/current-metrics",
                           conditionsAnnotation = "autoscaling.alpha.kubernetes.io/conditions",
                           behaviorAnnotation = "autoscaling.alpha.kubernetes.io/behavior";

void putAnnotation(JsonObject& object, std::string_view name, const Json& value) {
    objectAt(object, {"metadata", "annotations"})[name] = printJson(value);
}

/// The value kept in an annotation, which goes; null when there is none.
Json takeAnnotation(JsonObject& object, std::string_view name) {
    const std::string text(stringAt(object, {"metadata", "annotations", name}));
    if (text.empty())
        return nullptr;
    JsonObject& annotations = objectAt(object, {"metadata", "annotations"});
    annotations.erase(name);
    if (annotations.empty())
        objectAt(object, {"metadata"}).erase("annotations");
    auto parsed = parseJson(text);
    return parsed ? std::move(*parsed) : Json();
}

bool isCpuUtilization(const Json& metric) {
    return stringAt(metric, {"type"}) == "Resource" && stringAt(metric, {"resource", "name"}) == "cpu";
}

/// Takes the share of the processor out of a list of metrics: the number, and the other metrics.
Json takeUtilization(JsonObject& part, std::string_view member, std::initializer_list<std::string_view> path,
                     JsonArray& others) {
    Json utilization;
    Json* list = part.if_contains(member);
    if (list == nullptr)
        return utilization;
    if (list->is_array())
        for (Json& metric : list->get_array()) {
            const Json* number = isCpuUtilization(metric) && utilization.is_null() ? find(metric, path) : nullptr;
            if (number != nullptr)
                utilization = *number;
            else
                others.push_back(std::move(metric));
        }
    part.erase(member);
    return utilization;
}

JsonObject cpuMetric(std::string_view member, JsonObject value) {
    return {{"type", "Resource"}, {"resource", JsonObject{{"name", "cpu"}, {member, std::move(value)}}}};
}

} // namespace

void eventToGroup(JsonObject& event) {
    rename(event, "involvedObject", "regarding");
    rename(event, "message", "note");
    rename(event, "reportingComponent", "reportingController");
    rename(event, "source", "deprecatedSource");
    rename(event, "firstTimestamp", "deprecatedFirstTimestamp");
    rename(event, "lastTimestamp", "deprecatedLastTimestamp");
    rename(event, "count", "deprecatedCount");
}

void eventToCore(JsonObject& event) {
    rename(event, "regarding", "involvedObject");
    rename(event, "note", "message");
    rename(event, "reportingController", "reportingComponent");
    rename(event, "deprecatedSource", "source");
    rename(event, "deprecatedFirstTimestamp", "firstTimestamp");
    rename(event, "deprecatedLastTimestamp", "lastTimestamp");
    rename(event, "deprecatedCount", "count");
}

void autoscalerToV1(JsonObject& autoscaler) {
    JsonArray others, currentOthers;
    if (autoscaler.contains("spec")) {
        JsonObject& spec = objectAt(autoscaler, {"spec"});
        Json target = takeUtilization(spec, "metrics", {"resource", "target", "averageUtilization"}, others);
        if (!target.is_null())
            spec["targetCPUUtilizationPercentage"] = std::move(target);
        if (const Json* behavior = spec.if_contains("behavior")) {
            putAnnotation(autoscaler, behaviorAnnotation, Json(*behavior));
            objectAt(autoscaler, {"spec"}).erase("behavior");
        }
    }
    if (autoscaler.contains("status")) {
        JsonObject& status = objectAt(autoscaler, {"status"});
        Json current =
            takeUtilization(status, "currentMetrics", {"resource", "current", "averageUtilization"}, currentOthers);
        if (!current.is_null())
            status["currentCPUUtilizationPercentage"] = std::move(current);
        if (const Json* conditions = status.if_contains("conditions")) {
            putAnnotation(autoscaler, conditionsAnnotation, Json(*conditions));
            objectAt(autoscaler, {"status"}).erase("conditions");
        }
    }
    if (!others.empty())
        putAnnotation(autoscaler, metricsAnnotation, others);
    if (!currentOthers.empty())
        putAnnotation(autoscaler, currentMetricsAnnotation, currentOthers);
}

void autoscalerToV2(JsonObject& autoscaler) {
    Json metrics = takeAnnotation(autoscaler, metricsAnnotation);
    Json current = takeAnnotation(autoscaler, currentMetricsAnnotation);
    Json conditions = takeAnnotation(autoscaler, conditionsAnnotation);
    Json behavior = takeAnnotation(autoscaler, behaviorAnnotation);
    if (!metrics.is_array())
        metrics.emplace_array();
    if (!current.is_array())
        current.emplace_array();
    if (autoscaler.contains("spec")) {
        JsonObject& spec = objectAt(autoscaler, {"spec"});
        if (const Json* target = spec.if_contains("targetCPUUtilizationPercentage")) {
            JsonArray& list = metrics.get_array();
            list.insert(list.begin(), cpuMetric("target", {{"type", "Utilization"}, {"averageUtilization", *target}}));
            spec.erase("targetCPUUtilizationPercentage");
        }
        if (!metrics.get_array().empty())
            spec["metrics"] = std::move(metrics);
        if (!behavior.is_null())
            spec["behavior"] = std::move(behavior);
    }
    if (autoscaler.contains("status")) {
        JsonObject& status = objectAt(autoscaler, {"status"});
        if (const Json* share = status.if_contains("currentCPUUtilizationPercentage")) {
            JsonArray& list = current.get_array();
            list.insert(list.begin(), cpuMetric("current", {{"averageUtilization", *share}, {"averageValue", "0"}}));
            status.erase("currentCPUUtilizationPercentage");
        }
        if (!current.get_array().empty())
            status["currentMetrics"] = std::move(current);
        if (!conditions.is_null())
            status["conditions"] = std::move(conditions);
    }
}

} // namespace slipway::api
