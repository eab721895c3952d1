#include "cluster/apiserver/access_control.h"

#include "cluster/apiserver/authorization/node_authorizer.h"
#include "cluster/apiserver/authorization/rbac_authorizer.h"
#include "cluster/base/log.h"
#include "cluster/base/time.h"

#include <algorithm>
#include <array>
#include <format>

namespace slipway::apiserver {
namespace {

using api::Json;
using api::JsonArray;
using api::JsonObject;
using api::stringAt;
namespace authz = authorization;

constexpr std::array<std::string_view, 4> policyResources{"clusterroles", "roles", "clusterrolebindings",
                                                          "rolebindings"};

/// Health and version are everybody's business.
bool isPublic(const RequestInfo& info) {
    static constexpr std::array<std::string_view, 4> paths{"/readyz", "/livez", "/healthz", "/version"};
    return !info.isResource && std::ranges::any_of(paths, [&](std::string_view path) {
        return info.path == path || (info.path.starts_with(path) && info.path[path.size()] == '/');
    });
}

authz::Attributes attributesOf(const RequestInfo& info, const User& user) {
    authz::Attributes attributes;
    attributes.user = user.name;
    attributes.groups = user.groups;
    attributes.verb = info.verb;
    if (!info.isResource) {
        attributes.nonResourcePath = info.path;
        return attributes;
    }
    attributes.group = info.group;
    attributes.version = info.version;
    attributes.resource = info.resource;
    attributes.subresource = info.subresource;
    attributes.name = info.name;
    // A namespace's own requests are judged inside it, so that a role there can allow them.
    attributes.ns = info.resource == "namespaces" && !info.name.empty() ? info.name : info.ns;
    return attributes;
}

JsonArray words(const std::vector<std::string>& list) {
    JsonArray array;
    for (const std::string& word : list)
        array.emplace_back(word);
    return array;
}

std::vector<std::string> stringsAt(const JsonObject& object, std::initializer_list<std::string_view> path) {
    std::vector<std::string> list;
    if (const Json* found = api::find(object, path); found != nullptr && found->is_array())
        for (const Json& item : found->get_array())
            if (item.is_string())
                list.emplace_back(api::view(item.get_string()));
    return list;
}

/// The request a SubjectAccessReview asks about.
authz::Attributes reviewedRequest(const JsonObject& body) {
    authz::Attributes attributes;
    if (const Json* path = api::find(body, {"spec", "nonResourceAttributes"}); path != nullptr && path->is_object()) {
        attributes.nonResourcePath = stringAt(*path, {"path"});
        attributes.verb = stringAt(*path, {"verb"});
        return attributes;
    }
    const auto text = [&](std::string_view member) {
        return std::string(stringAt(body, {"spec", "resourceAttributes", member}));
    };
    attributes.ns = text("namespace");
    attributes.verb = text("verb");
    attributes.group = text("group");
    attributes.version = text("version");
    attributes.resource = text("resource");
    attributes.subresource = text("subresource");
    attributes.name = text("name");
    return attributes;
}

} // namespace

class AccessControl::Rules {
public:
    explicit Rules(WatchCache& cache)
        : rbac_(std::make_shared<authz::RbacAuthorizer>())
        , chain_({std::make_shared<authz::NodeAuthorizer>(
                      [&cache](const std::string& ns, const std::string& pod) { return nodeOfPod(cache, ns, pod); }),
                  rbac_}) {
        for (std::string_view name : policyResources) {
            const api::Resource& resource = *api::findResource("rbac.authorization.k8s.io", "v1", name);
            ResourceCache::WatchStart start;
            start.from = ResourceCache::From::initialState;
            queues_.emplace_back(name, cache.of(resource).watch({}, start, cache.revision()));
        }
    }

    authz::Decision decide(const authz::Attributes& attributes) {
        followRoles();
        return chain_.authorize(attributes);
    }
    std::vector<api::rbac_v1::PolicyRule> rulesFor(const User& user, const std::string& ns) {
        followRoles();
        return rbac_->rulesFor(user.name, user.groups, ns);
    }

private:
    static std::optional<std::string> nodeOfPod(WatchCache& cache, const std::string& ns, const std::string& pod) {
        const api::Resource& pods = *api::findResource("", "v1", "pods");
        const auto found = cache.of(pods).get(WatchCache::key(pods, ns, pod));
        if (!found)
            return {};
        for (const auto& [field, value] : found->attributes->fields)
            if (field == "spec.nodeName" && !value.empty())
                return value;
        return {};
    }

    /// Takes in what has changed since the last request: a role that was acknowledged counts from the next request on.
    void followRoles() {
        std::lock_guard lock(mutex_);
        for (auto& [name, queue] : queues_) {
            bool overflowed = false;
            for (const WatchQueue::Item& item : queue->take(overflowed))
                take(name, item);
        }
    }

