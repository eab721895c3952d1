#include "cluster/apiserver/flow_schemas.h"

#include "cluster/apiserver/json_lists.h"

#include <algorithm>
#include <format>

namespace slipway::apiserver {
namespace {

using api::Json;
using api::JsonArray;
using api::stringAt;

constexpr auto readEvery = std::chrono::seconds(2);

std::int64_t numberAt(const Json& value, std::initializer_list<std::string_view> path, std::int64_t otherwise) {
    const Json* found = api::find(value, path);
    return found != nullptr && found->is_int64() ? found->get_int64() : otherwise;
}

bool names(const JsonArray& list, std::string_view wanted) {
    return std::ranges::any_of(list, [&](const Json& one) {
        return one.is_string() && (api::view(one.get_string()) == "*" || api::view(one.get_string()) == wanted);
    });
}

bool isGroupMember(const User& user, std::string_view group) {
    return group == "*" || std::ranges::find(user.groups, group) != user.groups.end();
}

bool matchesSubject(const Json& subject, const User& user) {
    const std::string_view kind = stringAt(subject, {"kind"});
    if (kind == "User") {
        const std::string_view name = stringAt(subject, {"user", "name"});
        return name == "*" || name == user.name;
    }
    if (kind == "Group")
        return isGroupMember(user, stringAt(subject, {"group", "name"}));
    const std::string prefix =
        std::format("system:serviceaccount:{}:", stringAt(subject, {"serviceAccount", "namespace"}));
    const std::string_view name = stringAt(subject, {"serviceAccount", "name"});
    return user.name.starts_with(prefix) && (name == "*" || std::string_view(user.name).substr(prefix.size()) == name);
}

bool matchesPath(const JsonArray& urls, std::string_view path) {
    return std::ranges::any_of(urls, [&](const Json& one) {
        std::string_view url = one.is_string() ? api::view(one.get_string()) : std::string_view();
        if (!url.ends_with('*'))
            return url == path;
        url.remove_suffix(1);
        return path.starts_with(url);
    });
}

bool matchesResource(const Json& rule, const RequestInfo& info) {
    const std::string resource = info.subresource.empty() ? info.resource : info.resource + "/" + info.subresource;
    if (!names(listAt(rule, {"verbs"}), info.verb) || !names(listAt(rule, {"apiGroups"}), info.group) ||
        !names(listAt(rule, {"resources"}), resource))
        return false;
    const Json* clusterScope = api::find(rule, {"clusterScope"});
    return info.ns.empty() ? clusterScope != nullptr && clusterScope->is_bool() && clusterScope->get_bool()
                           : names(listAt(rule, {"namespaces"}), info.ns);
}

bool matches(const Json& schema, const RequestInfo& info, const User& user) {
    return std::ranges::any_of(listAt(schema, {"spec", "rules"}), [&](const Json& rule) {
        const bool subject =
            std::ranges::any_of(listAt(rule, {"subjects"}), [&](const Json& one) { return matchesSubject(one, user); });
        if (!subject)
            return false;
        if (info.isResource)
            return std::ranges::any_of(listAt(rule, {"resourceRules"}),
                                       [&](const Json& one) { return matchesResource(one, info); });
        return std::ranges::any_of(listAt(rule, {"nonResourceRules"}), [&](const Json& one) {
            return names(listAt(one, {"verbs"}), info.verb) && matchesPath(listAt(one, {"nonResourceURLs"}), info.path);
        });
    });
}

PriorityLevel levelOf(const Json& object) {
    PriorityLevel level;
    level.name = stringAt(object, {"metadata", "name"});
    level.uid = stringAt(object, {"metadata", "uid"});
    level.exempt = stringAt(object, {"spec", "type"}) == "Exempt";
    level.shares = static_cast<double>(numberAt(object, {"spec", "limited", "nominalConcurrencyShares"}, 30));
    level.queues = stringAt(object, {"spec", "limited", "limitResponse", "type"}) != "Reject";
    level.queueLength = static_cast<std::size_t>(std::max<std::int64_t>(
        1, numberAt(object, {"spec", "limited", "limitResponse", "queuing", "queueLengthLimit"}, 50)));
    return level;
}

std::vector<Json> objectsOf(const WatchCache& cache, std::string_view name) {
    std::vector<Json> list;
    const api::Resource* resource = api::findResource("flowcontrol.apiserver.k8s.io", "v1", name);
    if (resource == nullptr)
        return list;
    for (const CachedObject& cached : cache.of(*resource).list(WatchCache::key(*resource), Selection()))
        if (auto parsed = api::parseJson(*cached.bytes))
            list.push_back(std::move(*parsed));
    return list;
}

} // namespace

struct FlowSchemas::Rules {
    std::vector<Json> schemas; ///< by precedence
    std::map<std::string, PriorityLevel, std::less<>> levels;
};

std::shared_ptr<const FlowSchemas::Rules> FlowSchemas::current() const {
    std::lock_guard lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    if (rules_ && now < readAt_ + readEvery)
        return rules_;
    auto rules = std::make_shared<Rules>();
    rules->schemas = objectsOf(cache_, "flowschemas");
    std::ranges::sort(rules->schemas, {}, [](const Json& schema) {
        return std::pair(numberAt(schema, {"spec", "matchingPrecedence"}, 10'000),
                         std::string(stringAt(schema, {"metadata", "name"})));
    });
    for (const Json& object : objectsOf(cache_, "prioritylevelconfigurations")) {
        PriorityLevel level = levelOf(object);
        rules->levels.emplace(level.name, std::move(level));
    }
    readAt_ = now;
    return rules_ = std::move(rules);
}

FlowSchemas::Match FlowSchemas::match(const RequestInfo& info, const User& user) const {
    const auto rules = current();
    for (const Json& schema : rules->schemas) {
        const auto level = rules->levels.find(stringAt(schema, {"spec", "priorityLevelConfiguration", "name"}));
        if (level == rules->levels.end() || !matches(schema, info, user))
            continue;
        Match match;
        match.schema = stringAt(schema, {"metadata", "name"});
        match.schemaUid = stringAt(schema, {"metadata", "uid"});
        match.levelUid = level->second.uid;
        const std::string_view by = stringAt(schema, {"spec", "distinguisherMethod", "type"});
        match.place = {level->first, std::format("{}/{}", match.schema,
                                                 by == "ByNamespace" ? info.ns
                                                 : by == "ByUser"    ? user.name
                                                                     : "")};
        return match;
    }
    return {{}, {}, {}, {{}, user.name}};
}

std::vector<PriorityLevel> FlowSchemas::levels() const {
    std::vector<PriorityLevel> list;
    for (const auto& [name, level] : current()->levels)
        list.push_back(level);
    return list;
}

} // namespace slipway::apiserver
