#include "cluster/controllers/controllers.h"

#include "cluster/base/log.h"
#include "cluster/controllers/cron_job.h"
#include "cluster/controllers/daemon_set.h"
#include "cluster/controllers/deployment.h"
#include "cluster/controllers/endpoints.h"
#include "cluster/controllers/garbage_collector.h"
#include "cluster/controllers/job.h"
#include "cluster/controllers/namespace_cleanup.h"
#include "cluster/controllers/namespace_defaults.h"
#include "cluster/controllers/node_lifecycle.h"
#include "cluster/controllers/replica_set.h"
#include "cluster/controllers/stateful_set.h"

namespace slipway::controllers {

namespace {

/// A controller of workloads: whose rights it has, and how it is made. A new one is a line here.
struct Workload {
    const char* user;
    std::unique_ptr<WorkloadController> (*make)(Informers&, std::shared_ptr<const client::Client>);
};

constexpr Workload workloads[] = {
    {"replicaset-controller", makeReplicaSetController},
    {"replication-controller", makeReplicationControllerController},
    {"statefulset-controller", makeStatefulSetController},
    {"daemon-set-controller", makeDaemonSetController},
    {"job-controller", makeJobController},
    {"cronjob-controller", makeCronJobController},
};

} // namespace

struct ControllerSet::Parts {
    Parts(const ClientFactory& clients, const Options& options)
        : informers(clients("kube-controller-manager"))
        , deployment(informers, clients("deployment-controller"))
        , endpoints(informers, clients("endpointslice-controller"), clients("endpoint-controller"))
        , namespaces(informers, clients("namespace-controller"))
        , namespaceDefaults(informers, clients("service-account-controller"), clients("root-ca-cert-publisher"),
                            options.caPem)
        , nodes(informers, clients("node-controller"), options.clusterCidr)
        , garbage(clients("generic-garbage-collector")) {
        for (const Workload& row : workloads)
            started.push_back(row.make(informers, clients(row.user)));
    }

    Informers informers;
    DeploymentController deployment;
    EndpointsController endpoints;
    NamespaceController namespaces;
    NamespaceDefaultsController namespaceDefaults;
    NodeLifecycleController nodes;
    GarbageCollector garbage;
    std::vector<std::unique_ptr<WorkloadController>> started; ///< those of the table above
};

ControllerSet::ControllerSet(const ClientFactory& clients, const Options& options)
    : parts_(std::make_unique<Parts>(clients, options)) {}
ControllerSet::~ControllerSet() {
    stop();
}

void ControllerSet::start() {
    parts_->informers.start();
    if (!parts_->informers.waitForSync(std::chrono::seconds(30)))
        base::warn("controllers", "some caches are not filled yet");
    parts_->namespaceDefaults.start();
    parts_->nodes.start();
    parts_->deployment.start();
    parts_->endpoints.start();
    parts_->namespaces.start();
    for (const auto& controller : parts_->started)
        controller->start();
    parts_->garbage.start();
}

void ControllerSet::stop() {
    parts_->garbage.stop();
    for (const auto& controller : parts_->started)
        controller->stop();
    parts_->namespaces.stop();
    parts_->endpoints.stop();
    parts_->deployment.stop();
    parts_->nodes.stop();
    parts_->namespaceDefaults.stop();
}

} // namespace slipway::controllers
