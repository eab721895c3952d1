#pragma once

#include "cluster/apiserver/admission/cluster_state.h"
#include "cluster/apiserver/admission/request.h"

/// The plugins that only look at the write and at the cluster, one file each: plain functions named after Kubernetes'
/// plugins. Those of the first phase may change the object, those of the second judge the valid result.
/// All are thread-safe. Source: the Kubernetes reference, "Admission Control".
namespace slipway::apiserver::admission {

/// New objects only in namespaces that are there and stay; the lasting namespaces are not deleted.
Refusal namespaceLifecycle(Request& request, const ClusterState& cluster);
/// Defaults of containers from the namespace's limit ranges.
Refusal limitRangerDefaults(Request& request, const ClusterState& cluster);
/// Minima, maxima and ratios of the limit ranges.
Refusal limitRangerLimits(Request& request, const ClusterState& cluster);
/// A pod's service account, its token and pull secrets.
Refusal serviceAccount(Request& request, const ClusterState& cluster);
/// What a node's agent may write: its own node, lease and pods.
Refusal nodeRestriction(Request& request, const ClusterState& cluster);
/// A new node takes no pods until its first good word.
Refusal taintNodesByCondition(Request& request, const ClusterState& cluster);
/// A pod's priority from its class; one default class at most.
Refusal priority(Request& request, const ClusterState& cluster);
Refusal priorityClassDefault(Request& request, const ClusterState& cluster);
/// A pod stays five minutes on a node that stopped answering.
Refusal defaultTolerationSeconds(Request& request, const ClusterState& cluster);
/// The pod security standards, by the labels of the namespace (KEP-2579).
Refusal podSecurity(Request& request, const ClusterState& cluster);
Refusal podSecurityNamespace(Request& request, const ClusterState& cluster);
Refusal defaultStorageClass(Request& request, const ClusterState& cluster);
Refusal defaultIngressClass(Request& request, const ClusterState& cluster);
/// Claims and volumes are not deleted while pods or claims use them.
Refusal storageObjectInUseProtection(Request& request, const ClusterState& cluster);
Refusal persistentVolumeClaimResize(Request& request, const ClusterState& cluster);
/// Overhead, node selector and tolerations of a pod's runtime class (KEP-688).
Refusal runtimeClass(Request& request, const ClusterState& cluster);
Refusal runtimeClassOverhead(Request& request, const ClusterState& cluster);
/// Who may approve and sign certificates of a signer, and what no request may name.
Refusal certificateApproval(Request& request, const ClusterState& cluster);
Refusal certificateSigning(Request& request, const ClusterState& cluster);
Refusal certificateSubjectRestriction(Request& request, const ClusterState& cluster);
/// Nobody grants what they may not do themselves (RBAC's escalate and bind).
Refusal rbacEscalation(Request& request, const ClusterState& cluster);

} // namespace slipway::apiserver::admission