    void take(std::string_view resource, const WatchQueue::Item& item) {
        const CachedObject& object = item.event->object;
        if (item.type == WatchEventType::deleted) {
            rbac_->remove(resource, object.attributes->ns, object.attributes->name);
            return;
        }
        const auto parsed = api::parseJson(*object.bytes);
        if (!parsed || !parsed->is_object())
            return;
        if (auto done = rbac_->upsert(resource, parsed->get_object()); !done)
            base::warn("access", "{} {} grants nothing: {}", resource, object.attributes->name, done.error().message);
    }

    std::mutex mutex_;
    std::vector<std::pair<std::string_view, std::shared_ptr<WatchQueue>>> queues_;
    std::shared_ptr<authz::RbacAuthorizer> rbac_;
    authz::AuthorizerChain chain_;
};

AccessControl::AccessControl(WatchCache& cache) : rules_(std::make_unique<Rules>(cache)) {}
AccessControl::~AccessControl() = default;

std::optional<api::Status> AccessControl::refuse(const RequestInfo& info, const User& user) const {
    if (isPublic(info))
        return {};
    const authz::Attributes attributes = attributesOf(info, user);
    if (!user.anonymous() && rules_->decide(attributes).verdict == authz::Verdict::allowed)
        return {};
    api::Status status;
    status.code = 403;
    status.reason = "Forbidden";
    status.message = authz::forbiddenMessage(attributes);
    status.name = info.name;
    status.group = info.group;
    status.kind = info.resource;
    return status;
}

std::optional<api::Status> AccessControl::impersonate(const Request& request, User& user) const {
    constexpr std::string_view accountPrefix = "system:serviceaccount:";
    const auto refuseAs = [&](std::string_view resource, std::string_view ns,
                              std::string_view name) -> std::optional<api::Status> {
        RequestInfo info;
        info.isResource = true;
        info.verb = "impersonate";
        info.version = "v1";
        info.resource = resource;
        info.ns = ns;
        info.name = name;
        return refuse(info, user);
    };
    if (request.impersonateUser.empty())
        return api::badRequest("requested impersonation of groups without impersonating a user");
    User other;
    other.name = request.impersonateUser;
    other.groups = request.impersonateGroups;
    if (other.name.starts_with(accountPrefix)) {
        const std::string_view rest = std::string_view(other.name).substr(accountPrefix.size());
        const std::string ns(rest.substr(0, rest.find(':')));
        if (auto refusal = refuseAs("serviceaccounts", ns, rest.substr(std::min(rest.size(), ns.size() + 1))))
            return refusal;
        if (other.groups.empty())
            other.groups = {"system:serviceaccounts", "system:serviceaccounts:" + ns};
    } else if (auto refusal = refuseAs("users", {}, other.name)) {
        return refusal;
    }
    for (const std::string& group : request.impersonateGroups)
        if (auto refusal = refuseAs("groups", {}, group))
            return refusal;
    if (!other.anonymous() && std::ranges::find(other.groups, "system:authenticated") == other.groups.end())
        other.groups.emplace_back("system:authenticated");
    user = std::move(other);
    return {};
}

Answer AccessControl::review(const RequestInfo& info, const api::Resource& resource, JsonObject body,
                             const User& user) const {
    body["kind"] = resource.kind;
    body["apiVersion"] = std::format("{}/{}", resource.group, resource.version);
    api::objectAt(body, {"metadata"});
    if (resource.name == "selfsubjectreviews") {
        JsonObject who{{"username", user.name}, {"groups", words(user.groups)}};
        if (!user.uid.empty())
            who["uid"] = user.uid;
        body["status"] = JsonObject{{"userInfo", std::move(who)}};
        return replyWith(body, 201);
    }
    if (resource.name == "selfsubjectrulesreviews") {
        JsonArray resourceRules, pathRules;
        for (const auto& rule : rules_->rulesFor(user, std::string(stringAt(body, {"spec", "namespace"}))))
            (rule.nonResourceURLs.empty() ? resourceRules : pathRules).push_back(api::toJson(rule));
        body["status"] = JsonObject{{"resourceRules", std::move(resourceRules)},
                                    {"nonResourceRules", std::move(pathRules)},
                                    {"incomplete", false}};
        return replyWith(body, 201);
    }
    if (!resource.name.ends_with("subjectaccessreviews") && !resource.name.ends_with("accessreviews"))
        return replyWith(api::unknownPath());
    authz::Attributes attributes = reviewedRequest(body);
    const bool self = resource.name == "selfsubjectaccessreviews";
    attributes.user = self ? user.name : std::string(stringAt(body, {"spec", "user"}));
    attributes.groups = self ? user.groups : stringsAt(body, {"spec", "groups"});
    if (resource.name == "localsubjectaccessreviews" && attributes.ns != info.ns)
        return replyWith(api::badRequest("spec.resourceAttributes.namespace must match metadata.namespace"));
    const authz::Decision decision = rules_->decide(attributes);
    JsonObject status{{"allowed", decision.verdict == authz::Verdict::allowed}};
    if (!decision.reason.empty())
        status["reason"] = decision.reason;
    body["status"] = std::move(status);
    return replyWith(body, 201);
}

} // namespace slipway::apiserver
