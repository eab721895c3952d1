#include "cluster/apiserver/authorization/rule_cover.h"

#include <algorithm>
#include <format>

namespace slipway::apiserver::authorization {
namespace {

using Rule = api::rbac_v1::PolicyRule;
using Words = std::vector<std::string>;

bool has(const Words& list, const std::string& word) {
    return std::ranges::find(list, word) != list.end();
}

/// One verb on one thing.
std::vector<Rule> breakDown(const Rule& rule) {
    std::vector<Rule> parts;
    for (const std::string& verb : rule.verbs) {
        for (const std::string& path : rule.nonResourceURLs) {
            Rule part;
            part.verbs = {verb};
            part.nonResourceURLs = {path};
            parts.push_back(std::move(part));
        }
        for (const std::string& group : rule.apiGroups)
            for (const std::string& resource : rule.resources) {
                Rule part;
                part.verbs = {verb};
                part.apiGroups = {group};
                part.resources = {resource};
                if (rule.resourceNames.empty())
                    parts.push_back(part);
                for (const std::string& name : rule.resourceNames) {
                    part.resourceNames = {name};
                    parts.push_back(part);
                }
            }
    }
    return parts;
}

/// "*" covers everything, "*/status" that subresource of everything.
bool coversResource(const Words& owned, const std::string& wanted) {
    if (has(owned, "*") || has(owned, wanted))
        return true;
    const std::size_t slash = wanted.find('/');
    return slash != std::string::npos && has(owned, "*" + wanted.substr(slash));
}

bool coversPath(const Words& owned, const std::string& wanted) {
    return std::ranges::any_of(owned, [&](const std::string& path) {
        return path == wanted || (path.ends_with('*') && wanted.starts_with(path.substr(0, path.size() - 1)));
    });
}

bool covers(const Rule& owned, const Rule& part) {
    if (!has(owned.verbs, "*") && !has(owned.verbs, part.verbs[0]))
        return false;
    if (!part.nonResourceURLs.empty())
        return coversPath(owned.nonResourceURLs, part.nonResourceURLs[0]);
    return (has(owned.apiGroups, "*") || has(owned.apiGroups, part.apiGroups[0])) &&
           coversResource(owned.resources, part.resources[0]) &&
           (owned.resourceNames.empty() ||
            (!part.resourceNames.empty() && has(owned.resourceNames, part.resourceNames[0])));
}

bool sameThing(const Rule& a, const Rule& b) {
    return a.apiGroups == b.apiGroups && a.resources == b.resources && a.resourceNames == b.resourceNames &&
           a.nonResourceURLs == b.nonResourceURLs;
}

} // namespace

std::vector<Rule> uncovered(const std::vector<Rule>& owned, const std::vector<Rule>& wanted) {
    std::vector<Rule> missing;
    for (const Rule& rule : wanted)
        for (Rule& part : breakDown(rule)) {
            if (std::ranges::any_of(owned, [&](const Rule& own) { return covers(own, part); }))
                continue;
            const auto known = std::ranges::find_if(missing, [&](const Rule& other) { return sameThing(other, part); });
            if (known == missing.end())
                missing.push_back(std::move(part));
            else if (!has(known->verbs, part.verbs[0]))
                known->verbs.push_back(part.verbs[0]);
        }
    std::ranges::sort(missing, {}, printRule);
    return missing;
}

std::string printRule(const Rule& rule) {
    std::string text;
    const auto add = [&](std::string_view name, const Words& words) {
        if (words.empty())
            return;
        std::string list;
        for (const std::string& word : words)
            list += (list.empty() ? "\"" : " \"") + word + "\"";
        text += std::format("{}{}:[{}]", text.empty() ? "" : ", ", name, list);
    };
    add("APIGroups", rule.apiGroups);
    add("Resources", rule.resources);
    add("NonResourceURLs", rule.nonResourceURLs);
    add("ResourceNames", rule.resourceNames);
    add("Verbs", rule.verbs);
    return "{" + text + "}";
}

} // namespace slipway::apiserver::authorization
