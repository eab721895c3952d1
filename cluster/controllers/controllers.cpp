#include "cluster/controllers/controllers.h"

#include "cluster/base/log.h"
#include "cluster/controllers/deployment.h"
#include "cluster/controllers/endpoints.h"
#include "cluster/controllers/garbage_collector.h"
#include "cluster/controllers/namespace_cleanup.h"
#include "cluster/controllers/namespace_defaults.h"
#include "cluster/controllers/node_lifecycle.h"
#include "cluster/controllers/replica_set.h"

namespace slipway::controllers {

struct ControllerSet::Parts {
    Parts(const ClientFactory& clients, const Options& options)
        : informers(clients("kube-controller-manager"))
        , deployment(informers, clients("deployment-controller"))
        , replicaSet(informers, clients("replicaset-controller"))
        , endpoints(informers, clients("endpointslice-controller"), clients("endpoint-controller"))
        , namespaces(informers, clients("namespace-controller"))
        , namespaceDefaults(informers, clients("service-account-controller"), clients("root-ca-cert-publisher"),
                            options.caPem)
        , nodes(informers, clients("node-controller"), options.clusterCidr)
        , garbage(clients("generic-garbage-collector")) {}

    Informers informers;
    DeploymentController deployment;
    ReplicaSetController replicaSet;
    EndpointsController endpoints;
    NamespaceController namespaces;
    NamespaceDefaultsController namespaceDefaults;
    NodeLifecycleController nodes;
    GarbageCollector garbage;
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
    parts_->replicaSet.start();
    parts_->endpoints.start();
    parts_->namespaces.start();
    parts_->garbage.start();
}

void ControllerSet::stop() {
    parts_->garbage.stop();
    parts_->namespaces.stop();
    parts_->endpoints.stop();
    parts_->replicaSet.stop();
    parts_->deployment.stop();
    parts_->nodes.stop();
    parts_->namespaceDefaults.stop();
}

} // namespace slipway::controllers
