#pragma once

#include "cluster/api/types/apps_v1.h"
#include "cluster/api/types/coordination_v1.h"
#include "cluster/api/types/core_v1.h"
#include "cluster/api/types/discovery_v1.h"
#include "cluster/client/informer.h"

#include <memory>

namespace slipway::controllers {

/// The caches all controllers share, one per resource.
struct Informers {
    explicit Informers(const std::shared_ptr<const client::Client>& client)
        : pods(client)
        , replicaSets(client)
        , deployments(client)
        , services(client)
        , endpointSlices(client)
        , endpoints(client)
        , namespaces(client)
        , serviceAccounts(client)
        , configMaps(client, {}, rootCaOnly())
        , nodes(client)
        , leases(client, "kube-node-lease") {}

    client::Informer<api::core_v1::Pod> pods;
    client::Informer<api::apps_v1::ReplicaSet> replicaSets;
    client::Informer<api::apps_v1::Deployment> deployments;
    client::Informer<api::core_v1::Service> services;
    client::Informer<api::discovery_v1::EndpointSlice> endpointSlices;
    client::Informer<api::core_v1::Endpoints> endpoints;
    client::Informer<api::core_v1::Namespace> namespaces;
    client::Informer<api::core_v1::ServiceAccount> serviceAccounts;
    client::Informer<api::core_v1::ConfigMap> configMaps; ///< only those named kube-root-ca.crt
    client::Informer<api::core_v1::Node> nodes;
    client::Informer<api::coordination_v1::Lease> leases;

    void start() {
        pods.start();
        replicaSets.start();
        deployments.start();
        services.start();
        endpointSlices.start();
        endpoints.start();
        namespaces.start();
        serviceAccounts.start();
        configMaps.start();
        nodes.start();
        leases.start();
    }

    bool waitForSync(std::chrono::milliseconds timeout) const {
        return pods.waitForSync(timeout) && replicaSets.waitForSync(timeout) && deployments.waitForSync(timeout) &&
               services.waitForSync(timeout) && endpointSlices.waitForSync(timeout) && endpoints.waitForSync(timeout) &&
               namespaces.waitForSync(timeout) && serviceAccounts.waitForSync(timeout) &&
               configMaps.waitForSync(timeout) && nodes.waitForSync(timeout) && leases.waitForSync(timeout);
    }

private:
    static client::ListOptions rootCaOnly() {
        client::ListOptions options;
        options.fieldSelector = "metadata.name=kube-root-ca.crt";
        return options;
    }
};

} // namespace slipway::controllers
