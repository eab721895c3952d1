#include "cluster/apiserver/admission/policies/admission_policies.h"

#include "cluster/apiserver/admission/policies/match_conditions.h"
#include "cluster/apiserver/admission/policies/parameters.h"
#include "cluster/apiserver/admission/webhooks/webhook.h"

#include <algorithm>
#include <map>

namespace slipway::apiserver::admission {
namespace {

using api::Json;
using api::JsonArray;
using api::JsonObject;
using api::stringAt;
using api::cel::Value;
using Variables = api::cel::Expression::Variables;

constexpr std::string_view policyGroup = "admissionregistration.k8s.io";
constexpr std::size_t longestMessage = 5 * 1024, longestAnnotation = 10 * 1024;

/// One validation that did not hold.
struct Finding {
    std::string message, reason;
    int index = 0; ///< among the policy's validations
};

const JsonObject& objectIn(const JsonObject& owner, std::initializer_list<std::string_view> path) {
    static const JsonObject none;
    const Json* found = api::find(owner, path);
    return found != nullptr && found->is_object() ? found->get_object() : none;
}

const JsonArray& listIn(const JsonObject& owner, std::initializer_list<std::string_view> path) {
    static const JsonArray none;
    const Json* found = api::find(owner, path);
    return found != nullptr && found->is_array() ? found->get_array() : none;
}

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t\r\n"), last = text.find_last_not_of(" \t\r\n");
    return first == text.npos ? std::string_view() : text.substr(first, last - first + 1);
}

bool takesIn(const JsonObject& scope, const Request& request, const ClusterState& cluster) {
    return scope.empty() || reaches(scope, "resourceRules", request, cluster);
}

bool failsClosed(const JsonObject& policy) {
    return stringAt(policy, {"spec", "failurePolicy"}) != "Ignore";
}

/// The policy's own variables: each is evaluated when it is first asked for, and sees the others.
class OwnVariables : public api::cel::Map {
public:
    OwnVariables(const JsonArray& list, const Variables& variables, api::cel::Budget& budget)
        : list_(list), variables_(variables), budget_(budget) {}

    std::size_t size() const override { return list_.size(); }
    std::optional<Value> find(const Value& key) const override {
        if (!key.is<std::string>())
            return std::nullopt;
        const std::string& name = key.as<std::string>();
        auto known = known_.find(name);
        if (known == known_.end()) {
            const auto entry =
                std::ranges::find_if(list_, [&](const Json& one) { return stringAt(one, {"name"}) == name; });
            if (entry == list_.end())
                return std::nullopt;
            known_.emplace(name, std::unexpected("it names itself"));
            known = known_.insert_or_assign(name, valueOf(stringAt(*entry, {"expression"}), variables_, budget_)).first;
        }
        return known->second ? std::optional(*known->second) : std::nullopt;
    }
    std::vector<Value> keys() const override {
        std::vector<Value> names;
        for (const Json& entry : list_)
            names.emplace_back(stringAt(entry, {"name"}));
        return names;
    }
    std::string whyMissing(std::string_view key) const override {
        const auto known = known_.find(key);
        return known == known_.end() || known->second
                   ? Map::whyMissing(key)
                   : std::format("composited variable \"{}\" fails to evaluate: {}", key, known->second.error());
    }

private:
    const JsonArray& list_;
    const Variables& variables_;
    api::cel::Budget& budget_;
    mutable std::map<std::string, std::expected<Value, std::string>, std::less<>> known_;
};

/// One policy asked about one request with one of its parameters.
class Evaluation {
public:
    Evaluation(const JsonObject& policy, Variables variables) : policy_(policy), variables_(std::move(variables)) {
        budget_.limit = api::cel::Budget::perObject;
        variables_["variables"] = api::cel::MapPointer(
            std::make_shared<OwnVariables>(listIn(policy_, {"spec", "variables"}), variables_, budget_));
    }
    Evaluation(const Evaluation&) = delete;
    Evaluation& operator=(const Evaluation&) = delete;
    ~Evaluation() { variables_.erase("variables"); } // it refers to where it is

