#include "cluster/controllers/garbage_collector/ownership_graph.h"

#include <algorithm>

namespace slipway::controllers {

using api::meta_v1::OwnerReference;

const OwnerReference* referenceTo(const OwnershipGraph::Node& node, const std::string& ownerUid) {
    const auto found = std::ranges::find(node.owners, ownerUid, &OwnerReference::uid);
    return found == node.owners.end() ? nullptr : &*found;
}

std::vector<std::string> OwnershipGraph::put(const client::ResourceRef& resource,
                                             const api::meta_v1::ObjectMeta& metadata) {
    const auto has = [&](const char* finalizer) {
        return std::ranges::find(metadata.finalizers, finalizer) != metadata.finalizers.end();
    };
    Node node{resource,
              metadata.namespace_,
              metadata.name,
              metadata.ownerReferences,
              !metadata.deletionTimestamp.empty(),
              !metadata.deletionTimestamp.empty() && has("foregroundDeletion"),
              !metadata.deletionTimestamp.empty() && has("orphan")};
    std::lock_guard lock(mutex_);
    std::vector<std::string> todo;
    if (const auto old = nodes_.find(metadata.uid); old != nodes_.end()) {
        for (const OwnerReference& owner : old->second.owners)
            if (const auto list = dependents_.find(owner.uid); list != dependents_.end()) {
                list->second.erase(metadata.uid);
                if (list->second.empty())
                    dependents_.erase(list);
            }
        // An owner that waits for its dependents may have waited for this reference.
        if (old->second.owners != node.owners)
            for (const OwnerReference& owner : old->second.owners)
                todo.push_back(owner.uid);
    }
    for (const OwnerReference& owner : node.owners)
        dependents_[owner.uid].insert(metadata.uid);
    const auto more = concerned(metadata.uid, node);
    todo.insert(todo.end(), more.begin(), more.end());
    nodes_[metadata.uid] = std::move(node);
    return todo;
}

/// Itself when it has to be deleted or finished, its dependents when they have to follow it.
std::vector<std::string> OwnershipGraph::concerned(const std::string& uid, const Node& node) const {
    std::vector<std::string> todo;
    const bool bereft = std::ranges::any_of(node.owners, [&](const OwnerReference& owner) {
        const auto found = nodes_.find(owner.uid);
        return found == nodes_.end() || found->second.foreground ||
               (!found->second.ns.empty() && found->second.ns != node.ns);
    });
    if (node.foreground || node.orphaning || (bereft && !node.deleting))
        todo.push_back(uid);
    if (node.deleting && bereft)
        for (const OwnerReference& owner : node.owners)
            todo.push_back(owner.uid);
    if (node.foreground)
        if (const auto list = dependents_.find(uid); list != dependents_.end())
            todo.insert(todo.end(), list->second.begin(), list->second.end());
    return todo;
}

std::vector<std::string> OwnershipGraph::erase(const std::string& uid) {
    std::lock_guard lock(mutex_);
    std::vector<std::string> todo;
    if (const auto found = nodes_.find(uid); found != nodes_.end()) {
        for (const OwnerReference& owner : found->second.owners) {
            if (const auto list = dependents_.find(owner.uid); list != dependents_.end()) {
                list->second.erase(uid);
                if (list->second.empty())
                    dependents_.erase(list);
            }
            todo.push_back(owner.uid);
        }
        nodes_.erase(found);
    }
    if (const auto list = dependents_.find(uid); list != dependents_.end())
        todo.insert(todo.end(), list->second.begin(), list->second.end());
    return todo;
}

std::optional<OwnershipGraph::Node> OwnershipGraph::find(const std::string& uid) const {
    std::lock_guard lock(mutex_);
    const auto found = nodes_.find(uid);
    return found == nodes_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<std::pair<std::string, OwnershipGraph::Node>> OwnershipGraph::dependentsOf(const std::string& uid) const {
    std::lock_guard lock(mutex_);
    std::vector<std::pair<std::string, Node>> found;
    if (const auto list = dependents_.find(uid); list != dependents_.end())
        for (const std::string& dependent : list->second)
            if (const auto node = nodes_.find(dependent); node != nodes_.end())
                found.emplace_back(dependent, node->second);
    return found;
}

} // namespace slipway::controllers
