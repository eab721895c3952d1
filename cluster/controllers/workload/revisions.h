#pragma once

#include "cluster/api/types/apps_v1.h"
#include "cluster/controllers/runtime/caches.h"
#include "cluster/controllers/workload/pod_state.h"

#include <set>

namespace slipway::controllers {

using RevisionPtr = std::shared_ptr<const api::apps_v1::ControllerRevision>;

/// The label by which pods tell which revision they were made from.
inline constexpr const char* revisionLabel = "controller-revision-hash";

/// The recorded templates of a stateful set or daemon set (ControllerRevision objects), oldest first.
class Revisions {
public:
    /// @p owner must outlive this.
    Revisions(Caches& caches, const client::Client& client, std::string apiVersion, std::string kind,
              const api::meta_v1::ObjectMeta& owner);

    /// The revision of a template: the one recorded for it, made the newest, or a new one.
    client::Result<RevisionPtr> record(const api::core_v1::PodTemplateSpec& podTemplate,
                                       std::optional<std::int32_t> collisions);
    RevisionPtr named(const std::string& name) const;
    const std::vector<RevisionPtr>& all() const { return all_; }
    /// Deletes the oldest of those not @p live until at most @p limit of them are left.
    client::Result<void> prune(const std::set<std::string>& live, int limit) const;

private:
    const client::Client& client_;
    const std::string apiVersion_, kind_;
    const api::meta_v1::ObjectMeta& owner_;
    std::vector<RevisionPtr> all_;
};

/// The pod template a revision holds.
api::core_v1::PodTemplateSpec templateOf(const api::apps_v1::ControllerRevision& revision);

} // namespace slipway::controllers
