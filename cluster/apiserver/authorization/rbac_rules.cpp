#include "cluster/apiserver/authorization/rbac_rules.h"

#include <algorithm>

namespace slipway::apiserver::authorization {

namespace {

constexpr std::string_view all = "*";

bool contains(const std::vector<std::string>& list, std::string_view text) {
    return std::ranges::find(list, text) != list.end();
}

bool containsOrAll(const std::vector<std::string>& list, std::string_view text) {
    return std::ranges::any_of(list, [&](std::string_view one) { return one == all || one == text; });
}

/// "pods" and "pods/log" are different resources; "*" is every one of both, "*/log" the subresource of any.
bool resourceFits(std::string_view pattern, const Attributes& attributes) {
    if (pattern == all)
        return true;
    const std::size_t slash = pattern.find('/');
    if (slash == pattern.npos)
        return attributes.subresource.empty() && pattern == attributes.resource;
    const std::string_view resource = pattern.substr(0, slash), subresource = pattern.substr(slash + 1);
    return !attributes.subresource.empty() && subresource == attributes.subresource &&
           (resource == all || resource == attributes.resource);
}

bool pathFits(std::string_view pattern, std::string_view path) {
    if (pattern.ends_with('*'))
        return path.starts_with(pattern.substr(0, pattern.size() - 1));
    return pattern == path;
}

} // namespace

bool ruleAllows(const api::rbac_v1::PolicyRule& rule, const Attributes& attributes) {
    if (!containsOrAll(rule.verbs, attributes.verb))
        return false;
    if (!attributes.isResourceRequest())
        return std::ranges::any_of(rule.nonResourceURLs, [&](std::string_view pattern) {
            return pathFits(pattern, attributes.nonResourcePath);
        });
    return containsOrAll(rule.apiGroups, attributes.group) &&
           std::ranges::any_of(rule.resources,
                               [&](std::string_view pattern) { return resourceFits(pattern, attributes); }) &&
           (rule.resourceNames.empty() || contains(rule.resourceNames, attributes.name));
}

bool rulesAllow(const std::vector<api::rbac_v1::PolicyRule>& rules, const Attributes& attributes) {
    return std::ranges::any_of(rules, [&](const auto& rule) { return ruleAllows(rule, attributes); });
}

} // namespace slipway::apiserver::authorization