    std::vector<Finding> judge() {
        std::vector<Finding> findings;
        int index = -1;
        for (const Json& validation : listIn(policy_, {"spec", "validations"})) {
            ++index;
            const std::string_view expression = trimmed(stringAt(validation, {"expression"}));
            const auto value = valueOf(expression, variables_, budget_);
            if (value && value->isTrue())
                continue;
            if (!value) {
                if (failsClosed(policy_))
                    findings.push_back({std::format("expression '{}' resulted in error: {}", expression, value.error()),
                                        "Invalid", index});
                continue;
            }
            const std::string reason(stringAt(validation, {"reason"}));
            findings.push_back({messageOf(validation, expression), reason.empty() ? "Invalid" : reason, index});
        }
        return findings;
    }

    /// Of the annotations for the audit event, those that cannot be evaluated, where the policy fails closed; the
    /// others are given to @p annotate with their keys.
    template <class Annotate> std::vector<Finding> judgeAnnotations(Annotate annotate) {
        std::vector<Finding> findings;
        for (const Json& entry : listIn(policy_, {"spec", "auditAnnotations"})) {
            const std::string_view text = stringAt(entry, {"valueExpression"});
            const auto value = valueOf(text, variables_, budget_);
            std::string problem;
            if (!value)
                problem = std::format("expression '{}' resulted in error: {}", text, value.error());
            else if (!value->is<std::string>() && !value->is<api::cel::Null>())
                problem =
                    std::format("valueExpression '{}' resulted in unsupported return type: {}. Return type must be "
                                "either string or null.",
                                text, value->typeName());
            if (!problem.empty() && failsClosed(policy_))
                findings.push_back({problem, "Invalid"});
            if (value && value->is<std::string>())
                if (const std::string_view shown = trimmed(value->as<std::string>()); !shown.empty())
                    annotate(stringAt(entry, {"key"}), shown.substr(0, longestAnnotation));
        }
        return findings;
    }

private:
    std::string messageOf(const Json& validation, std::string_view expression) {
        if (const std::string_view own = stringAt(validation, {"messageExpression"}); !trimmed(own).empty())
            if (const auto text = valueOf(own, variables_, budget_); text && text->is<std::string>()) {
                const std::string_view shown = trimmed(text->as<std::string>());
                if (!shown.empty() && shown.size() <= longestMessage && !shown.contains('\n'))
                    return std::string(shown);
            }
        const std::string_view message = trimmed(stringAt(validation, {"message"}));
        return message.empty() ? std::format("failed expression: {}", expression) : std::string(message);
    }

    const JsonObject& policy_;
    Variables variables_;
    api::cel::Budget budget_;
};

int codeOf(std::string_view reason) {
    return reason == "Unauthorized" ? 401 : reason == "Forbidden" ? 403 : reason == "RequestEntityTooLarge" ? 413 : 422;
}

bool acts(const JsonObject& binding, std::string_view action) {
    const JsonArray& actions = listIn(binding, {"spec", "validationActions"});
    return std::ranges::find(actions, Json(action)) != actions.end();
}

/// All the policies that are asked about a request, and the first of their refusals.
class Policies {
public:
    Policies(Request& request, const ClusterState& cluster) : request_(request), cluster_(cluster) {}

    void ask(const JsonObject& policy, const Objects& bindings) {
        if (!takesIn(objectIn(policy, {"spec", "matchConstraints"}), request_, cluster_))
            return;
        for (const JsonObject& binding : bindings)
            if (stringAt(binding, {"spec", "policyName"}) == stringAt(policy, {"metadata", "name"}) &&
                takesIn(objectIn(binding, {"spec", "matchResources"}), request_, cluster_))
                askBound(policy, binding);
    }

