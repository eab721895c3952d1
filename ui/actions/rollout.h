#pragma once

#include "ui/resources/object_ref.h"
#include "ui/session/session.h"

namespace slipway::ui {

/// One state of a workload's pod template that can be gone back to.
struct Revision {
    std::int64_t number = 0;
    QString cause, createdBy; ///< kubernetes.io/change-cause; the ReplicaSet or ControllerRevision that keeps it
    std::int64_t created = 0;
    QString yaml;    ///< of the pod template
    api::Json patch; ///< brings the workload back to it
    client::PatchKind patchKind = client::PatchKind::strategicMerge;
    bool current = false;
};

/// The revisions of a Deployment out of its ReplicaSets, the newest first. Pure.
std::vector<Revision> deploymentRevisions(const api::JsonObject& deployment, const api::JsonArray& replicaSets);
/// Those of a StatefulSet or DaemonSet out of its ControllerRevisions. Pure.
std::vector<Revision> controllerRevisions(const api::JsonObject& workload, const api::JsonArray& revisions);
/// Reads them from the cluster. Blocks.
client::Result<std::vector<Revision>> revisionsOf(const client::Client& client, const ObjectRef& workload);

} // namespace slipway::ui
