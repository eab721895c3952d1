#include "cluster/apiserver/admission/plugins.h"
#include "cluster/apiserver/admission/pod_resources.h"

#include <algorithm>
#include <array>
#include <set>

namespace slipway::apiserver::admission {
namespace {

using api::Json;
using api::JsonObject;
using api::stringAt;

constexpr std::string_view userPrefix = "system:node:";

/// The node a request comes from; nothing when it comes from somebody else.
std::optional<std::string> sendingNode(const User& user) {
    if (std::ranges::find(user.groups, "system:nodes") == user.groups.end() || !user.name.starts_with(userPrefix))
        return {};
    return user.name.substr(userPrefix.size());
}

/// Labels a node may give itself among those under Kubernetes' own domains. Beyond Kubernetes' own list it may say that
/// it carries the control plane: here nobody else labels nodes when a cluster is made.
bool nodeMaySet(std::string_view key) {
    static constexpr std::array<std::string_view, 16> known{
        "node-role.kubernetes.io/control-plane",
        "kubernetes.io/hostname",
        "topology.kubernetes.io/zone",
        "topology.kubernetes.io/region",
        "failure-domain.beta.kubernetes.io/zone",
        "failure-domain.beta.kubernetes.io/region",
        "failure-domain.kubernetes.io/zone",
        "failure-domain.kubernetes.io/region",
        "beta.kubernetes.io/instance-type",
        "node.kubernetes.io/instance-type",
        "beta.kubernetes.io/os",
        "kubernetes.io/os",
        "beta.kubernetes.io/arch",
        "kubernetes.io/arch",
        "node.kubernetes.io/windows-build",
        "beta.kubernetes.io/fluentd-ds-ready",
    };
    const std::string_view domain = key.substr(0, key.find('/') == key.npos ? 0 : key.find('/'));
    const auto below = [&](std::string_view parent) {
        return domain == parent || (domain.ends_with(parent) && domain[domain.size() - parent.size() - 1] == '.');
    };
    if (below("node-restriction.kubernetes.io"))
        return false;
    if (!below("kubernetes.io") && !below("k8s.io"))
        return true;
    return std::ranges::find(known, key) != known.end() || below("kubelet.kubernetes.io") ||
           below("node.kubernetes.io");
}

const JsonObject& labelsOf(const JsonObject* object) {
    static const JsonObject none;
    const Json* labels = object == nullptr ? nullptr : api::find(*object, {"metadata", "labels"});
    return labels != nullptr && labels->is_object() ? labels->get_object() : none;
}

/// The labels a request changes and a node may not, sorted.
std::string forbiddenLabels(const Request& request) {
    const JsonObject &before = labelsOf(request.before), &after = labelsOf(&request.object);
    std::set<std::string> changed;
    for (const auto& [key, value] : after)
        if (const Json* old = before.if_contains(key); old == nullptr || *old != value)
            changed.emplace(key);
    for (const auto& [key, value] : before)
        if (!after.contains(key))
            changed.emplace(key);
    std::string text;
    for (const std::string& key : changed)
        if (!nodeMaySet(key))
            text += (text.empty() ? "" : ", ") + key;
    return text;
}

Refusal judgeNode(const Request& request, const std::string& node) {
    if (request.name() != node)
        return refuse(request, "node {} is not allowed to modify node {}", quotedText(node),
                      quotedText(request.name()));
    if (const std::string labels = forbiddenLabels(request); !labels.empty())
        return refuse(request, "is not allowed to {} the following labels: {}",
                      request.operation == Operation::create ? "set" : "modify", labels);
    if (request.operation != Operation::update)
        return {};
    const auto same = [&](std::initializer_list<std::string_view> path) {
        const Json *old = api::find(*request.before, path), *now = api::find(request.object, path);
        return (old == nullptr ? Json() : *old) == (now == nullptr ? Json() : *now);
    };
    if (request.subresource.empty() && !same({"spec", "taints"}))
        return refuse(request, "node {} is not allowed to modify taints", quotedText(node));
    if (!same({"metadata", "ownerReferences"}))
        return refuse(request, "node {} is not allowed to modify ownerReferences", quotedText(node));
    return {};
}

/// What a mirror pod may not take out of the cluster; empty: nothing.
std::string_view referenceOf(const JsonObject& pod) {
    const JsonObject* spec = podSpecOf(pod);
    if (spec == nullptr)
        return {};
    if (!stringAt(*spec, {"serviceAccountName"}).empty())
        return "a service account";
    std::string_view found;
    const auto see = [&](const Json* value, std::string_view what) {
        if (value != nullptr && found.empty())
            found = what;
    };
    if (const Json* volumes = spec->if_contains("volumes"); volumes != nullptr && volumes->is_array())
        for (const Json& volume : volumes->get_array()) {
            see(api::find(volume, {"secret"}), "secrets");
            see(api::find(volume, {"configMap"}), "configmaps");
            see(api::find(volume, {"persistentVolumeClaim"}), "persistentvolumeclaims");
            if (const Json* sources = api::find(volume, {"projected", "sources"});
                sources != nullptr && sources->is_array())
                for (const Json& source : sources->get_array()) {
                    see(api::find(source, {"secret"}), "secrets");
                    see(api::find(source, {"configMap"}), "configmaps");
                }
        }
    eachContainer(*spec, {"containers", "initContainers"}, [&](const JsonObject& container, std::string_view) {
        for (std::string_view member : {"env", "envFrom"})
            if (const Json* list = container.if_contains(member); list != nullptr && list->is_array())
                for (const Json& entry : list->get_array()) {
                    see(api::find(entry, {"valueFrom", "secretKeyRef"}), "secrets");
                    see(api::find(entry, {"secretRef"}), "secrets");
                    see(api::find(entry, {"valueFrom", "configMapKeyRef"}), "configmaps");
                    see(api::find(entry, {"configMapRef"}), "configmaps");
                }
    });
    return found;
}

Refusal judgeOwner(const Request& request, const std::string& node, const ClusterState& cluster) {
    const Json* owners = api::find(request.object, {"metadata", "ownerReferences"});
    if (owners == nullptr || !owners->is_array() || owners->get_array().empty())
        return {};
    const Json& owner = owners->get_array()[0];
    if (owners->get_array().size() > 1 || stringAt(owner, {"apiVersion"}) != "v1" ||
        stringAt(owner, {"kind"}) != "Node" || stringAt(owner, {"name"}) != node)
        return refuse(request, "node {} can only create pods with an owner reference set to itself", quotedText(node));
    if (!api::boolAt(owner.get_object(), {"controller"}))
        return refuse(request, "node {} can only create pods with a controller owner reference set to itself",
                      quotedText(node));
    if (api::boolAt(owner.get_object(), {"blockOwnerDeletion"}))
        return refuse(request, "node {} must not set blockOwnerDeletion on an owner reference", quotedText(node));
    const auto known = cluster.find("", "nodes", {}, node);
    const std::string_view uid = stringAt(owner, {"uid"});
    if (known && stringAt(*known, {"metadata", "uid"}) != uid)
        return refuse(request, "node {} UID mismatch: expected {} got {}", node, uid,
                      stringAt(*known, {"metadata", "uid"}));
    return {};
}

Refusal judgePod(const Request& request, const std::string& node, const ClusterState& cluster) {
    const std::string_view bound =
        stringAt(request.before != nullptr ? *request.before : request.object, {"spec", "nodeName"});
    if (request.operation == Operation::remove)
        return bound == node
                   ? Refusal()
                   : refuse(request, "node {} can only delete pods with spec.nodeName set to itself", quotedText(node));
    if (request.operation == Operation::update) {
        if (request.subresource == "status" && bound != node)
            return refuse(request, "node {} can only update pod status for pods with spec.nodeName set to itself",
                          quotedText(node));
        if (request.subresource == "status" && labelsOf(request.before) != labelsOf(&request.object))
            return refuse(request, "node {} cannot update labels through pod status", quotedText(node));
        return {};
    }
    if (api::find(request.object, {"metadata", "annotations", "kubernetes.io/config.mirror"}) == nullptr)
        return refuse(request,
                      "pod does not have \"kubernetes.io/config.mirror\" annotation, node {} can only create mirror "
                      "pods",
                      quotedText(node));
    if (bound != node)
        return refuse(request, "node {} can only create pods with spec.nodeName set to itself", quotedText(node));
    if (auto refusal = judgeOwner(request, node, cluster))
        return refusal;
    if (const std::string_view what = referenceOf(request.object); !what.empty())
        return refuse(request, "node {} can not create pods that reference {}", quotedText(node), what);
    return {};
}

Refusal judgeLease(const Request& request, const std::string& node) {
    if (request.ns() != "kube-node-lease")
        return refuse(request, "can only access leases in the \"kube-node-lease\" system namespace");
    if (request.name() != node)
        return refuse(request, "can only access node lease with the same name as the requesting node");
    return {};
}

} // namespace

Refusal nodeRestriction(Request& request, const ClusterState& cluster) {
    const auto node = sendingNode(request.user);
    if (!node)
        return {};
    const std::string_view group = request.resource.group, name = request.resource.name;
    if (group.empty() && name == "pods")
        return judgePod(request, *node, cluster);
    if (group.empty() && name == "nodes")
        return judgeNode(request, *node);
    if (group == "coordination.k8s.io" && name == "leases")
        return judgeLease(request, *node);
    if (group == "storage.k8s.io" && name == "csinodes" && request.name() != *node)
        return refuse(request, "node {} can only access CSINode with same name as node", quotedText(*node));
    return {};
}

Refusal taintNodesByCondition(Request& request, const ClusterState&) {
    if (!request.creates("nodes"))
        return {};
    constexpr std::string_view key = "node.kubernetes.io/not-ready";
    Json& taints = api::objectAt(request.object, {"spec"})["taints"];
    if (!taints.is_array())
        taints.emplace_array();
    for (const Json& taint : taints.get_array())
        if (stringAt(taint, {"key"}) == key && stringAt(taint, {"effect"}) == "NoSchedule")
            return {};
    taints.get_array().push_back(JsonObject{{"key", key}, {"effect", "NoSchedule"}});
    return {};
}

} // namespace slipway::apiserver::admission
