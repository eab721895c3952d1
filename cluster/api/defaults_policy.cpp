#include "cluster/api/defaults_parts.h"

namespace slipway::api {
namespace {

JsonObject scalingPolicy(std::string_view type, int value) {
    return {{"type", type}, {"value", value}, {"periodSeconds", 15}};
}

void defaultRules(JsonObject& behavior, std::string_view direction, JsonArray policies) {
    JsonObject& rules = objectAt(behavior, {direction});
    if (direction == "scaleUp")
        putDefault(rules, "stabilizationWindowSeconds", 0);
    putDefault(rules, "selectPolicy", "Max");
    putDefault(rules, "policies", std::move(policies));
}

void defaultMatchRules(JsonObject& owner) {
    eachObject(owner, "rules", [](JsonObject& rule) { putDefault(rule, "scope", "*"); });
    eachObject(owner, "resourceRules", [](JsonObject& rule) { putDefault(rule, "scope", "*"); });
    eachObject(owner, "excludeResourceRules", [](JsonObject& rule) { putDefault(rule, "scope", "*"); });
}

} // namespace

void defaultAutoscalerV2(JsonObject& object) {
    JsonObject& spec = objectAt(object, {"spec"});
    putDefault(spec, "minReplicas", 1);
    putDefault(spec, "metrics",
               JsonArray{JsonObject{{"type", "Resource"},
                                    {"resource", JsonObject{{"name", "cpu"},
                                                            {"target", JsonObject{{"type", "Utilization"},
                                                                                  {"averageUtilization", 80}}}}}}});
    if (JsonObject* behavior = objectMember(spec, "behavior")) {
        defaultRules(*behavior, "scaleUp", {scalingPolicy("Pods", 4), scalingPolicy("Percent", 100)});
        defaultRules(*behavior, "scaleDown", {scalingPolicy("Percent", 100)});
    }
}

void defaultWebhooks(JsonObject& object) {
    eachObject(object, "webhooks", [&](JsonObject& hook) {
        putDefault(hook, "failurePolicy", "Fail");
        putDefault(hook, "matchPolicy", "Equivalent");
        putDefault(hook, "namespaceSelector", JsonObject());
        putDefault(hook, "objectSelector", JsonObject());
        putDefault(hook, "timeoutSeconds", 10);
        if (stringAt(object, {"kind"}) == "MutatingWebhookConfiguration")
            putDefault(hook, "reinvocationPolicy", "Never");
        if (JsonObject* service = objectMember(objectAt(hook, {"clientConfig"}), "service"))
            putDefault(*service, "port", 443);
        defaultMatchRules(hook);
    });
}

void defaultAdmissionPolicy(JsonObject& object) {
    JsonObject& spec = objectAt(object, {"spec"});
    putDefault(spec, "failurePolicy", "Fail");
    if (JsonObject* constraints = objectMember(spec, "matchConstraints")) {
        putDefault(*constraints, "matchPolicy", "Equivalent");
        putDefault(*constraints, "namespaceSelector", JsonObject());
        putDefault(*constraints, "objectSelector", JsonObject());
        defaultMatchRules(*constraints);
    }
}

void defaultCsiDriver(JsonObject& object) {
    JsonObject& spec = objectAt(object, {"spec"});
    putDefault(spec, "attachRequired", true);
    putDefault(spec, "podInfoOnMount", false);
    putDefault(spec, "storageCapacity", false);
    putDefault(spec, "fsGroupPolicy", "ReadWriteOnceWithFSType");
    putDefault(spec, "volumeLifecycleModes", JsonArray{"Persistent"});
    putDefault(spec, "requiresRepublish", false);
    putDefault(spec, "seLinuxMount", false);
}

void defaultNetworkPolicy(JsonObject& object) {
    JsonObject& spec = objectAt(object, {"spec"});
    for (std::string_view direction : {"ingress", "egress"})
        eachObject(spec, direction, [](JsonObject& rule) {
            eachObject(rule, "ports", [](JsonObject& port) { putDefault(port, "protocol", "TCP"); });
        });
    if (spec.contains("policyTypes"))
        return;
    JsonArray types{"Ingress"};
    if (const Json* egress = spec.if_contains("egress");
        egress != nullptr && egress->is_array() && !egress->get_array().empty())
        types.emplace_back("Egress");
    spec["policyTypes"] = std::move(types);
}

void defaultIngressClass(JsonObject& object) {
    if (JsonObject* parameters = objectMember(objectAt(object, {"spec"}), "parameters"))
        putDefault(*parameters, "scope", "Cluster");
}

void defaultApiService(JsonObject& object) {
    if (JsonObject* service = objectMember(objectAt(object, {"spec"}), "service"))
        putDefault(*service, "port", 443);
}

/// A limit range's limits of containers: a default limit is the maximum, a default request is the limit or the minimum.
void defaultLimitRange(JsonObject& object) {
    eachObject(objectAt(object, {"spec"}), "limits", [](JsonObject& limit) {
        if (stringAt(limit, {"type"}) != "Container")
            return;
        const auto fill = [&](std::string_view to, std::string_view from) {
            if (const JsonObject* source = objectMember(limit, from)) {
                const JsonObject copy = *source;
                JsonObject& target = objectAt(limit, {to});
                for (const auto& [name, value] : copy)
                    putDefault(target, name, value);
            }
        };
        fill("default", "max");
        fill("defaultRequest", "default");
        fill("defaultRequest", "min");
    });
}

} // namespace slipway::api
