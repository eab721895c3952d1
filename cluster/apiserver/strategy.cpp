#include "cluster/apiserver/strategy.h"

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

void addFinalizer(JsonObject& object, std::string_view name) {
    Json& list = objectAt(object, {"metadata"})["finalizers"];
    if (!list.is_array())
        list.emplace_array();
    for (const Json& present : list.get_array())
        if (present.is_string() && api::view(present.get_string()) == name)
            return;
    list.get_array().emplace_back(name);
}

bool samePart(const JsonObject& a, const JsonObject& b, std::string_view member) {
    const Json *left = a.if_contains(member), *right = b.if_contains(member);
    return (left == nullptr) == (right == nullptr) && (left == nullptr || *left == *right);
}

/// Everything but metadata and status is wanted state.
bool sameWantedState(const api::Resource& resource, const JsonObject& a, const JsonObject& b) {
    const bool hasStatus = resource.custom == nullptr || resource.subresource("status") != nullptr;
    const auto covered = [&](const JsonObject& from, const JsonObject& by) {
        return std::ranges::all_of(from, [&](const auto& member) {
            return member.key() == "metadata" || (hasStatus && member.key() == "status") ||
                   samePart(from, by, member.key());
        });
    };
    return covered(a, b) && covered(b, a);
}

void prepareNamespace(JsonObject& object) {
    objectAt(object, {"spec"})["finalizers"] = JsonArray{"kubernetes"};
    object["status"] = JsonObject{{"phase", "Active"}};
}

void preparePod(JsonObject& object) {
    object["status"] = JsonObject{{"phase", "Pending"}, {"qosClass", qosClass(object)}};
    if (JsonObject& spec = objectAt(object, {"spec"}); !stringAt(object, {"spec", "serviceAccountName"}).empty())
        spec["serviceAccount"] = spec["serviceAccountName"];
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
    bool any = false, guaranteed = true;
    for (std::string_view list : {"containers", "initContainers"}) {
        const Json* containers = api::find(pod, {"spec", list});
        if (containers == nullptr || !containers->is_array())
            continue;
        for (const Json& container : containers->get_array()) {
            for (std::string_view resource : {"cpu", "memory"}) {
                const std::string_view request = stringAt(container, {"resources", "requests", resource});
                const std::string_view limit = stringAt(container, {"resources", "limits", resource});
                any = any || !request.empty() || !limit.empty();
                guaranteed = guaranteed && !limit.empty() && (request.empty() || request == limit);
            }
        }
    }
    return !any ? "BestEffort" : guaranteed ? "Guaranteed" : "Burstable";
}

std::optional<api::Status> prepareForCreate(const api::Resource& resource, std::string_view ns, JsonObject& object) {
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
        object["status"] = JsonObject();
    if (resource.name == "namespaces")
        prepareNamespace(object);
    else if (resource.name == "pods")
        preparePod(object);
    else if (resource.name == "jobs")
        prepareJob(object);
    else if (resource.name == "persistentvolumes" || resource.name == "persistentvolumeclaims")
        objectAt(object, {"status"})["phase"] = "Pending";
    else if (resource.name == "services")
        objectAt(object, {"status", "loadBalancer"});
    return {};
}

void prepareForUpdate(const api::Resource& resource, std::string_view subresource, const JsonObject& before,
                      JsonObject& after) {
    if (subresource == "status") {
        JsonObject wanted = before;
        if (const Json* status = after.if_contains("status"))
            wanted["status"] = *status;
        else
            wanted.erase("status");
        JsonObject metadata = objectAt(after, {"metadata"});
        if (const Json* owners = api::find(before, {"metadata", "ownerReferences"}))
            metadata["ownerReferences"] = *owners;
        else
            metadata.erase("ownerReferences");
        wanted["metadata"] = std::move(metadata);
        after = std::move(wanted);
        return;
    }
    if (resource.subresource("status") != nullptr && subresource.empty()) {
        if (const Json* status = before.if_contains("status"))
            after["status"] = *status;
        else
            after.erase("status");
    }
    if (resource.name == "namespaces" && resource.custom == nullptr && subresource != "finalize") {
        if (const Json* finalizers = api::find(before, {"spec", "finalizers"}))
            objectAt(after, {"spec"})["finalizers"] = *finalizers;
    }
    if (countsGeneration(resource) && !sameWantedState(resource, before, after))
        objectAt(after, {"metadata"})["generation"] = api::intAt(before, {"metadata", "generation"}).value_or(0) + 1;
}

void markForDeletion(const api::Resource& resource, JsonObject& object, std::optional<long long> gracePeriodSeconds,
                     std::string_view propagationPolicy) {
    JsonObject& metadata = objectAt(object, {"metadata"});
    const bool marked = metadata.contains("deletionTimestamp");
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
