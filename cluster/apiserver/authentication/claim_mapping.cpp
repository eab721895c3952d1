#include "cluster/apiserver/authentication/claim_mapping.h"

#include <format>

namespace slipway::apiserver::authentication {
namespace {

using api::Json;
using api::JsonObject;
using Expression = api::cel::Expression;
using api::cel::Kind;

api::cel::TypePointer text() {
    return api::cel::simple(Kind::string);
}

Expression::Types claimTypes() {
    return {{"claims", api::cel::mapOf(text(), api::cel::simple(Kind::dyn))}};
}

Expression::Types userTypes() {
    auto type = std::make_shared<api::cel::Type>();
    type->kind = Kind::object;
    type->name = "kubernetes.UserInfo";
    type->fields = {{"username", text()},
                    {"uid", text()},
                    {"groups", api::cel::listOf(text())},
                    {"extra", api::cel::mapOf(text(), api::cel::listOf(text()))}};
    return {{"user", type}};
}

JsonObject userValue(const User& user) {
    JsonObject value = userInfo(user);
    value["uid"] = user.uid;
    (void)api::objectAt(value, {"extra"});
    return value;
}

std::expected<std::string, std::string> textClaim(const JsonObject& claims, const std::string& name) {
    const Json* found = claims.if_contains(name);
    if (found == nullptr)
        return std::unexpected("claim not present");
    if (!found->is_string())
        return std::unexpected(std::format("claim {} is not a string", name));
    return std::string(api::view(found->get_string()));
}

/// A text, or a list of texts; nothing of anything else.
std::optional<std::vector<std::string>> textsOf(const Json& value) {
    std::vector<std::string> list;
    if (value.is_null())
        return list;
    if (value.is_string()) {
        if (!value.get_string().empty())
            list.emplace_back(api::view(value.get_string()));
        return list;
    }
    if (!value.is_array())
        return std::nullopt;
    for (const Json& one : value.get_array()) {
        if (!one.is_string())
            return std::nullopt;
        list.emplace_back(api::view(one.get_string()));
    }
    return list;
}

bool isTextual(Kind kind) {
    return kind == Kind::string || kind == Kind::dyn;
}
bool isListOrText(Kind kind) {
    return kind == Kind::list || kind == Kind::null || isTextual(kind);
}
bool isBool(Kind kind) {
    return kind == Kind::bool_;
}

} // namespace

std::expected<ClaimMapping, std::string> ClaimMapping::compile(const JwtIssuer& issuer) {
    ClaimMapping mapping(issuer);
    std::string problem;
    const auto add = [&](const std::string& path, const std::string& expression, const Expression::Types& types,
                         bool (*fits)(Kind), const char* wanted) {
        if (expression.empty() || !problem.empty())
            return;
        auto compiled = Expression::compile(expression, types);
        if (!compiled)
            problem = std::format("{}: compilation failed: {}", path, compiled.error());
        else if (!fits(compiled->type().kind))
            problem = std::format("{}: must evaluate to {}", path, wanted);
        else
            mapping.expressions_.insert_or_assign(expression, std::move(*compiled));
    };
    const auto claims = claimTypes(), user = userTypes();
    add("claimMappings.username.expression", issuer.username.expression, claims, isTextual, "a string");
    add("claimMappings.groups.expression", issuer.groups.expression, claims, isListOrText,
        "a string or a list of strings");
    add("claimMappings.uid.expression", issuer.uid.expression, claims, isTextual, "a string");
    for (const auto& [key, expression] : issuer.extra)
        add(std::format("claimMappings.extra[{}].valueExpression", key), expression, claims, isListOrText,
            "a string or a list of strings");
    for (std::size_t i = 0; i < issuer.claimRules.size(); ++i)
        add(std::format("claimValidationRules[{}].expression", i), issuer.claimRules[i].expression, claims, isBool,
            "bool");
    for (std::size_t i = 0; i < issuer.userRules.size(); ++i)
        add(std::format("userValidationRules[{}].expression", i), issuer.userRules[i].expression, user, isBool, "bool");
    if (!problem.empty())
        return std::unexpected(std::move(problem));
    return mapping;
}

std::expected<Json, std::string> ClaimMapping::value(const std::string& expression,
                                                     const Expression::Variables& variables) const {
    return expressions_.find(expression)->second.evaluate(variables);
}

std::expected<User, std::string> ClaimMapping::userOf(const JsonObject& claims) const {
    const Expression::Variables variables{{"claims", api::cel::Value(Json(claims))}};
    if (auto holds = judge(issuer_.claimRules, claims, variables); !holds)
        return std::unexpected(holds.error());
    auto name = usernameOf(claims, variables);
    auto groups = groupsOf(claims, variables);
    auto uid = uidOf(claims, variables);
    if (!name || !groups || !uid)
        return std::unexpected(!name ? name.error() : !groups ? groups.error() : uid.error());
    User user{std::move(*name), std::move(*groups), std::move(*uid), {}};
    for (const auto& [key, expression] : issuer_.extra) {
        const auto made = value(expression, variables);
        const auto texts = made ? textsOf(*made) : std::nullopt;
        if (!texts)
            return std::unexpected(std::format("error evaluating extra claim expression {}: {}", key,
                                               made ? "not a string or a list of strings" : made.error()));
        if (!texts->empty())
            user.extra[key] = *texts;
    }
    const Expression::Variables about{{"user", api::cel::Value::kept(Json(userValue(user)), userTypes()["user"])}};
    if (auto holds = judge(issuer_.userRules, claims, about); !holds)
        return std::unexpected(holds.error());
    return user;
}

std::expected<std::string, std::string> ClaimMapping::usernameOf(const JsonObject& claims,
                                                                 const Expression::Variables& variables) const {
    const ClaimOrExpression& by = issuer_.username;
    if (!by.expression.empty()) {
        const auto made = value(by.expression, variables);
        if (!made || !made->is_string())
            return std::unexpected(
                std::format("error evaluating username claim expression: {}", made ? "not a string" : made.error()));
        if (made->get_string().empty())
            return std::unexpected("empty username via CEL expression is not allowed");
        return std::string(api::view(made->get_string()));
    }
    auto name = textClaim(claims, by.claim);
    if (!name)
        return std::unexpected(std::format("parse username claims \"{}\": {}", by.claim, name.error()));
    if (by.claim == "email")
        // An address that its issuer has not verified may be anybody's.
        if (const Json* verified = claims.if_contains("email_verified"); verified != nullptr && *verified != Json(true))
            return std::unexpected("email not verified");
    if (name->empty())
        return std::unexpected(std::format("the claim {} is empty", by.claim));
    return by.prefix + *name;
}

std::expected<std::vector<std::string>, std::string>
ClaimMapping::groupsOf(const JsonObject& claims, const Expression::Variables& variables) const {
    const ClaimOrExpression& by = issuer_.groups;
    std::vector<std::string> groups;
    if (!by.expression.empty()) {
        const auto made = value(by.expression, variables);
        auto texts = made ? textsOf(*made) : std::nullopt;
        if (!texts)
            return std::unexpected(std::format("error evaluating group claim expression: {}",
                                               made ? "not a string or a list of strings" : made.error()));
        std::erase(*texts, "");
        return std::move(*texts);
    }
    const Json* found = by.claim.empty() ? nullptr : claims.if_contains(by.claim);
    if (found == nullptr)
        return groups; // not everybody is in a group
    const auto texts = textsOf(*found);
    if (!texts)
        return std::unexpected(std::format("parse groups claim \"{}\": not a string or a list of strings", by.claim));
    for (const std::string& group : *texts)
        groups.push_back(by.prefix + group);
    return groups;
}

std::expected<std::string, std::string> ClaimMapping::uidOf(const JsonObject& claims,
                                                            const Expression::Variables& variables) const {
    if (!issuer_.uid.expression.empty()) {
        const auto made = value(issuer_.uid.expression, variables);
        if (!made || !made->is_string())
            return std::unexpected(
                std::format("error evaluating uid claim expression: {}", made ? "not a string" : made.error()));
        return std::string(api::view(made->get_string()));
    }
    if (issuer_.uid.claim.empty())
        return std::string();
    return textClaim(claims, issuer_.uid.claim).transform_error([&](const std::string& why) {
        return std::format("parse uid claim \"{}\": {}", issuer_.uid.claim, why);
    });
}

std::expected<void, std::string> ClaimMapping::judge(const std::vector<IdentityRule>& rules, const JsonObject& claims,
                                                     const Expression::Variables& variables) const {
    for (const IdentityRule& rule : rules) {
        if (!rule.claim.empty()) {
            const auto found = textClaim(claims, rule.claim);
            if (!found || *found != rule.requiredValue)
                return std::unexpected(
                    std::format("required claim {} {}", rule.claim, found ? "has another value" : found.error()));
            continue;
        }
        const auto holds = value(rule.expression, variables);
        if (!holds)
            return std::unexpected(std::format("error evaluating expression '{}': {}", rule.expression, holds.error()));
        if (*holds != Json(true))
            return std::unexpected(std::format("validation expression '{}' failed{}{}", rule.expression,
                                               rule.message.empty() ? "" : ": ", rule.message));
    }
    return {};
}

} // namespace slipway::apiserver::authentication
