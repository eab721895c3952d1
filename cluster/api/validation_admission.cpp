#include "cluster/api/cel/admission_types.h"
#include "cluster/api/schema.h"
#include "cluster/api/validation_at.h"
#include "cluster/api/validation_kinds.h"

#include <algorithm>
#include <array>
#include <set>

namespace slipway::api {
namespace {

/// A list in which "*" stands alone.
void validateWildcard(const At& rule, std::string_view member, std::string_view detail) {
    const JsonArray& list = rule.list(member);
    if (list.empty())
        return rule.require(member);
    if (list.size() > 1 && std::ranges::find(list, Json("*")) != list.end())
        rule.invalid(member, detail);
}

void validateRuleResources(const At& rule) {
    const JsonArray& list = rule.list("resources");
    if (list.empty())
        return rule.require("resources");
    const bool all = std::ranges::find(list, Json("*/*")) != list.end();
    rule.eachText("resources", [&](std::string_view resource, const std::string& path) {
        if (resource.empty())
            rule.causes().push_back(requiredValue(path, ""));
        else if (all && list.size() > 1 && resource != "*/*")
            rule.causes().push_back(invalidValue(rule.pathOf("resources"), rule.value("resources"),
                                                 "if '*/*' is present, must not specify other resources"));
    });
}

void validateRule(const At& rule) {
    validateWildcard(rule, "operations", "if '*' is present, must not specify other operations");
    rule.eachText("operations", [&](std::string_view operation, const std::string& path) {
        static constexpr std::array<std::string_view, 5> known{"*", "CONNECT", "CREATE", "DELETE", "UPDATE"};
        if (std::ranges::find(known, operation) == known.end())
            rule.causes().push_back(notSupported(path, Json(operation), {known.begin(), known.end()}));
    });
    validateWildcard(rule, "apiGroups", "if '*' is present, must not specify other API groups");
    validateWildcard(rule, "apiVersions", "if '*' is present, must not specify other API versions");
    validateRuleResources(rule);
    rule.oneOf("scope", {"*", "Cluster", "Namespaced"});
}

void validateClient(const At& config) {
    const bool url = config.has("url"), service = config.has("service");
    if (url == service)
        return config.causes().push_back(requiredValue(config.path(), "exactly one of url or service is required"));
    if (url) {
        const std::string_view text = config.text("url");
        if (!text.starts_with("https://"))
            config.invalid("url", "'https' is the only allowed URL scheme; desired format: https://host[/path]");
        else if (text.substr(8).empty() || text.substr(8).starts_with('/'))
            config.invalid("url", "host must be specified; desired format: https://host[/path]");
        return;
    }
    const At target = config.in("service");
    target.needs("name", "service name is required");
    target.needs("namespace", "service namespace is required");
    if (const auto port = target.number("port"); port && (*port < 1 || *port > 65535))
        target.invalid("port", "port is not valid: must be between 1 and 65535, inclusive");
    if (const std::string_view path = target.text("path"); !path.empty() && !path.starts_with('/'))
        target.invalid("path", "must start with a '/'");
}

void validateVersions(const At& hook) {
    const JsonArray& versions = hook.list("admissionReviewVersions");
    if (versions.empty())
        return hook.require("admissionReviewVersions", "must specify one of v1, v1beta1");
    if (std::ranges::none_of(versions, [](const Json& version) { return version == "v1" || version == "v1beta1"; }))
        hook.invalid("admissionReviewVersions", "must include at least one of v1, v1beta1");
}

void validateExpression(const At& owner, std::string_view member) {
    const std::string_view text = owner.text(member);
    if (text.find_first_not_of(" \t\n") == std::string_view::npos)
        return owner.require(member, "expression is not specified");
    const auto compiled = cel::Expression::compile(text, cel::admissionTypes({}));
    if (!compiled)
        owner.invalid(member, "compilation failed: " + compiled.error());
    else if (compiled->type().kind != cel::Kind::bool_ && compiled->type().kind != cel::Kind::dyn)
        owner.invalid(member, "must evaluate to bool");
}

/// Whether a variable may be called so.
bool isIdentifier(std::string_view name) {
    return !name.empty() && (std::isalpha(static_cast<unsigned char>(name[0])) || name[0] == '_') &&
           std::ranges::all_of(name, [](unsigned char c) { return std::isalnum(c) || c == '_'; }) &&
           cel::escapedName(name) == name;
}

bool isBlank(std::string_view text) {
    return text.find_first_not_of(" \t\r\n") == text.npos;
}

void needsExpression(const At& owner, std::string_view member) {
    if (isBlank(owner.text(member)))
        owner.require(member, "expression is not specified");
}

/// The names of match conditions, and how many there are.
void validateNames(const At& owner) {
    std::set<std::string_view> names;
    owner.each("matchConditions", [&](const At& condition) {
        if (isBlank(condition.text("expression")))
            condition.require("expression");
        if (condition.needs("name")) {
            condition.judge("name", qualifiedNameProblem);
            if (!names.insert(condition.text("name")).second)
                condition.duplicate("name");
        }
    });
    if (owner.list("matchConditions").size() > 64)
        owner.causes().push_back(tooMany(owner.pathOf("matchConditions"), owner.list("matchConditions").size(), 64));
}

void validateConditions(const At& owner) {
    validateNames(owner);
    owner.each("matchConditions", [](const At& condition) {
        if (!isBlank(condition.text("expression")))
            validateExpression(condition, "expression");
    });
}

void validateAnnotations(const At& spec) {
    std::set<std::string_view> keys;
    if (spec.list("auditAnnotations").size() > 20)
        spec.invalid("auditAnnotations", "must not have more than 20 auditAnnotations");
    spec.each("auditAnnotations", [&](const At& annotation) {
        if (annotation.needs("key")) {
            annotation.judge("key", qualifiedNameProblem);
            if (!keys.insert(annotation.text("key")).second)
                annotation.duplicate("key");
        }
        if (isBlank(annotation.text("valueExpression")))
            annotation.require("valueExpression", "valueExpression is not specified");
    });
}

bool isQualifiedHookName(std::string_view name) {
    return !subdomainProblem(name) && std::ranges::count(name, '.') >= 2;
}

} // namespace

void validateWebhooks(const JsonObject& configuration, Causes& causes) {
    std::set<std::string_view> names;
    At(configuration, {}, causes).each("webhooks", [&](const At& hook) {
        if (hook.needs("name")) {
            if (!isQualifiedHookName(hook.text("name")))
                hook.invalid("name", "should be a domain with at least three segments separated by dots");
            else if (!names.insert(hook.text("name")).second)
                hook.duplicate("name");
        }
        hook.each("rules", validateRule);
        hook.oneOf("failurePolicy", {"Fail", "Ignore"});
        hook.oneOf("matchPolicy", {"Equivalent", "Exact"});
        hook.oneOf("reinvocationPolicy", {"IfNeeded", "Never"});
        if (hook.text("sideEffects").empty())
            hook.require("sideEffects", "must specify one of None, NoneOnDryRun");
        else
            hook.oneOf("sideEffects", {"None", "NoneOnDryRun"});
        if (const auto seconds = hook.number("timeoutSeconds"); seconds && (*seconds < 1 || *seconds > 30))
            hook.invalid("timeoutSeconds", "the timeout value must be between 1 and 30 seconds");
        validateLabelSelector(hook, "namespaceSelector");
        validateLabelSelector(hook, "objectSelector");
        validateClient(hook.in("clientConfig"));
        validateVersions(hook);
        validateConditions(hook);
    });
}

void validateAdmissionPolicy(const JsonObject& policy, Causes& causes) {
    const At spec = At(policy, {}, causes).in("spec");
    spec.oneOf("failurePolicy", {"Fail", "Ignore"});
    if (!spec.has("matchConstraints"))
        spec.require("matchConstraints");
    else if (spec.in("matchConstraints").list("resourceRules").empty())
        spec.in("matchConstraints").require("resourceRules");
    spec.in("matchConstraints").each("resourceRules", validateRule);
    if (spec.list("validations").empty() && spec.list("auditAnnotations").empty()) {
        spec.require("validations", "validations or auditAnnotations must contain at least one item");
        spec.require("auditAnnotations", "validations or auditAnnotations must contain at least one item");
    }
    spec.each("validations", [](const At& validation) {
        needsExpression(validation, "expression");
        if (validation.has("messageExpression") && isBlank(validation.text("messageExpression")))
            validation.invalid("messageExpression", "must be non-empty if specified");
        if (validation.has("message") && isBlank(validation.text("message")))
            validation.invalid("message", "message must be non-empty if specified");
        else if (validation.text("message").contains('\n'))
            validation.invalid("message", "message must not contain line breaks");
        validation.oneOf("reason", {"Forbidden", "Invalid", "RequestEntityTooLarge", "Unauthorized"});
    });
    validateNames(spec);
    spec.each("variables", [](const At& variable) {
        if (isBlank(variable.text("name")))
            variable.require("name", "name is not specified");
        else if (!isIdentifier(variable.text("name")))
            variable.invalid("name", "name is not a valid CEL identifier");
        needsExpression(variable, "expression");
    });
    validateAnnotations(spec);
    if (spec.has("paramKind")) {
        const At kind = spec.in("paramKind");
        kind.needs("apiVersion");
        kind.needs("kind");
    }
    cel::AdmissionScope scope;
    scope.params = spec.has("paramKind");
    for (const cel::ExpressionFinding& finding : cel::checkPolicy(policy, scope, false)) {
        const bool wants = finding.message.starts_with("must evaluate");
        causes.push_back(
            invalidValue(finding.path, Json(finding.text), (wants ? "" : "compilation failed: ") + finding.message));
    }
}

void validateAdmissionBinding(const JsonObject& binding, Causes& causes) {
    const At spec = At(binding, {}, causes).in("spec");
    spec.needs("policyName");
    if (spec.list("validationActions").empty())
        spec.require("validationActions", "at least one validation action is required");
    std::set<std::string_view> actions;
    spec.eachText("validationActions", [&](std::string_view action, const std::string& path) {
        if (action != "Audit" && action != "Deny" && action != "Warn")
            causes.push_back(notSupported(path, Json(action), {"Audit", "Deny", "Warn"}));
        else if (!actions.insert(action).second)
            causes.push_back(duplicateValue(path, Json(action)));
    });
    if (actions.contains("Deny") && actions.contains("Warn"))
        spec.invalid("validationActions", "must not contain both Deny and Warn (repeating the same validation failure "
                                          "information in the API response and headers serves no purpose)");
    if (spec.has("paramRef")) {
        const At reference = spec.in("paramRef");
        if (reference.text("name").empty() == !reference.has("selector"))
            causes.push_back(requiredValue(reference.path(), "one of name or selector must be specified"));
        if (reference.needs("parameterNotFoundAction"))
            reference.oneOf("parameterNotFoundAction", {"Allow", "Deny"});
    }
}

} // namespace slipway::api
