#include "cluster/apiserver/admission/policies/match_conditions.h"

#include "cluster/api/cel/admission_types.h"
#include "cluster/api/cel/authorizer.h"
#include "cluster/apiserver/access_control.h"
#include "cluster/apiserver/admission/webhooks/webhook.h"

#include <map>
#include <mutex>

namespace slipway::apiserver::admission {
namespace {

using api::Json;
using api::JsonObject;
using api::cel::AccessAnswer;
using api::cel::AccessQuestion;

constexpr std::size_t mostConditionsKept = 2048;

/// An expression is read once.
std::expected<api::cel::Expression, std::string> readOnce(std::string_view text) {
    static std::mutex mutex;
    static std::map<std::string, api::cel::Expression, std::less<>> kept;
    {
        std::lock_guard lock(mutex);
        if (const auto found = kept.find(text); found != kept.end())
            return found->second;
    }
    auto read = api::cel::Expression::parse(text);
    if (!read)
        return std::unexpected(std::move(read.error()));
    std::lock_guard lock(mutex);
    if (kept.size() >= mostConditionsKept)
        kept.clear();
    kept.emplace(text, *read);
    return read;
}

AccessAnswer answer(const AccessQuestion& question, const Request& request, const ClusterState& cluster) {
    if (cluster.access() == nullptr)
        return {false, "", "nobody is there to be asked"};
    authorization::Attributes asked;
    asked.user = request.user.name;
    asked.groups = request.user.groups;
    if (!question.accountName.empty()) {
        asked.user = std::format("system:serviceaccount:{}:{}", question.accountNamespace, question.accountName);
        asked.groups = {"system:serviceaccounts", "system:serviceaccounts:" + question.accountNamespace,
                        "system:authenticated"};
    }
    asked.verb = question.verb;
    asked.nonResourcePath = question.path;
    asked.group = question.group;
    asked.resource = question.resource;
    asked.subresource = question.subresource;
    asked.ns = question.ns;
    asked.name = question.name;
    if (question.path.empty())
        asked.version = "*";
    const auto decision = cluster.access()->decide(asked);
    return {decision.verdict == authorization::Verdict::allowed, decision.reason, ""};
}

} // namespace

api::cel::Expression::Variables variablesOf(const Request& request, const ClusterState& cluster) {
    static const auto types = api::cel::admissionTypes({});
    api::cel::Expression::Variables variables;
    JsonObject review = reviewOf(request, {});
    JsonObject asked = review["request"].as_object();
    variables["object"] = api::cel::Value(std::move(asked["object"]));
    variables["oldObject"] = api::cel::Value(std::move(asked["oldObject"]));
    const std::string ns(request.resource.namespaced ? api::stringAt(asked, {"namespace"}) : std::string_view());
    const auto found = ns.empty() ? nullptr : cluster.find("", "namespaces", {}, ns);
    variables["namespaceObject"] =
        found ? api::cel::Value::kept(Json(*found), types.at("namespaceObject")) : api::cel::Value();
    const auto ask = [&](const AccessQuestion& question) { return answer(question, request, cluster); };
    AccessQuestion about;
    about.group = request.resource.group;
    about.resource = request.resource.name;
    about.subresource = request.subresource;
    about.ns = api::stringAt(asked, {"namespace"});
    about.name = api::stringAt(asked, {"name"});
    variables["authorizer"] = api::cel::authorizerValue(ask);
    variables["authorizer.requestResource"] = api::cel::requestResourceValue(ask, std::move(about));
    asked.erase("object");
    asked.erase("oldObject");
    variables["request"] = api::cel::Value(Json(std::move(asked)));
    return variables;
}

std::expected<api::cel::Value, std::string>
valueOf(std::string_view expression, const api::cel::Expression::Variables& variables, api::cel::Budget& budget) {
    const auto read = readOnce(expression);
    return read ? read->evaluate(variables, budget) : std::unexpected(read.error());
}

std::expected<bool, std::string> conditionsHold(const JsonObject& spec,
                                                const api::cel::Expression::Variables& variables) {
    const Json* conditions = spec.if_contains("matchConditions");
    std::string problems;
    if (conditions != nullptr && conditions->is_array())
        for (const Json& condition : conditions->get_array()) {
            const std::string_view text = api::stringAt(condition, {"expression"});
            api::cel::Budget budget;
            const auto value = valueOf(text, variables, budget);
            if (!value)
                problems += std::format("{}expression '{}' resulted in error: {}", problems.empty() ? "" : ", ", text,
                                        value.error());
            else if (!value->isTrue())
                return false;
        }
    if (!problems.empty())
        return std::unexpected(problems);
    return true;
}

} // namespace slipway::apiserver::admission