    Refusal refusal() { return std::move(refusal_); }

private:
    void askBound(const JsonObject& policy, const JsonObject& binding) {
        auto parameters = parametersOf(policy, binding, request_, cluster_);
        if (!parameters) {
            if (failsClosed(policy))
                deny(policy, binding, {"failed to configure binding: " + parameters.error(), "Invalid"});
            return;
        }
        for (Json& parameter : *parameters) {
            Variables variables = base();
            variables["params"] = Value(std::move(parameter));
            const auto holds = conditionsHold(objectIn(policy, {"spec"}), variables);
            if (!holds && failsClosed(policy))
                enforce(policy, binding, {{holds.error(), "Invalid"}});
            if (!holds || !*holds)
                continue;
            Evaluation evaluation(policy, std::move(variables));
            enforce(policy, binding, evaluation.judge());
            for (const Finding& finding :
                 evaluation.judgeAnnotations([&](auto key, auto value) { annotate(policy, key, value); }))
                deny(policy, binding, finding);
        }
    }

    /// The variables every policy sees, made when the first one wants them.
    const Variables& base() {
        if (!base_)
            base_ = variablesOf(request_, cluster_);
        return *base_;
    }

    void enforce(const JsonObject& policy, const JsonObject& binding, const std::vector<Finding>& findings) {
        for (const Finding& finding : findings) {
            if (acts(binding, "Warn"))
                request_.warnings.push_back(std::format(
                    "Validation failed for ValidatingAdmissionPolicy '{}' with binding '{}': {}",
                    stringAt(policy, {"metadata", "name"}), stringAt(binding, {"metadata", "name"}), finding.message));
            if (acts(binding, "Audit"))
                noteFailure(policy, binding, finding);
            if (acts(binding, "Deny"))
                deny(policy, binding, finding);
        }
    }

    /// Of several bindings that say different things, each value is kept once.
    void annotate(const JsonObject& policy, std::string_view key, std::string_view value) {
        auto& values = annotations_[std::format("{}/{}", stringAt(policy, {"metadata", "name"}), key)];
        if (std::ranges::find(values, value) == values.end())
            values.emplace_back(value);
        std::string joined;
        for (const std::string& one : values)
            joined += (joined.empty() ? "" : ", ") + one;
        request_.annotate(std::format("{}/{}", stringAt(policy, {"metadata", "name"}), key), std::move(joined));
    }

    void noteFailure(const JsonObject& policy, const JsonObject& binding, const Finding& finding) {
        failures_.push_back(JsonObject{{"message", finding.message},
                                       {"policy", stringAt(policy, {"metadata", "name"})},
                                       {"binding", stringAt(binding, {"metadata", "name"})},
                                       {"expressionIndex", finding.index},
                                       {"validationActions", listIn(binding, {"spec", "validationActions"})}});
        request_.annotate("validation.policy.admission.k8s.io/validation_failure", api::printJson(Json(failures_)));
    }

    void deny(const JsonObject& policy, const JsonObject& binding, const Finding& finding) {
        if (refusal_)
            return;
        const std::string message = std::format("ValidatingAdmissionPolicy '{}' with binding '{}' denied request: {}",
                                                stringAt(policy, {"metadata", "name"}),
                                                stringAt(binding, {"metadata", "name"}), finding.message);
        refusal_ = refuse(request_, "{}", message);
        refusal_->reason = finding.reason;
        refusal_->code = codeOf(finding.reason);
        refusal_->causes = {{"", message, ""}};
    }

    Request& request_;
    const ClusterState& cluster_;
    std::optional<Variables> base_;
    std::map<std::string, std::vector<std::string>> annotations_;
    JsonArray failures_;
    Refusal refusal_;
};

bool isExempt(const Request& request) {
    return (request.resource.group == policyGroup && request.resource.name.contains("admissionpolic")) ||
           request.user.name == "system:apiserver" || request.resource.name.ends_with("reviews");
}

} // namespace

Refusal askValidatingPolicies(Request& request, const ClusterState& cluster) {
    if (isExempt(request) || !cluster.any(policyGroup, "validatingadmissionpolicybindings", {}))
        return {};
    const auto bindings = cluster.all(policyGroup, "validatingadmissionpolicybindings");
    Policies policies(request, cluster);
    for (const JsonObject& policy : cluster.all(policyGroup, "validatingadmissionpolicies"))
        policies.ask(policy, bindings);
    return policies.refusal();
}

} // namespace slipway::apiserver::admission
