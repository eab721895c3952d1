#include "cluster/controllers/controllers.h"

#include "cluster/base/log.h"
#include "cluster/controllers/attach_detach/attach_detach.h"
#include "cluster/controllers/certificates/certificates.h"
#include "cluster/controllers/cluster_role_aggregation/cluster_role_aggregation.h"
#include "cluster/controllers/cron_job/cron_job.h"
#include "cluster/controllers/daemon_set/daemon_set.h"
#include "cluster/controllers/deployment/deployment.h"
#include "cluster/controllers/disruption/disruption.h"
#include "cluster/controllers/endpoint_slice/endpoint_slice.h"
#include "cluster/controllers/endpoint_slice_mirroring/endpoint_slice_mirroring.h"
#include "cluster/controllers/endpoints/endpoints.h"
#include "cluster/controllers/ephemeral_volume/ephemeral_volume.h"
#include "cluster/controllers/garbage_collector/garbage_collector.h"
#include "cluster/controllers/job/job.h"
#include "cluster/controllers/local_path/local_path.h"
#include "cluster/controllers/namespace/namespace.h"
#include "cluster/controllers/node_ipam/node_ipam.h"
#include "cluster/controllers/node_lifecycle/node_lifecycle.h"
#include "cluster/controllers/persistent_volume/persistent_volume.h"
#include "cluster/controllers/pod_gc/pod_gc.h"
#include "cluster/controllers/podautoscaler/podautoscaler.h"
#include "cluster/controllers/replica_set/replica_set.h"
#include "cluster/controllers/resource_claim/resource_claim.h"
#include "cluster/controllers/resource_quota/resource_quota.h"
#include "cluster/controllers/root_ca/root_ca.h"
#include "cluster/controllers/runtime/leader_election.h"
#include "cluster/controllers/runtime/reconciler.h"
#include "cluster/controllers/service_account/service_account.h"
#include "cluster/controllers/service_cidr/service_cidr.h"
#include "cluster/controllers/service_load_balancer/service_load_balancer.h"
#include "cluster/controllers/stateful_set/stateful_set.h"
#include "cluster/controllers/taint_eviction/taint_eviction.h"
#include "cluster/controllers/token_secrets/token_secrets.h"
#include "cluster/controllers/ttl_after_finished/ttl_after_finished.h"
#include "cluster/controllers/volume_expand/volume_expand.h"
#include "cluster/controllers/volume_protection/volume_protection.h"

