#pragma once

#include "cluster/api/types/meta_v1.h"
#include "cluster/client/client.h"

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace slipway::controllers {

/// Who owns whom among all objects of the cluster: of each, its name, its owners and how it is being deleted.
/// Thread-safe.
class OwnershipGraph {
public:
    struct Node {
        client::ResourceRef resource;
        std::string ns, name;
        std::vector<api::meta_v1::OwnerReference> owners;
        bool deleting = false;
        bool foreground = false; ///< waits for its dependents (finalizer foregroundDeletion)
        bool orphaning = false;  ///< lets its dependents go (finalizer orphan)
    };

    /// Takes in an object's present state. The uids that are to be looked at because of it.
    std::vector<std::string> put(const client::ResourceRef& resource, const api::meta_v1::ObjectMeta& metadata);
    /// The object is gone.
    std::vector<std::string> erase(const std::string& uid);

    std::optional<Node> find(const std::string& uid) const;
    /// The objects that name it as an owner, by uid.
    std::vector<std::pair<std::string, Node>> dependentsOf(const std::string& uid) const;

private:
    std::vector<std::string> concerned(const std::string& uid, const Node& node) const;

    mutable std::mutex mutex_;
    std::map<std::string, Node> nodes_;                       ///< by uid
    std::map<std::string, std::set<std::string>> dependents_; ///< owner's uid to theirs
};

/// The reference by which @p node names that owner, or null.
const api::meta_v1::OwnerReference* referenceTo(const OwnershipGraph::Node& node, const std::string& ownerUid);

} // namespace slipway::controllers
