#pragma once

#include "cluster/client/event_recorder.h"
#include "cluster/controllers/deployment_plan.h"
#include "cluster/controllers/informers.h"
#include "cluster/controllers/runtime.h"

namespace slipway::controllers {

/// Moves a deployment's pods to its template through replica sets: rolling update, recreate, pause, revisions.
class DeploymentController {
public:
    DeploymentController(Informers& informers, std::shared_ptr<const client::Client> client);
    void start() { controller_.start(); }
    void stop() { controller_.stop(); }

private:
    client::Result<SyncResult> sync(const std::string& key);
    client::Result<std::vector<ReplicaSetPtr>> ownSets(const api::apps_v1::Deployment& deployment);
    client::Result<ReplicaSetPtr> makeNewSet(const api::apps_v1::Deployment& deployment,
                                             const std::vector<ReplicaSetPtr>& old, long long revision);
    client::Result<ReplicaSetPtr> bringRevision(const ReplicaSetPtr& set, const api::apps_v1::Deployment& deployment,
                                                long long revision);
    client::Result<void> setRevision(const api::apps_v1::Deployment& deployment, long long revision);
    client::Result<void> carryOut(const api::apps_v1::Deployment& deployment, const ScalePlan& plan,
                                  const std::vector<ReplicaSetPtr>& sets);
    client::Result<void> writeStatus(const api::apps_v1::Deployment& deployment, const ReplicaSetPtr& newSet,
                                     const std::vector<ReplicaSetPtr>& all);
    bool oldPodsGone(const api::apps_v1::Deployment& deployment, const ReplicaSetPtr& newSet) const;

    Informers& informers_;
    const std::shared_ptr<const client::Client> client_;
    client::EventRecorder events_;
    Controller controller_;
};

} // namespace slipway::controllers
