#pragma once

#include "cluster/api/schema.h"
#include "cluster/apiserver/admission/pod_resources.h"

#include <string>
#include <vector>

/// What objects take from resource quotas, and which quotas they fall under: plain functions of the objects.
/// Source: the Kubernetes documentation, "Resource Quotas".
namespace slipway::apiserver::admission {

/// What an object takes, under every name a quota may limit it by ("pods", "count/pods", "requests.cpu", "cpu",
/// "services.nodeports", "gold.storageclass.storage.k8s.io/requests.storage", "count/widgets.example.com").
/// A pod that has ended takes nothing but its own place in the store.
Amounts quotaUsage(const api::Resource& resource, const api::JsonObject& object);

/// Whether a quota's scopes and scope selector take in an object. Only pods have scopes.
bool inScope(const api::JsonObject& quota, const api::Resource& resource, const api::JsonObject& object);

/// `cpu for: a,b; memory for: a`: the compute resources a quota limits and a container of the pod says nothing about;
/// empty: none.
std::string unspecified(const Amounts& hard, const api::JsonObject& pod);

/// `pods=1,requests.cpu=2`
std::string printAmounts(const Amounts& amounts);

} // namespace slipway::apiserver::admission
