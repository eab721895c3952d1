#include "cluster/apiserver/audit/policy.h"

#include "cluster/api/decode.h"

#include <algorithm>
#include <array>
#include <format>

namespace slipway::apiserver::audit {
namespace {

using api::Json;
using api::JsonArray;
using api::stringAt;

constexpr std::array<std::string_view, 4> levels{"None", "Metadata", "Request", "RequestResponse"};
constexpr std::array<std::string_view, 4> stages{"RequestReceived", "ResponseStarted", "ResponseComplete", "Panic"};

std::unexpected<std::string> wrong(const std::string& path, std::string_view why) {
    return std::unexpected(std::format("{}: {}", path, why));
}

std::expected<std::vector<std::string>, std::string> textsAt(const Json& owner, std::string_view member,
                                                             const std::string& path) {
    std::vector<std::string> list;
    const Json* found = api::find(owner, {member});
    if (found == nullptr || found->is_null())
        return list;
    if (!found->is_array())
        return wrong(std::format("{}.{}", path, member), "must be a list");
    for (const Json& entry : found->get_array()) {
        if (!entry.is_string())
            return wrong(std::format("{}.{}", path, member), "must be a list of strings");
        list.emplace_back(api::view(entry.get_string()));
    }
    return list;
}

std::expected<std::uint8_t, std::string> stagesAt(const Json& owner, const std::string& path) {
    const auto names = textsAt(owner, "omitStages", path);
    if (!names)
        return std::unexpected(names.error());
    std::uint8_t mask = 0;
    for (const std::string& name : *names) {
        const auto found = std::ranges::find(stages, name);
        if (found == stages.end())
            return wrong(path + ".omitStages", std::format("\"{}\" is no stage", name));
        mask = static_cast<std::uint8_t>(mask | 1 << (found - stages.begin()));
    }
    return mask;
}

bool has(const std::vector<std::string>& list, std::string_view wanted) {
    return std::ranges::find(list, wanted) != list.end();
}

bool hasAny(const std::vector<std::string>& list, const std::vector<std::string>& wanted) {
    return std::ranges::any_of(wanted, [&](const std::string& one) { return has(list, one); });
}

bool urlFits(std::string_view pattern, std::string_view path) {
    if (!pattern.ends_with('*'))
        return pattern == path;
    pattern.remove_suffix(1);
    return path.starts_with(pattern);
}

/// "pods", "pods/log", "pods/*", "*/scale", "*".
bool resourceFits(std::string_view pattern, const RequestInfo& info) {
    if (pattern == "*")
        return true;
    const std::size_t slash = pattern.find('/');
    const std::string_view resource = pattern.substr(0, slash);
    if (slash == pattern.npos)
        return info.subresource.empty() && resource == info.resource;
    const std::string_view subresource = pattern.substr(slash + 1);
    if (subresource == "*")
        return resource == info.resource;
    return subresource == info.subresource && (resource == "*" || resource == info.resource);
}

} // namespace

std::string_view nameOf(Level level) {
    return levels[static_cast<std::size_t>(level)];
}

std::string_view nameOf(Stage stage) {
    return stages[static_cast<std::size_t>(stage)];
}

std::string_view namespaceOf(const RequestInfo& info) {
    return info.resource == "namespaces" && info.group.empty() ? info.name : info.ns;
}

std::expected<Policy::Rule, std::string> Policy::readRule(const Json& entry, const std::string& path) {
    Rule rule;
    const auto level = std::ranges::find(levels, stringAt(entry, {"level"}));
    if (level == levels.end())
        return wrong(path + ".level", std::format("\"{}\" is no level", stringAt(entry, {"level"})));
    rule.verdict.level = static_cast<Level>(level - levels.begin());
    const auto omitted = stagesAt(entry, path);
    if (!omitted)
        return std::unexpected(omitted.error());
    rule.verdict.omittedStages = *omitted;
    for (auto [member, list] :
         {std::pair("users", &rule.users), std::pair("userGroups", &rule.groups), std::pair("verbs", &rule.verbs),
          std::pair("namespaces", &rule.namespaces), std::pair("nonResourceURLs", &rule.urls)}) {
        auto read = textsAt(entry, member, path);
        if (!read)
            return std::unexpected(read.error());
        *list = std::move(*read);
    }
    const Json* resources = api::find(entry, {"resources"});
    for (const Json& one : resources != nullptr && resources->is_array() ? resources->get_array() : JsonArray()) {
        const auto names = textsAt(one, "resources", path + ".resources"),
                   objects = textsAt(one, "resourceNames", path + ".resources");
        if (!names || !objects)
            return std::unexpected(!names ? names.error() : objects.error());
        if (!objects->empty() && names->empty())
            return wrong(path + ".resources.resourceNames", "using resourceNames requires at least one resource");
        rule.resources.push_back({std::string(stringAt(one, {"group"})), *names, *objects});
    }
    if (!rule.urls.empty() && (!rule.resources.empty() || !rule.namespaces.empty()))
        return wrong(path + ".nonResourceURLs", "rules cannot apply to both regular resources and non-resource URLs");
    for (const std::string& url : rule.urls)
        if (url != "*" && (!url.starts_with('/') || url.find('*') < url.size() - 1))
            return wrong(path + ".nonResourceURLs",
                         std::format("\"{}\" must begin with a \"/\", with a \"*\" only at its end", url));
    return rule;
}

std::expected<Policy, std::string> Policy::parse(std::string_view text) {
    const auto document = api::yamlToJson(text);
    if (!document)
        return std::unexpected(document.error().message);
    if (stringAt(*document, {"apiVersion"}) != "audit.k8s.io/v1" || stringAt(*document, {"kind"}) != "Policy")
        return std::unexpected("not a Policy of audit.k8s.io/v1");
    const auto omitted = stagesAt(*document, "policy");
    if (!omitted)
        return std::unexpected(omitted.error());
    const bool omitManagedFields = api::boolAt(document->get_object(), {"omitManagedFields"});
    Policy policy;
    const Json* rules = api::find(*document, {"rules"});
    if (rules == nullptr || !rules->is_array() || rules->get_array().empty())
        return std::unexpected("the policy has no rules");
    for (const Json& entry : rules->get_array()) {
        auto rule = readRule(entry, std::format("rules[{}]", policy.rules_.size()));
        if (!rule)
            return std::unexpected(rule.error());
        rule->verdict.omittedStages |= *omitted;
        const Json* own = api::find(entry, {"omitManagedFields"});
        rule->verdict.omitManagedFields = own != nullptr && own->is_bool() ? own->get_bool() : omitManagedFields;
        policy.rules_.push_back(std::move(*rule));
    }
    return policy;
}

Verdict Policy::judge(const RequestInfo& info, const User* user) const {
    for (const Rule& rule : rules_)
        if (fits(rule, info, user))
            return rule.verdict;
    return {};
}

bool Policy::fits(const Rule& rule, const RequestInfo& info, const User* user) {
    if (user != nullptr && ((!rule.users.empty() && !has(rule.users, user->name)) ||
                            (!rule.groups.empty() && !hasAny(rule.groups, user->groups))))
        return false;
    if (!rule.verbs.empty() && !has(rule.verbs, info.verb))
        return false;
    if (!rule.namespaces.empty() || !rule.resources.empty())
        return info.isResource && fitsResource(rule, info);
    return rule.urls.empty() || (!info.isResource && std::ranges::any_of(rule.urls, [&](const std::string& url) {
               return urlFits(url, info.path);
           }));
}

bool Policy::fitsResource(const Rule& rule, const RequestInfo& info) {
    if (!rule.namespaces.empty() && !has(rule.namespaces, namespaceOf(info)))
        return false;
    return rule.resources.empty() || std::ranges::any_of(rule.resources, [&](const Resources& one) {
               if (one.group != info.group)
                   return false;
               return one.resources.empty() || ((one.names.empty() || has(one.names, info.name)) &&
                                                std::ranges::any_of(one.resources, [&](const std::string& pattern) {
                                                    return resourceFits(pattern, info);
                                                }));
           });
}

} // namespace slipway::apiserver::audit
