#include "cluster/apiserver/authentication/authentication_config.h"

#include "cluster/api/decode.h"

#include <algorithm>
#include <array>
#include <format>
#include <set>

namespace slipway::apiserver::authentication {
namespace {

using api::Json;
using api::JsonArray;
using api::stringAt;

/// Thrown between the steps below and caught by readAuthenticationConfig.
struct Wrong {
    std::string message;
};

template <class... Args>
[[noreturn]] void refuse(const std::string& path, std::format_string<Args...> why, Args&&... args) {
    throw Wrong{path + ": " + std::format(why, std::forward<Args>(args)...)};
}

const JsonArray& listAt(const Json& owner, std::initializer_list<std::string_view> path) {
    static const JsonArray none;
    const Json* found = api::find(owner, path);
    return found != nullptr && found->is_array() ? found->get_array() : none;
}

std::string textAt(const Json& owner, std::initializer_list<std::string_view> path) {
    return std::string(stringAt(owner, path));
}

/// Misspelled members would silently let in whom they were to keep out.
void onlyKnown(const Json& object, const std::string& path, std::initializer_list<std::string_view> members) {
    if (!object.is_object())
        refuse(path, "must be an object");
    for (const auto& [name, value] : object.get_object())
        if (std::ranges::find(members, std::string_view(name)) == members.end())
            refuse(path, "unknown field \"{}\"", std::string_view(name));
}

ClaimOrExpression readMapping(const Json& mappings, std::string_view member, bool prefixed, const std::string& path) {
    const Json* found = api::find(mappings, {member});
    if (found == nullptr || found->is_null())
        return {};
    const std::string at = std::format("{}.{}", path, member);
    if (prefixed)
        onlyKnown(*found, at, {"claim", "prefix", "expression"});
    else
        onlyKnown(*found, at, {"claim", "expression"});
    ClaimOrExpression mapping{textAt(*found, {"claim"}), textAt(*found, {"prefix"}), textAt(*found, {"expression"})};
    const bool hasPrefix = api::find(*found, {"prefix"}) != nullptr;
    if (!mapping.claim.empty() && !mapping.expression.empty())
        refuse(at, "claim and expression can't both be set");
    if (!mapping.expression.empty() && hasPrefix)
        refuse(at + ".prefix", "prefix can't be set when expression is set");
    if (prefixed && !mapping.claim.empty() && !hasPrefix)
        refuse(at + ".prefix", "prefix is required when claim is set. It can be set to an empty string to disable "
                               "prefixing");
    return mapping;
}

void checkUrl(const std::string& url, const std::string& path) {
    constexpr std::string_view scheme = "https://";
    if (url.empty())
        refuse(path, "URL is required");
    if (!url.starts_with(scheme) || url.size() == scheme.size())
        refuse(path, "URL scheme must be https");
    for (const auto& [sign, what] : {std::pair('?', "query"), std::pair('#', "fragment"), std::pair('@', "user")})
        if (url.contains(sign))
            refuse(path, "URL must not contain a {}", what);
}

std::vector<IdentityRule> readRules(const Json& entry, std::string_view member, bool ofClaims,
                                    const std::string& path) {
    std::vector<IdentityRule> rules;
    std::set<std::string> seen;
    for (const Json& one : listAt(entry, {member})) {
        const std::string at = std::format("{}.{}[{}]", path, member, rules.size());
        if (ofClaims)
            onlyKnown(one, at, {"claim", "requiredValue", "expression", "message"});
        else
            onlyKnown(one, at, {"expression", "message"});
        IdentityRule rule{textAt(one, {"claim"}), textAt(one, {"requiredValue"}), textAt(one, {"expression"}),
                          textAt(one, {"message"})};
        if (rule.claim.empty() == rule.expression.empty())
            refuse(at, "{}",
                   rule.claim.empty() ? "claim or expression is required" : "claim and expression can't both be set");
        if (!rule.expression.empty() && !rule.requiredValue.empty())
            refuse(at + ".requiredValue", "requiredValue can't be set when expression is set");
        if (!rule.claim.empty() && !rule.message.empty())
            refuse(at + ".message", "message can't be set when claim is set");
        if (!seen.insert(rule.claim + '\n' + rule.expression).second)
            refuse(at, "Duplicate value");
        rules.push_back(std::move(rule));
    }
    return rules;
}

void readExtra(const Json& entry, const std::string& path, JwtIssuer& issuer) {
    for (const Json& one : listAt(entry, {"claimMappings", "extra"})) {
        const std::string at = std::format("{}.extra[{}]", path, issuer.extra.size());
        onlyKnown(one, at, {"key", "valueExpression"});
        const std::string key = textAt(one, {"key"});
        const std::string domain = key.substr(0, key.find('/'));
        if (!key.contains('/') || std::ranges::any_of(key, [](unsigned char c) { return std::isupper(c); }))
            refuse(at + ".key", "\"{}\" must be a domain-prefixed path in lower case (such as \"acme.io/foo\")", key);
        for (std::string_view reserved : {"k8s.io", "kubernetes.io"})
            if (domain == reserved || domain.ends_with("." + std::string(reserved)))
                refuse(at + ".key", "{} is reserved for Kubernetes", reserved);
        if (std::ranges::any_of(issuer.extra, [&](const auto& known) { return known.first == key; }))
            refuse(at + ".key", "Duplicate value: \"{}\"", key);
        if (stringAt(one, {"valueExpression"}).empty())
            refuse(at + ".valueExpression", "valueExpression is required");
        issuer.extra.emplace_back(key, textAt(one, {"valueExpression"}));
    }
}

/// Where an expression reads an address by mail, it also has to ask whether that is the user's.
void checkMail(const JwtIssuer& issuer, const std::string& path) {
    const auto reads = [](const std::string& text, std::string_view claim) {
        return text.contains("claims." + std::string(claim)) || text.contains("claims['" + std::string(claim)) ||
               text.contains("claims[\"" + std::string(claim));
    };
    std::string all = issuer.username.expression;
    for (const auto& [key, expression] : issuer.extra)
        all += '\n' + expression;
    for (const IdentityRule& rule : issuer.claimRules)
        all += '\n' + rule.expression;
    std::string name = issuer.username.expression;
    for (std::size_t at = name.find("email_verified"); at != name.npos; at = name.find("email_verified"))
        name.erase(at, std::string_view("email_verified").size());
    if (reads(name, "email") && !reads(all, "email_verified"))
        refuse(path + ".username.expression",
               "claims.email_verified must be used in claimMappings.username.expression or "
               "claimMappings.extra[*].valueExpression or claimValidationRules[*].expression when claims.email is used "
               "in claimMappings.username.expression");
}

JwtIssuer readIssuer(const Json& entry, const std::string& path) {
    onlyKnown(entry, path, {"issuer", "claimValidationRules", "claimMappings", "userValidationRules"});
    const Json* about = api::find(entry, {"issuer"});
    if (about == nullptr)
        refuse(path + ".issuer", "is required");
    onlyKnown(
        *about, path + ".issuer",
        {"url", "discoveryURL", "certificateAuthority", "audiences", "audienceMatchPolicy", "egressSelectorType"});
    JwtIssuer issuer;
    issuer.url = textAt(*about, {"url"});
    checkUrl(issuer.url, path + ".issuer.url");
    issuer.discoveryUrl = textAt(*about, {"discoveryURL"});
    if (!issuer.discoveryUrl.empty()) {
        checkUrl(issuer.discoveryUrl, path + ".issuer.discoveryURL");
        if (issuer.discoveryUrl == issuer.url)
            refuse(path + ".issuer.discoveryURL", "discoveryURL must be different from URL");
    }
    issuer.caPem = textAt(*about, {"certificateAuthority"});
    for (const Json& audience : listAt(*about, {"audiences"}))
        issuer.audiences.emplace_back(audience.is_string() ? api::view(audience.get_string()) : "");
    if (issuer.audiences.empty() || std::ranges::find(issuer.audiences, "") != issuer.audiences.end())
        refuse(path + ".issuer.audiences", "at least one audience is required, and none may be empty");
    const std::string policy = textAt(*about, {"audienceMatchPolicy"});
    if ((issuer.audiences.size() > 1 || !policy.empty()) && policy != "MatchAny")
        refuse(path + ".issuer.audienceMatchPolicy", "audienceMatchPolicy must be MatchAny for multiple audiences");
    issuer.algorithms = jwtAlgorithms();
    const std::string at = path + ".claimMappings";
    const Json* mappings = api::find(entry, {"claimMappings"});
    if (mappings == nullptr)
        refuse(at + ".username", "claim or expression is required");
    onlyKnown(*mappings, at, {"username", "groups", "uid", "extra"});
    issuer.username = readMapping(*mappings, "username", true, at);
    if (!issuer.username.given())
        refuse(at + ".username", "claim or expression is required");
    issuer.groups = readMapping(*mappings, "groups", true, at);
    issuer.uid = readMapping(*mappings, "uid", false, at);
    readExtra(entry, at, issuer);
    issuer.claimRules = readRules(entry, "claimValidationRules", true, path);
    issuer.userRules = readRules(entry, "userValidationRules", false, path);
    checkMail(issuer, at);
    return issuer;
}

AnonymousRules readAnonymous(const Json& entry) {
    onlyKnown(entry, "anonymous", {"enabled", "conditions"});
    AnonymousRules rules;
    rules.enabled = api::boolAt(entry.get_object(), {"enabled"});
    for (const Json& condition : listAt(entry, {"conditions"})) {
        onlyKnown(condition, "anonymous.conditions", {"path"});
        rules.paths.push_back(textAt(condition, {"path"}));
    }
    if (!rules.enabled && !rules.paths.empty())
        refuse("anonymous.conditions", "enabled should be set to true when conditions are defined");
    return rules;
}

AuthenticationConfig read(const Json& document) {
    static constexpr std::array<std::string_view, 3> versions{
        "apiserver.config.k8s.io/v1", "apiserver.config.k8s.io/v1beta1", "apiserver.config.k8s.io/v1alpha1"};
    if (stringAt(document, {"kind"}) != "AuthenticationConfiguration" ||
        std::ranges::find(versions, stringAt(document, {"apiVersion"})) == versions.end())
        throw Wrong{"not an AuthenticationConfiguration of apiserver.config.k8s.io"};
    onlyKnown(document, "AuthenticationConfiguration", {"kind", "apiVersion", "jwt", "anonymous"});
    AuthenticationConfig config;
    std::set<std::string> urls;
    for (const Json& entry : listAt(document, {"jwt"})) {
        const std::string path = std::format("jwt[{}]", config.issuers.size());
        config.issuers.push_back(readIssuer(entry, path));
        if (!urls.insert(config.issuers.back().url).second)
            refuse(path + ".issuer.url", "Duplicate value: \"{}\"", config.issuers.back().url);
    }
    if (const Json* anonymous = api::find(document, {"anonymous"}); anonymous != nullptr && !anonymous->is_null())
        config.anonymous = readAnonymous(*anonymous);
    return config;
}

} // namespace

const std::vector<std::string>& jwtAlgorithms() {
    static const std::vector<std::string> all{"RS256", "RS384", "RS512", "ES256", "ES384",
                                              "ES512", "PS256", "PS384", "PS512"};
    return all;
}

std::expected<AuthenticationConfig, std::string> readAuthenticationConfig(std::string_view yaml) {
    const auto document = api::yamlToJson(yaml);
    if (!document)
        return std::unexpected(document.error().message);
    try {
        return read(*document);
    } catch (const Wrong& wrong) {
        return std::unexpected(wrong.message);
    }
}

} // namespace slipway::apiserver::authentication
