#include "cluster/api/defaults.h"

#include "cluster/api/defaults_parts.h"
#include "cluster/api/defaults_pod.h"

#include <functional>
#include <map>

namespace slipway::api {
namespace {

JsonObject& specOf(JsonObject& object) {
    return objectAt(object, {"spec"});
}

void defaultTemplate(JsonObject& workload) {
    if (Json* pod = specOf(workload).if_contains("template"); pod != nullptr && pod->is_object())
        defaultPodSpec(objectAt(pod->get_object(), {"spec"}), false);
}

void rollingParameters(JsonObject& strategy, std::string_view member, bool surge, Json most) {
    JsonObject& parameters = objectAt(strategy, {member});
    putDefault(parameters, "maxUnavailable", std::move(most));
    if (surge)
        putDefault(parameters, "maxSurge", "25%");
}

void defaultDeployment(JsonObject& object) {
    JsonObject& spec = specOf(object);
    putDefault(spec, "replicas", 1);
    JsonObject& strategy = objectAt(spec, {"strategy"});
    putDefault(strategy, "type", "RollingUpdate");
    if (stringAt(strategy, {"type"}) == "RollingUpdate")
        rollingParameters(strategy, "rollingUpdate", true, "25%");
    putDefault(spec, "revisionHistoryLimit", 10);
    putDefault(spec, "progressDeadlineSeconds", 600);
    defaultTemplate(object);
}

void defaultReplicaSet(JsonObject& object) {
    putDefault(specOf(object), "replicas", 1);
    defaultTemplate(object);
}

void defaultReplicationController(JsonObject& object) {
    defaultReplicaSet(object);
    const Json* labels = find(object, {"spec", "template", "metadata", "labels"});
    if (labels == nullptr || !labels->is_object() || labels->get_object().empty())
        return;
    const Json copy = *labels;
    putDefault(specOf(object), "selector", copy);
    putDefault(objectAt(object, {"metadata"}), "labels", copy);
}

void defaultClaim(JsonObject& object) {
    putDefault(specOf(object), "volumeMode", "Filesystem");
    putDefault(objectAt(object, {"status"}), "phase", "Pending");
}

void defaultStatefulSet(JsonObject& object) {
    JsonObject& spec = specOf(object);
    putDefault(spec, "replicas", 1);
    putDefault(spec, "podManagementPolicy", "OrderedReady");
    putDefault(spec, "revisionHistoryLimit", 10);
    JsonObject& strategy = objectAt(spec, {"updateStrategy"});
    putDefault(strategy, "type", "RollingUpdate");
    if (stringAt(strategy, {"type"}) == "RollingUpdate")
        putDefault(objectAt(strategy, {"rollingUpdate"}), "partition", 0);
    JsonObject& retention = objectAt(spec, {"persistentVolumeClaimRetentionPolicy"});
    putDefault(retention, "whenDeleted", "Retain");
    putDefault(retention, "whenScaled", "Retain");
    eachObject(spec, "volumeClaimTemplates", [](JsonObject& claim) {
        putDefault(claim, "apiVersion", "v1");
        putDefault(claim, "kind", "PersistentVolumeClaim");
        defaultClaim(claim);
    });
    defaultTemplate(object);
}

void defaultDaemonSet(JsonObject& object) {
    JsonObject& spec = specOf(object);
    JsonObject& strategy = objectAt(spec, {"updateStrategy"});
    putDefault(strategy, "type", "RollingUpdate");
    if (stringAt(strategy, {"type"}) == "RollingUpdate") {
        rollingParameters(strategy, "rollingUpdate", false, 1);
        putDefault(objectAt(strategy, {"rollingUpdate"}), "maxSurge", 0);
    }
    putDefault(spec, "revisionHistoryLimit", 10);
    defaultTemplate(object);
}

void defaultJobSpec(JsonObject& spec) {
    if (!spec.contains("completions") && !spec.contains("parallelism"))
        spec["completions"] = 1;
    putDefault(spec, "parallelism", 1);
    putDefault(spec, "backoffLimit", spec.contains("backoffLimitPerIndex") ? 2147483647 : 6);
    putDefault(spec, "completionMode", "NonIndexed");
    putDefault(spec, "suspend", false);
    putDefault(spec, "podReplacementPolicy", spec.contains("podFailurePolicy") ? "Failed" : "TerminatingOrFailed");
    if (Json* pod = spec.if_contains("template"); pod != nullptr && pod->is_object())
        defaultPodSpec(objectAt(pod->get_object(), {"spec"}), false);
}

void defaultJob(JsonObject& object) {
    defaultJobSpec(specOf(object));
    const Json* labels = find(object, {"spec", "template", "metadata", "labels"});
    if (labels != nullptr && labels->is_object() && !labels->get_object().empty()) {
        const Json copy = *labels;
        putDefault(objectAt(object, {"metadata"}), "labels", copy);
    }
}

void defaultCronJob(JsonObject& object) {
    JsonObject& spec = specOf(object);
    putDefault(spec, "concurrencyPolicy", "Allow");
    putDefault(spec, "suspend", false);
    putDefault(spec, "successfulJobsHistoryLimit", 3);
    putDefault(spec, "failedJobsHistoryLimit", 1);
    if (Json* job = spec.if_contains("jobTemplate"); job != nullptr && job->is_object())
        if (Json* pod = objectAt(job->get_object(), {"spec"}).if_contains("template");
            pod != nullptr && pod->is_object())
            defaultPodSpec(objectAt(pod->get_object(), {"spec"}), false);
}

void defaultPodTemplate(JsonObject& object) {
    if (JsonObject* pod = objectMember(object, "template"))
        defaultPodSpec(objectAt(*pod, {"spec"}), false);
}

void defaultPod(JsonObject& object) {
    defaultPodSpec(specOf(object), true);
}

void defaultService(JsonObject& object) {
    JsonObject& spec = specOf(object);
    putDefault(spec, "sessionAffinity", "None");
    putDefault(spec, "type", "ClusterIP");
    if (stringAt(spec, {"sessionAffinity"}) == "ClientIP")
        putDefault(objectAt(spec, {"sessionAffinityConfig", "clientIP"}), "timeoutSeconds", 10800);
    else if (stringAt(spec, {"sessionAffinity"}) == "None")
        spec.erase("sessionAffinityConfig");
    const std::string type(stringAt(spec, {"type"}));
    const Json* external = spec.if_contains("externalIPs");
    const bool reachable = external != nullptr && external->is_array() && !external->get_array().empty();
    if (type == "NodePort" || type == "LoadBalancer" || (type == "ClusterIP" && reachable))
        putDefault(spec, "externalTrafficPolicy", "Cluster");
    if (type == "LoadBalancer")
        putDefault(spec, "allocateLoadBalancerNodePorts", true);
    if (type != "ExternalName")
        putDefault(spec, "internalTrafficPolicy", "Cluster");
    if (Json* ports = spec.if_contains("ports"); ports != nullptr && ports->is_array())
        for (Json& port : ports->get_array()) {
            if (!port.is_object())
                continue;
            JsonObject& entry = port.get_object();
            putDefault(entry, "protocol", "TCP");
            const Json *number = entry.if_contains("port"), *target = entry.if_contains("targetPort");
            if (number != nullptr && (target == nullptr || *target == Json(0) || *target == Json("")))
                entry["targetPort"] = Json(*number);
        }
}

void defaultSecret(JsonObject& object) {
    if (const Json* text = object.if_contains("stringData"); text != nullptr && text->is_object()) {
        JsonObject& data = objectAt(object, {"data"});
        for (const auto& [key, value] : text->get_object())
            if (value.is_string())
                data[key] = encodeSecretText(view(value.get_string()));
    }
    object.erase("stringData");
    putDefault(object, "type", "Opaque");
}

void defaultNamespace(JsonObject& object) {
    const std::string name(stringAt(object, {"metadata", "name"}));
    if (!name.empty())
        objectAt(object, {"metadata", "labels"})["kubernetes.io/metadata.name"] = name;
}

void defaultVolume(JsonObject& object) {
    putDefault(specOf(object), "persistentVolumeReclaimPolicy", "Retain");
    putDefault(specOf(object), "volumeMode", "Filesystem");
    putDefault(objectAt(object, {"status"}), "phase", "Pending");
}

void defaultStorageClass(JsonObject& object) {
    putDefault(object, "reclaimPolicy", "Delete");
    putDefault(object, "volumeBindingMode", "Immediate");
}

void defaultBinding(JsonObject& object) {
    if (Json* role = object.if_contains("roleRef"); role != nullptr && role->is_object())
        if (stringAt(*role, {"apiGroup"}).empty())
            role->get_object()["apiGroup"] = "rbac.authorization.k8s.io";
    if (Json* subjects = object.if_contains("subjects"); subjects != nullptr && subjects->is_array())
        for (Json& subject : subjects->get_array())
            if (const std::string_view kind = stringAt(subject, {"kind"});
                (kind == "User" || kind == "Group") && stringAt(subject, {"apiGroup"}).empty())
                subject.as_object()["apiGroup"] = "rbac.authorization.k8s.io";
}

void defaultEndpoints(JsonObject& object) {
    if (Json* subsets = object.if_contains("subsets"); subsets != nullptr && subsets->is_array())
        for (Json& subset : subsets->get_array())
            if (Json* ports = subset.as_object().if_contains("ports"); ports != nullptr && ports->is_array())
                for (Json& port : ports->get_array())
                    putDefault(port.as_object(), "protocol", "TCP");
}

void defaultEndpointSlice(JsonObject& object) {
    if (Json* ports = object.if_contains("ports"); ports != nullptr && ports->is_array())
        for (Json& port : ports->get_array()) {
            putDefault(port.as_object(), "protocol", "TCP");
            putDefault(port.as_object(), "name", "");
        }
}

void defaultAutoscaler(JsonObject& object) {
    if (stringAt(object, {"apiVersion"}) == "autoscaling/v2")
        return defaultAutoscalerV2(object);
    putDefault(specOf(object), "minReplicas", 1);
}

/// What a node has is also what pods may have, unless it says otherwise.
void defaultNode(JsonObject& object) {
    if (JsonObject* status = objectMember(object, "status"))
        if (const Json* capacity = status->if_contains("capacity"))
            putDefault(*status, "allocatable", Json(*capacity));
}

void defaultPriorityClass(JsonObject& object) {
    putDefault(object, "preemptionPolicy", "PreemptLowerPriority");
}

const std::map<std::string_view, void (*)(JsonObject&)>& functions() {
    static const std::map<std::string_view, void (*)(JsonObject&)> byResource{
        {"deployments", defaultDeployment},
        {"replicasets", defaultReplicaSet},
        {"replicationcontrollers", defaultReplicationController},
        {"statefulsets", defaultStatefulSet},
        {"daemonsets", defaultDaemonSet},
        {"jobs", defaultJob},
        {"cronjobs", defaultCronJob},
        {"pods", defaultPod},
        {"services", defaultService},
        {"secrets", defaultSecret},
        {"namespaces", defaultNamespace},
        {"persistentvolumeclaims", defaultClaim},
        {"persistentvolumes", defaultVolume},
        {"storageclasses", defaultStorageClass},
        {"rolebindings", defaultBinding},
        {"clusterrolebindings", defaultBinding},
        {"endpoints", defaultEndpoints},
        {"endpointslices", defaultEndpointSlice},
        {"networkpolicies", defaultNetworkPolicy},
        {"horizontalpodautoscalers", defaultAutoscaler},
        {"priorityclasses", defaultPriorityClass},
        {"mutatingwebhookconfigurations", defaultWebhooks},
        {"validatingwebhookconfigurations", defaultWebhooks},
        {"validatingadmissionpolicies", defaultAdmissionPolicy},
        {"csidrivers", defaultCsiDriver},
        {"ingressclasses", defaultIngressClass},
        {"apiservices", defaultApiService},
        {"limitranges", defaultLimitRange},
        {"podtemplates", defaultPodTemplate},
        {"nodes", defaultNode},
        {"resourceclaims", defaultResourceClaim},
        {"resourceclaimtemplates", defaultResourceClaimTemplate},
        {"resourceslices", defaultResourceSlice},
    };
    return byResource;
}

} // namespace

void applyDefaults(const Resource& resource, JsonObject& object) {
    if (const auto found = functions().find(resource.name); found != functions().end())
        found->second(object);
}

} // namespace slipway::api
