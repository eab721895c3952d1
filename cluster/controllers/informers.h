#pragma once

#include "cluster/api/types/apps_v1.h"
#include "cluster/api/types/batch_v1.h"
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
        , leases(client, "kube-node-lease")
        , replicationControllers(client)
        , statefulSets(client)
        , daemonSets(client)
        , controllerRevisions(client)
        , jobs(client)
        , cronJobs(client)
        , claims(client) {}

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
    client::Informer<api::core_v1::ReplicationController> replicationControllers;
    client::Informer<api::apps_v1::StatefulSet> statefulSets;
    client::Informer<api::apps_v1::DaemonSet> daemonSets;
    client::Informer<api::apps_v1::ControllerRevision> controllerRevisions;
    client::Informer<api::batch_v1::Job> jobs;
    client::Informer<api::batch_v1::CronJob> cronJobs;
    client::Informer<api::core_v1::PersistentVolumeClaim> claims;

    void start() {
        each([](auto& informer) { informer.start(); });
    }

    bool waitForSync(std::chrono::milliseconds timeout) {
        bool all = true;
        each([&](auto& informer) { all = all && informer.waitForSync(timeout); });
        return all;
    }

private:
    template <class Do> void each(const Do& what) {
        const auto all = [&](auto&... informers) { (what(informers), ...); };
        all(pods, replicaSets, deployments, services, endpointSlices, endpoints, namespaces, serviceAccounts,
            configMaps, nodes, leases, replicationControllers, statefulSets, daemonSets, controllerRevisions, jobs,
            cronJobs, claims);
    }

    static client::ListOptions rootCaOnly() {
        client::ListOptions options;
        options.fieldSelector = "metadata.name=kube-root-ca.crt";
        return options;
    }
};

} // namespace slipway::controllers
