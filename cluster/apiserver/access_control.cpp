#include "cluster/apiserver/access_control.h"

#include "cluster/apiserver/authorization/bound_pods.h"
#include "cluster/apiserver/authorization/rbac_authorizer.h"
#include "cluster/base/log.h"

#include <algorithm>
#include <array>
#include <mutex>

namespace slipway::apiserver {
namespace {

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

} // namespace

class AccessControl::Rules {
public:
    explicit Rules(WatchCache& cache)
        : rbac_(std::make_shared<authz::RbacAuthorizer>())
        , chain_({std::make_shared<authz::NodeAuthorizer>(std::make_shared<authz::BoundPods>(cache)), rbac_}) {
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
    const authz::RbacAuthorizer& rbac() {
        followRoles();
        return *rbac_;
    }

private:
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

authz::Decision AccessControl::decide(const authz::Attributes& attributes) const {
    return rules_->decide(attributes);
}

std::vector<api::rbac_v1::PolicyRule> AccessControl::rulesFor(const User& user, const std::string& ns) const {
    return rules_->rbac().rulesFor(user.name, user.groups, ns);
}

std::optional<std::vector<api::rbac_v1::PolicyRule>>
AccessControl::rulesOf(const std::string& kind, const std::string& ns, const std::string& name) const {
    return rules_->rbac().rulesOf(kind, ns, name);
}

std::optional<api::Status> AccessControl::refuse(const RequestInfo& info, const User& user, std::string* reason) const {
    if (isPublic(info))
        return {};
    const authz::Attributes attributes = attributesOf(info, user);
    const authz::Decision decision = user.anonymous() ? authz::Decision() : rules_->decide(attributes);
    if (reason != nullptr)
        *reason = decision.reason;
    if (decision.verdict == authz::Verdict::allowed)
        return {};
    api::Status status;
    status.code = 403;
    status.reason = "Forbidden";
    status.message = authz::forbiddenMessage(attributes, decision.reason);
    status.name = info.name;
    status.group = info.group;
    status.kind = info.resource;
    return status;
}

} // namespace slipway::apiserver
