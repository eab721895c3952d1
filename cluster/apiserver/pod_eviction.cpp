#include "cluster/apiserver/pod_eviction.h"

#include "cluster/api/selectors.h"
#include "cluster/api/types/meta_v1.h"
#include "cluster/apiserver/admission/cluster_state.h"
#include "cluster/base/time.h"

#include <algorithm>
#include <format>

namespace slipway::apiserver {
namespace {

using api::Json;
using api::JsonArray;
using api::JsonObject;
using api::objectAt;
using api::stringAt;

constexpr std::size_t mostDisrupted = 2000;

api::Status tooManyRequests(const std::string& why, int retryAfterSeconds) {
    api::Status status;
    status.code = 429;
    status.reason = "TooManyRequests";
    status.message = "Cannot evict pod as it would violate the pod's disruption budget.";
    status.causes = {{"DisruptionBudget", why, ""}};
    status.retryAfterSeconds = retryAfterSeconds;
    return status;
}

/// Pods that do not run, or end anyway, are nobody's availability.
bool mayGoFreely(const JsonObject& pod) {
    const std::string_view phase = stringAt(pod, {"status", "phase"});
    return phase == "Succeeded" || phase == "Failed" || phase == "Pending" ||
           api::find(pod, {"metadata", "deletionTimestamp"}) != nullptr;
}

bool isReady(const JsonObject& pod) {
    if (const Json* list = api::find(pod, {"status", "conditions"}); list != nullptr && list->is_array())
        for (const Json& condition : list->get_array())
            if (stringAt(condition, {"type"}) == "Ready")
                return stringAt(condition, {"status"}) == "True";
    return false;
}

std::vector<JsonObject> budgetsOf(const admission::ClusterState& cluster, std::string_view ns, const JsonObject& pod) {
    std::map<std::string, std::string> labels;
    if (const Json* found = api::find(pod, {"metadata", "labels"}); found != nullptr && found->is_object())
        for (const auto& [key, value] : found->get_object())
            if (value.is_string())
                labels.emplace(key, api::view(value.get_string()));
    std::vector<JsonObject> budgets;
    for (const JsonObject& budget : cluster.all("policy", "poddisruptionbudgets", ns)) {
        const Json* selector = api::find(budget, {"spec", "selector"});
        const auto typed = selector == nullptr ? std::unexpected(api::DecodeError())
                                               : api::fromJson<api::meta_v1::LabelSelector>(*selector);
        if (typed && api::matches(*typed, labels))
            budgets.push_back(budget);
    }
    return budgets;
}

/// A pod that is not ready may go without counting, when its budget says so or is met without it.
bool goesUncounted(const JsonObject& budget, const JsonObject& pod) {
    if (isReady(pod))
        return false;
    if (stringAt(budget, {"spec", "unhealthyPodEvictionPolicy"}) == "AlwaysAllow")
        return true;
    const auto healthy = api::intAt(budget, {"status", "currentHealthy"}).value_or(0),
               desired = api::intAt(budget, {"status", "desiredHealthy"}).value_or(0);
    return healthy >= desired && desired > 0;
}

std::string failedSync(const JsonObject& budget) {
    if (const Json* list = api::find(budget, {"status", "conditions"}); list != nullptr && list->is_array())
        for (const Json& condition : list->get_array())
            if (stringAt(condition, {"type"}) == "DisruptionAllowed" && stringAt(condition, {"reason"}) == "SyncFailed")
                return std::string(stringAt(condition, {"message"}));
    return {};
}

std::optional<api::Status> judge(const JsonObject& budget) {
    const std::string name(stringAt(budget, {"metadata", "name"}));
    const auto number = [&](std::string_view member) { return api::intAt(budget, {"status", member}).value_or(0); };
    const api::Resource& kind = admission::builtIn("policy", "poddisruptionbudgets");
    if (number("observedGeneration") < api::intAt(budget, {"metadata", "generation"}).value_or(0))
        return tooManyRequests(std::format("The disruption budget {} is still being processed by the server.", name),
                               10);
    if (number("disruptionsAllowed") < 0)
        return api::forbidden(kind, name, "pdb disruptions allowed is negative");
    const Json* disrupted = api::find(budget, {"status", "disruptedPods"});
    if (disrupted != nullptr && disrupted->is_object() && disrupted->get_object().size() > mostDisrupted)
        return api::forbidden(kind, name,
                              "DisruptedPods map too big - too many evictions not confirmed by PDB "
                              "controller");
    if (number("disruptionsAllowed") > 0)
        return {};
    if (const std::string problem = failedSync(budget); !problem.empty())
        return tooManyRequests(std::format("The disruption budget {} does not allow evicting pods currently because it "
                                           "failed sync: {}",
                                           name, problem),
                               0);
    return tooManyRequests(std::format("The disruption budget {} needs {} healthy pods and has {} currently", name,
                                       number("desiredHealthy"), number("currentHealthy")),
                           0);
}

/// Takes one disruption from the budget and notes whose it is, until the controller has seen the pod go.
JsonObject spent(JsonObject budget, std::string_view pod) {
    const auto left = api::intAt(budget, {"status", "disruptionsAllowed"}).value_or(0) - 1;
    JsonObject& status = objectAt(budget, {"status"});
    status["disruptionsAllowed"] = left;
    objectAt(status, {"disruptedPods"})[pod] = base::nowRfc3339();
    Json* conditions = status.if_contains("conditions");
    if (left == 0 && conditions != nullptr && conditions->is_array())
        for (Json& condition : conditions->get_array())
            if (condition.is_object() && stringAt(condition, {"type"}) == "DisruptionAllowed") {
                condition.get_object()["status"] = "False";
                condition.get_object()["reason"] = "InsufficientPods";
                condition.get_object()["lastTransitionTime"] = base::nowRfc3339();
            }
    objectAt(budget, {"metadata"}).erase("resourceVersion");
    return budget;
}

/// The deleteOptions of an eviction.
Deletion deletionFrom(const Json& eviction, WriteContext& context) {
    Deletion deletion;
    const Json* options = api::find(eviction, {"deleteOptions"});
    if (options == nullptr || !options->is_object())
        return deletion;
    deletion.gracePeriodSeconds = api::intAt(options->get_object(), {"gracePeriodSeconds"});
    deletion.propagationPolicy = stringAt(*options, {"propagationPolicy"});
    deletion.uid = stringAt(*options, {"preconditions", "uid"});
    deletion.resourceVersion = stringAt(*options, {"preconditions", "resourceVersion"});
    if (const Json* dryRun = api::find(*options, {"dryRun"});
        dryRun != nullptr && dryRun->is_array() && !dryRun->get_array().empty())
        context.dryRun = true;
    return deletion;
}

std::optional<api::Status> askBudget(const ResourceRequest& r, const JsonObject& pod, WriteContext& context) {
    const admission::ClusterState cluster(r.cache, nullptr);
    const auto budgets = budgetsOf(cluster, r.info.ns, pod);
    if (budgets.empty())
        return {};
    if (budgets.size() > 1) {
        api::Status status;
        status.code = 500;
        status.reason = "InternalError";
        status.message = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not "
                         "support.";
        return status;
    }
    if (goesUncounted(budgets[0], pod))
        return {};
    static const User server{"system:apiserver", {"system:masters"}, {}, {}};
    WriteContext own{server, context.dryRun, api::FieldValidation::ignore, {}};
    const auto taken = r.registry.update(
        admission::builtIn("policy", "poddisruptionbudgets"), r.info.ns, stringAt(budgets[0], {"metadata", "name"}),
        "status",
        [&](const JsonObject& current) -> Outcome<JsonObject> {
            if (auto refusal = judge(current))
                return std::unexpected(std::move(*refusal));
            return spent(current, r.info.name);
        },
        own);
    return taken ? std::nullopt : std::optional(taken.error());
}

/// The pod with the condition that says why it ends: a job may be told not to count it as a failure (KEP-3329).
JsonObject condemned(JsonObject pod) {
    const std::string now = base::nowRfc3339();
    JsonObject condition{{"type", "DisruptionTarget"},
                         {"status", "True"},
                         {"reason", "EvictionByEvictionAPI"},
                         {"message", "Eviction API: evicting"},
                         {"lastTransitionTime", now}};
    Json& list = objectAt(pod, {"status"})["conditions"];
    if (!list.is_array())
        list.emplace_array();
    const auto present = std::ranges::find_if(
        list.get_array(), [](const Json& one) { return stringAt(one, {"type"}) == "DisruptionTarget"; });
    if (present == list.get_array().end()) {
        list.get_array().push_back(std::move(condition));
    } else {
        if (stringAt(*present, {"status"}) == "True")
            condition["lastTransitionTime"] = stringAt(*present, {"lastTransitionTime"});
        *present = std::move(condition);
    }
    objectAt(pod, {"metadata"}).erase("resourceVersion");
    return pod;
}

bool hasEnded(const JsonObject& pod) {
    const std::string_view phase = stringAt(pod, {"status", "phase"});
    return phase == "Succeeded" || phase == "Failed";
}

/// Writes why the pod ends. A version the deletion is bound to becomes the one written.
std::optional<api::Status> condemn(const ResourceRequest& r, Deletion& options, bool dryRun) {
    static const User server{"system:apiserver", {"system:masters"}, {}, {}};
    WriteContext own{server, dryRun, api::FieldValidation::ignore, {}};
    const auto written = r.registry.update(
        r.resource, r.info.ns, r.info.name, "status",
        [&](const JsonObject& current) -> Outcome<JsonObject> {
            const std::string_view version = stringAt(current, {"metadata", "resourceVersion"});
            if (!options.resourceVersion.empty() && options.resourceVersion != version)
                return std::unexpected(api::conflict(
                    r.resource, r.info.name,
                    std::format("the ResourceVersion in the precondition ({}) does not match the ResourceVersion in "
                                "record ({}). The object might have been modified",
                                options.resourceVersion, version)));
            return condemned(current);
        },
        own);
    if (!written)
        return written.error();
    if (!options.resourceVersion.empty() && !dryRun)
        options.resourceVersion = std::to_string(written->revision);
    return {};
}

} // namespace

Answer evictPod(const ResourceRequest& r) {
    auto context = r.writeContext();
    const auto body = api::decodeBody(r.request.body, r.request.contentType);
    if (!context || !body)
        return replyWith(context ? body.error() : context.error());
    if (const std::string_view name = stringAt(*body, {"metadata", "name"}); !name.empty() && name != r.info.name)
        return replyWith(api::badRequest("name in URL does not match name in Eviction object"));
    Deletion options = deletionFrom(*body, *context);
    const auto found = r.registry.get(r.resource, r.info.ns, r.info.name);
    if (!found)
        return replyWith(found.error());
    const JsonObject pod = admission::parsed(*found);
    if (options.uid.empty())
        options.uid = stringAt(pod, {"metadata", "uid"}); // what was judged is what goes
    else if (options.uid != stringAt(pod, {"metadata", "uid"}))
        return replyWith(
            api::conflict(r.resource, r.info.name,
                          std::format("Precondition failed: UID in precondition: {}, UID in object meta: {}",
                                      options.uid, stringAt(pod, {"metadata", "uid"}))));
    if (!mayGoFreely(pod))
        if (auto refusal = askBudget(r, pod, *context))
            return replyWith(*refusal);
    if (!hasEnded(pod) && stringAt(pod, {"metadata", "deletionTimestamp"}).empty())
        if (auto refusal = condemn(r, options, context->dryRun))
            return replyWith(*refusal);
    const auto removed = r.registry.remove(r.resource, r.info.ns, r.info.name, options, *context);
    if (!removed)
        return replyWith(removed.error());
    return replyWith(
        JsonObject{
            {"kind", "Status"}, {"apiVersion", "v1"}, {"metadata", JsonObject()}, {"status", "Success"}, {"code", 201}},
        201);
}

} // namespace slipway::apiserver
