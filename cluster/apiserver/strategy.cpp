#include "cluster/apiserver/strategy.h"

#include "cluster/api/json_equal.h"
#include "cluster/apiserver/admission/pod_resources.h"
#include "cluster/apiserver/finalizers.h"
#include "cluster/apiserver/subresource_update.h"
#include "cluster/base/random.h"
#include "cluster/base/time.h"

#include <algorithm>
#include <array>
#include <format>

namespace slipway::apiserver {
namespace {

using api::Json;
using api::JsonArray;
using api::JsonObject;
using api::objectAt;
using api::stringAt;

/// The resources whose metadata.generation counts the changes of their wanted state.
bool countsGeneration(const api::Resource& resource) {
    if (resource.custom != nullptr)
        return true;
    static constexpr std::array<std::string_view, 20> names{"deployments",
                                                            "replicasets",
                                                            "statefulsets",
                                                            "daemonsets",
                                                            "jobs",
                                                            "cronjobs",
                                                            "pods",
                                                            "ingresses",
                                                            "networkpolicies",
                                                            "poddisruptionbudgets",
                                                            "replicationcontrollers",
                                                            "priorityclasses",
                                                            "customresourcedefinitions",
                                                            "mutatingwebhookconfigurations",
                                                            "validatingwebhookconfigurations",
                                                            "validatingadmissionpolicies",
                                                            "flowschemas",
                                                            "prioritylevelconfigurations",
                                                            "endpointslices",
                                                            "storageclasses"};
    return std::ranges::find(names, resource.name) != names.end() && resource.name != "storageclasses";
}

bool samePart(const JsonObject& a, const JsonObject& b, std::string_view member) {
    const Json *left = a.if_contains(member), *right = b.if_contains(member);
    return (left == nullptr) == (right == nullptr) && (left == nullptr || api::sameJson(*left, *right));
}

/// Everything but metadata and status is wanted state.
bool sameWantedState(const api::Resource& resource, const JsonObject& a, const JsonObject& b) {
    const bool hasStatus = resource.custom == nullptr || resource.subresource("status") != nullptr;
    const auto counts = [&](const auto& member) {
        return member.key() != "metadata" && !(hasStatus && member.key() == "status");
    };
    return std::ranges::all_of(a,
                               [&](const auto& member) { return !counts(member) || samePart(a, b, member.key()); }) &&
           std::ranges::all_of(b, [&](const auto& member) { return !counts(member) || a.contains(member.key()); });
}

void prepareNamespace(JsonObject& object) {
    objectAt(object, {"spec"})["finalizers"] = JsonArray{"kubernetes"};
    object["status"] = JsonObject{{"phase", "Active"}};
}

void preparePod(JsonObject& object) {
    object["status"] = JsonObject{{"phase", "Pending"}, {"qosClass", qosClass(object)}};
    if (JsonObject& spec = objectAt(object, {"spec"}); !stringAt(object, {"spec", "serviceAccountName"}).empty())
        spec["serviceAccount"] = spec["serviceAccountName"];
    const Json* gates = api::find(object, {"spec", "schedulingGates"});
    if (gates != nullptr && gates->is_array() && !gates->get_array().empty())
        objectAt(object, {"status"})["conditions"] =
            JsonArray{JsonObject{{"type", "PodScheduled"},
                                 {"status", "False"},
                                 {"reason", "SchedulingGated"},
                                 {"message", "Scheduling is blocked due to non-empty scheduling gates"}}};
}

/// Who asks for a certificate is what the server saw, not what the request says.
void prepareCertificateRequest(const User& user, JsonObject& object) {
    JsonObject& spec = objectAt(object, {"spec"});
    const JsonObject who = userInfo(user);
    for (std::string_view member : {"username", "uid", "groups", "extra"})
        if (const Json* value = who.if_contains(member))
            spec[member] = *value;
        else
            spec.erase(member);
}

/// Its addresses can be given out from now on.
void prepareServiceRange(JsonObject& object) {
    objectAt(object, {"status"})["conditions"] = JsonArray{JsonObject{{"type", "Ready"},
                                                                      {"status", "True"},
                                                                      {"reason", ""},
                                                                      {"message", "Kubernetes Service CIDR is ready"},
                                                                      {"lastTransitionTime", base::nowRfc3339()}}};
}

/// Counts and flags that a status always shows are there from the start.
JsonObject emptyStatus(const api::Resource& resource) {
    JsonObject status;
    const api::Field* field = resource.type == nullptr ? nullptr : resource.type->field("status");
    if (field == nullptr || field->type == nullptr)
        return status;
    for (const api::Field& member : field->type->fields) {
        if (!member.required || member.container != api::Container::none)
            continue;
        if (member.kind == api::FieldKind::int32_ || member.kind == api::FieldKind::int64_)
            status[member.name] = 0;
        if (member.kind == api::FieldKind::bool_)
            status[member.name] = false;
    }
    return status;
}

long long podGracePeriod(const JsonObject& object, std::optional<long long> asked) {
    long long grace = asked.value_or(api::intAt(object, {"spec", "terminationGracePeriodSeconds"}).value_or(30));
    const std::string_view phase = stringAt(object, {"status", "phase"});
    // A pod no agent knows of, or that has already ended, need not be waited for.
    if (stringAt(object, {"spec", "nodeName"}).empty() || phase == "Succeeded" || phase == "Failed")
        grace = 0;
    return std::max(0LL, grace);
}

std::string_view policyFinalizer(std::string_view policy) {
    return policy == "Foreground" ? "foregroundDeletion" : policy == "Orphan" ? "orphan" : "";
}

/// Kinds that had dependents before the garbage collector was there keep leaving them behind when a deletion does not
/// say what becomes of them; a finalizer that says so already decides.
bool orphansByDefault(const api::Resource& resource, const JsonObject& object) {
    if (resource.custom != nullptr || (resource.name != "replicationcontrollers" && resource.name != "jobs"))
        return false;
    return !hasFinalizer(object, "foregroundDeletion") && !hasFinalizer(object, "orphan");
}

/// A job's pods are told apart by its uid, unless its maker chose the selector.
void prepareJob(JsonObject& job) {
    if (api::boolAt(job, {"spec", "manualSelector"}))
        return;
    const std::string uid(stringAt(job, {"metadata", "uid"})), name(stringAt(job, {"metadata", "name"}));
    objectAt(job, {"spec", "selector", "matchLabels"})["batch.kubernetes.io/controller-uid"] = uid;
    JsonObject& labels = objectAt(job, {"spec", "template", "metadata", "labels"});
    for (const char* key : {"batch.kubernetes.io/controller-uid", "controller-uid"})
        labels[key] = uid;
    for (const char* key : {"batch.kubernetes.io/job-name", "job-name"})
        labels[key] = name;
}

} // namespace

std::string_view qosClass(const JsonObject& pod) {
    using admission::Amounts;
    const JsonObject* spec = admission::podSpecOf(pod);
    if (spec == nullptr)
        return "BestEffort";
    Amounts requests, limits;
    bool everyLimit = true;
    const auto count = [&](const JsonObject& owner) {
        const Amounts asked = admission::amountsOf(api::find(owner, {"resources", "requests"})),
                      most = admission::amountsOf(api::find(owner, {"resources", "limits"}));
        for (std::string_view name : {"cpu", "memory"}) {
            if (const auto found = asked.find(name); found != asked.end() && !found->second.isZero())
                requests[std::string(name)] += found->second;
            if (const auto found = most.find(name); found != most.end() && !found->second.isZero())
                limits[std::string(name)] += found->second;
            else
                everyLimit = false;
        }
    };
    if (api::find(*spec, {"resources"}) != nullptr)
        count(*spec); // what the pod says as a whole stands for its containers
    else
        admission::eachContainer(*spec, {"containers", "initContainers"},
                                 [&](const JsonObject& container, std::string_view) { count(container); });
    if (requests.empty() && limits.empty())
        return "BestEffort";
    return everyLimit && requests == limits ? "Guaranteed" : "Burstable";
}

std::optional<api::Status> prepareForCreate(const api::Resource& resource, std::string_view ns, const User& user,
                                            JsonObject& object) {
    JsonObject& metadata = objectAt(object, {"metadata"});
    if (const std::string_view given = stringAt(object, {"metadata", "namespace"});
        resource.namespaced && !given.empty() && given != ns)
        return api::badRequest("the namespace of the provided object does not match the namespace sent on the request");
    if (resource.namespaced)
        metadata["namespace"] = ns;
    else
        metadata.erase("namespace");
    if (stringAt(object, {"metadata", "name"}).empty()) {
        if (const std::string prefix(stringAt(object, {"metadata", "generateName"})); !prefix.empty())
            metadata["name"] = prefix.substr(0, 58) + base::randomSuffix();
    }
    if (!stringAt(object, {"metadata", "resourceVersion"}).empty())
        return api::badRequest("resourceVersion should not be set on objects to be created");
    for (std::string_view name : {"deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "generation"})
        metadata.erase(name);
    metadata["uid"] = base::newUuid();
    metadata["creationTimestamp"] = base::nowRfc3339();
    if (countsGeneration(resource))
        metadata["generation"] = 1;
    if (resource.custom != nullptr) { // which may be called as built-in ones are
        if (resource.subresource("status") != nullptr)
            object.erase("status");
        return {};
    }
    if (resource.subresource("status") != nullptr && resource.name != "nodes")
        object["status"] = emptyStatus(resource);
    if (resource.name == "namespaces")
        prepareNamespace(object);
    else if (resource.name == "pods")
        preparePod(object);
    else if (resource.name == "jobs")
        prepareJob(object);
    else if (resource.name == "persistentvolumes" || resource.name == "persistentvolumeclaims")
        objectAt(object, {"status"})["phase"] = "Pending";
    else if (resource.name == "services" || resource.name == "ingresses")
        objectAt(object, {"status", "loadBalancer"});
    else if (resource.name == "certificatesigningrequests")
        prepareCertificateRequest(user, object);
    else if (resource.name == "servicecidrs")
        prepareServiceRange(object);
    else if (resource.name == "validatingadmissionpolicies")
        object["status"] = JsonObject{{"observedGeneration", 1}, {"typeChecking", JsonObject()}};
    return {};
}

std::optional<api::Status> prepareForUpdate(const api::Resource& resource, std::string_view subresource,
                                            const JsonObject& before, JsonObject& after) {
    keepOtherParts(resource, subresource, before, after);
    if (resource.name == "namespaces" && resource.custom == nullptr && subresource != "finalize") {
        if (const Json* finalizers = api::find(before, {"spec", "finalizers"}))
            objectAt(after, {"spec"})["finalizers"] = *finalizers;
    }
    // Where a pod goes is decided for it, not asked of it (KEP-5067).
    const bool asked = subresource != "binding";
    if (asked && countsGeneration(resource) && !sameWantedState(resource, before, after))
        objectAt(after, {"metadata"})["generation"] = api::intAt(before, {"metadata", "generation"}).value_or(0) + 1;
    if (resource.name == "validatingadmissionpolicies" && resource.custom == nullptr && subresource.empty())
        objectAt(after, {"status"})["observedGeneration"] = api::intAt(after, {"metadata", "generation"}).value_or(1);
    return {};
}

void markForDeletion(const api::Resource& resource, JsonObject& object, std::optional<long long> gracePeriodSeconds,
                     std::string_view propagationPolicy) {
    JsonObject& metadata = objectAt(object, {"metadata"});
    const bool marked = metadata.contains("deletionTimestamp");
    if (propagationPolicy.empty() && orphansByDefault(resource, object))
        propagationPolicy = "Orphan";
    if (const std::string_view finalizer = policyFinalizer(propagationPolicy); !finalizer.empty() && !marked)
        addFinalizer(object, finalizer);
    const bool pod = resource.name == "pods" && resource.custom == nullptr;
    const long long grace = pod ? podGracePeriod(object, gracePeriodSeconds) : 0;
    const auto present = api::intAt(object, {"metadata", "deletionGracePeriodSeconds"});
    if (marked && (!pod || (present && grace >= *present)))
        return; // a later request may shorten the time, never lengthen it
    objectAt(object, {"metadata"})["deletionTimestamp"] =
        base::formatTime(std::chrono::system_clock::now() + std::chrono::seconds(grace));
    objectAt(object, {"metadata"})["deletionGracePeriodSeconds"] = grace;
    if (!marked && countsGeneration(resource))
        objectAt(object, {"metadata"})["generation"] = api::intAt(object, {"metadata", "generation"}).value_or(0) + 1;
    if (resource.name == "namespaces" && resource.custom == nullptr)
        objectAt(object, {"status"})["phase"] = "Terminating";
}

bool isFinished(const api::Resource& resource, const JsonObject& object) {
    if (stringAt(object, {"metadata", "deletionTimestamp"}).empty())
        return false;
    const auto isEmpty = [&](std::initializer_list<std::string_view> path) {
        const Json* list = api::find(object, path);
        return list == nullptr || !list->is_array() || list->get_array().empty();
    };
    if (!isEmpty({"metadata", "finalizers"}))
        return false;
    if (resource.name == "namespaces" && resource.custom == nullptr && !isEmpty({"spec", "finalizers"}))
        return false;
    return api::intAt(object, {"metadata", "deletionGracePeriodSeconds"}).value_or(0) == 0;
}

} // namespace slipway::apiserver
