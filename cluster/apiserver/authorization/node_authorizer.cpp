#include "cluster/apiserver/authorization/node_authorizer.h"

#include <algorithm>
#include <format>

namespace slipway::apiserver::authorization {

namespace {

constexpr std::string_view userPrefix = "system:node:";

enum class Reach {
    any,     ///< every object
    ownName, ///< the object with the node's name; creating, which names none, too
    ownLease,
    boundPod,
    referred ///< what a pod bound to the node refers to
};

struct NodeRule {
    std::string_view group, resource, subresource;
    std::string_view verbs; ///< separated by spaces
    Reach reach = Reach::any;
};

constexpr std::string_view reading = "get list watch";

constexpr NodeRule nodeRules[] = {
    {"", "pods", "", reading},
    {"", "services", "", reading},
    {"", "endpoints", "", reading},
    {"discovery.k8s.io", "endpointslices", "", reading},
    {"", "configmaps", "", reading, Reach::referred},
    {"", "secrets", "", reading, Reach::referred},
    {"", "nodes", "", reading},
    {"", "serviceaccounts", "", "get", Reach::referred},
    {"", "persistentvolumeclaims", "", "get", Reach::referred},
    {"", "persistentvolumeclaims", "status", "get update patch", Reach::referred},
    {"", "persistentvolumes", "", "get", Reach::referred},
    {"resource.k8s.io", "resourceclaims", "", "get", Reach::referred},
    {"resource.k8s.io", "resourceslices", "", "create get list watch update patch delete deletecollection"},
    {"node.k8s.io", "runtimeclasses", "", reading},
    {"storage.k8s.io", "csidrivers", "", reading},
    {"storage.k8s.io", "volumeattachments", "", "get", Reach::referred},
    {"storage.k8s.io", "csinodes", "", "create get update patch delete", Reach::ownName},
    {"", "nodes", "", "create update patch", Reach::ownName},
    {"", "nodes", "status", "update patch", Reach::ownName},
    {"", "pods", "", "create"}, // mirrors of static pods; admission sees to that
    {"", "pods", "status", "update patch", Reach::boundPod},
    {"", "pods", "", "delete", Reach::boundPod},
    {"", "pods", "eviction", "create", Reach::boundPod},
    {"", "events", "", "create update patch"},
    {"events.k8s.io", "events", "", "create update patch"},
    {"", "serviceaccounts", "token", "create", Reach::referred},
    {"coordination.k8s.io", "leases", "", "create get update patch delete", Reach::ownLease},
    {"certificates.k8s.io", "certificatesigningrequests", "", "create get list watch"},
    {"authentication.k8s.io", "tokenreviews", "", "create"},
    {"authorization.k8s.io", "subjectaccessreviews", "", "create"},
    {"authorization.k8s.io", "localsubjectaccessreviews", "", "create"},
};

bool hasWord(std::string_view words, std::string_view word) {
    while (!words.empty()) {
        const std::size_t end = std::min(words.find(' '), words.size());
        if (words.substr(0, end) == word)
            return true;
        words.remove_prefix(std::min(end + 1, words.size()));
    }
    return false;
}

bool isOwn(const Attributes& attributes, std::string_view node) {
    return attributes.name == node || (attributes.verb == "create" && attributes.name.empty());
}

bool inReach(Reach reach, const Attributes& attributes, const std::string& node, const NodeAuthorizer::Pods& pods) {
    switch (reach) {
    case Reach::any:
        return true;
    case Reach::ownName:
        return isOwn(attributes, node);
    case Reach::ownLease:
        return attributes.ns == "kube-node-lease" && isOwn(attributes, node);
    case Reach::boundPod:
        return pods.nodeOf(attributes.ns, attributes.name) == node;
    case Reach::referred:
        return !attributes.name.empty() && pods.refers(node, attributes.resource, attributes.ns, attributes.name);
    }
    return false;
}

} // namespace

NodeAuthorizer::NodeAuthorizer(std::shared_ptr<const Pods> pods) : pods_(std::move(pods)) {}

Decision NodeAuthorizer::authorize(const Attributes& attributes) const {
    if (!attributes.isResourceRequest() || !attributes.user.starts_with(userPrefix) ||
        attributes.user.size() == userPrefix.size() ||
        std::ranges::find(attributes.groups, "system:nodes") == attributes.groups.end())
        return {};
    const std::string node = attributes.user.substr(userPrefix.size());
    Decision decision;
    for (const NodeRule& rule : nodeRules) {
        if (rule.resource != attributes.resource || rule.group != attributes.group ||
            rule.subresource != attributes.subresource || !hasWord(rule.verbs, attributes.verb))
            continue;
        if (inReach(rule.reach, attributes, node, *pods_))
            return {Verdict::allowed, "a node's agent may do this"};
        if (rule.reach == Reach::referred)
            decision.reason = attributes.name.empty()
                                  ? "No Object name found"
                                  : std::format("no relationship found between node '{}' and this object", node);
    }
    return decision;
}

} // namespace slipway::apiserver::authorization