namespace slipway::controllers {

namespace {

constexpr int syncThreads = 4, helperThreads = 4;

/// A controller: the name it logs and writes events under, the service account in kube-system whose rights it has, and
/// how it is made. A new one is a line here.
struct Row {
    const char *name, *user;
    std::unique_ptr<Reconciler> (*make)(const Context&);
};

constexpr Row rows[] = {
    {"service-account-controller", "service-account-controller", makeServiceAccountController},
    {"serviceaccount-token-controller", "kube-controller-manager", makeTokenSecretController},
    {"root-ca-cert-publisher", "root-ca-cert-publisher", makeRootCaPublisher},
    {"node-ipam-controller", "node-controller", makeNodeIpamController},
    {"node-controller", "node-controller", makeNodeLifecycleController},
    {"taint-eviction-controller", "node-controller", makeTaintEvictionController},
    {"pod-garbage-collector", "pod-garbage-collector", makePodGarbageCollector},
    {"deployment-controller", "deployment-controller", makeDeploymentController},
    {"replicaset-controller", "replicaset-controller", makeReplicaSetController},
    {"replication-controller", "replication-controller", makeReplicationController},
    {"statefulset-controller", "statefulset-controller", makeStatefulSetController},
    {"daemonset-controller", "daemon-set-controller", makeDaemonSetController},
    {"job-controller", "job-controller", makeJobController},
    {"cronjob-controller", "cronjob-controller", makeCronJobController},
    {"ttl-after-finished-controller", "ttl-after-finished-controller", makeTtlAfterFinishedController},
    {"endpoint-controller", "endpoint-controller", makeEndpointsController},
    {"endpointslice-controller", "endpointslice-controller", makeEndpointSliceController},
    {"endpointslicemirroring-controller", "endpointslicemirroring-controller", makeEndpointSliceMirroringController},
    {"horizontal-pod-autoscaler", "horizontal-pod-autoscaler", makeHorizontalPodAutoscaler},
    {"controllermanager", "disruption-controller", makeDisruptionController},
    {"disruption-controller", "disruption-controller", makeStaleDisruptionController},
    {"resourcequota-controller", "resourcequota-controller", makeResourceQuotaController},
    {"persistentvolume-controller", "persistent-volume-binder", makePersistentVolumeBinder},
    {"slipway.dev/local-path", "persistent-volume-binder", makeLocalPathProvisioner},
    {"pvc-protection-controller", "pvc-protection-controller", makeClaimProtectionController},
    {"pv-protection-controller", "pv-protection-controller", makeVolumeProtectionController},
    {"attachdetach-controller", "attachdetach-controller", makeAttachDetachController},
    {"volume_expand", "expand-controller", makeVolumeExpandController},
    {"resource_claim", "resource-claim-controller", makeResourceClaimController},
    {"ephemeral-volume-controller", "ephemeral-volume-controller", makeEphemeralVolumeController},
    {"service-lb-controller", "service-controller", makeServiceLoadBalancerController},
    {"service-cidr-controller", "service-cidrs-controller", makeServiceCidrController},
    {"clusterrole-aggregation-controller", "clusterrole-aggregation-controller", makeClusterRoleAggregationController},
    {"certificatesigningrequest-signing-controller", "certificate-controller", makeCertificateSigner},
    {"certificatesigningrequest-approving-controller", "certificate-controller", makeCertificateApprover},
    {"certificatesigningrequest-cleaner-controller", "certificate-controller", makeCertificateCleaner},
    {"namespace-controller", "namespace-controller", makeNamespaceController},
    {"garbage-collector-controller", "generic-garbage-collector", makeGarbageCollector},
};

} // namespace

struct ControllerSet::Parts {
    Parts(const ClientFactory& clients, const Options& given)
        : options(given)
        , caches(clients("kube-controller-manager"))
        , metadata(caches, clients("generic-garbage-collector"))
        , pool(syncThreads)
        , fanOut(helperThreads)
        , election(clients("kube-controller-manager"), "kube-controller-manager", given.identity,
                   {[this] { pool.start(); }, [this] { pool.stop(); }}) {
        for (const Row& row : rows)
            controllers.push_back(
                row.make({caches, pool, fanOut, events, metadata, options, row.name, clients(row.user)}));
    }

    const Options options;
    client::EventBroadcaster events;
    Caches caches;
    MetadataWatch metadata;
    SyncPool pool;
    FanOut fanOut;
    std::vector<std::unique_ptr<Reconciler>> controllers;
    LeaderElection election;
};

ControllerSet::ControllerSet(const ClientFactory& clients, const Options& options)
    : parts_(std::make_unique<Parts>(clients, options)) {}
ControllerSet::~ControllerSet() {
    stop();
}

void ControllerSet::start() {
    parts_->metadata.start();
    parts_->caches.start();
    constexpr auto patience = std::chrono::seconds(30);
    if (!parts_->caches.waitForSync(patience) || !parts_->metadata.waitForSync(patience))
        base::warn("controllers", "some caches are not filled yet");
    for (const auto& controller : parts_->controllers)
        controller->begin();
    parts_->election.start();
}

void ControllerSet::stop() {
    parts_->election.stop();
    parts_->pool.stop();
    for (const auto& controller : parts_->controllers)
        controller->end();
    parts_->metadata.stop();
    parts_->caches.stop();
}

} // namespace slipway::controllers
