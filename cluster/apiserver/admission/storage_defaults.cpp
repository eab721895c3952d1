#include "cluster/api/quantity.h"
#include "cluster/apiserver/admission/plugins.h"
#include "cluster/apiserver/finalizers.h"

namespace slipway::apiserver::admission {
namespace {

using api::Json;
using api::JsonObject;
using api::objectAt;
using api::stringAt;

/// Of the classes an annotation marks as default, the newest; of equally old ones the first by name.
std::shared_ptr<const JsonObject> defaultClass(const Objects& classes, std::string_view annotation) {
    std::shared_ptr<const JsonObject> chosen;
    for (const auto& shared : classes.shared()) {
        const JsonObject& candidate = *shared;
        if (stringAt(candidate, {"metadata", "annotations", annotation}) != "true")
            continue;
        const std::string_view made = stringAt(candidate, {"metadata", "creationTimestamp"}),
                               name = stringAt(candidate, {"metadata", "name"});
        if (!chosen || made > stringAt(*chosen, {"metadata", "creationTimestamp"}) ||
            (made == stringAt(*chosen, {"metadata", "creationTimestamp"}) &&
             name < stringAt(*chosen, {"metadata", "name"})))
            chosen = shared;
    }
    return chosen;
}

api::Quantity storageOf(const JsonObject& claim) {
    return api::Quantity::parse(stringAt(claim, {"spec", "resources", "requests", "storage"}))
        .value_or(api::Quantity());
}

std::string_view classOf(const JsonObject& claim) {
    const std::string_view old =
        stringAt(claim, {"metadata", "annotations", "volume.beta.kubernetes.io/storage-class"});
    return old.empty() ? stringAt(claim, {"spec", "storageClassName"}) : old;
}

} // namespace

Refusal defaultStorageClass(Request& request, const ClusterState& cluster) {
    if (!request.creates("persistentvolumeclaims") ||
        api::find(request.object, {"spec", "storageClassName"}) != nullptr ||
        api::find(request.object, {"metadata", "annotations", "volume.beta.kubernetes.io/storage-class"}) != nullptr)
        return {};
    if (const auto found = defaultClass(cluster.all("storage.k8s.io", "storageclasses"),
                                        "storageclass.kubernetes.io/is-default-class"))
        objectAt(request.object, {"spec"})["storageClassName"] = stringAt(*found, {"metadata", "name"});
    return {};
}

Refusal defaultIngressClass(Request& request, const ClusterState& cluster) {
    if (request.resource.name != "ingresses" || request.resource.custom != nullptr ||
        request.operation != Operation::create || !request.subresource.empty() ||
        api::find(request.object, {"spec", "ingressClassName"}) != nullptr ||
        api::find(request.object, {"metadata", "annotations", "kubernetes.io/ingress.class"}) != nullptr)
        return {};
    if (const auto found = defaultClass(cluster.all("networking.k8s.io", "ingressclasses"),
                                        "ingressclass.kubernetes.io/is-default-class"))
        objectAt(request.object, {"spec"})["ingressClassName"] = stringAt(*found, {"metadata", "name"});
    return {};
}

Refusal storageObjectInUseProtection(Request& request, const ClusterState&) {
    if (request.creates("persistentvolumeclaims"))
        addFinalizer(request.object, "kubernetes.io/pvc-protection");
    else if (request.creates("persistentvolumes"))
        addFinalizer(request.object, "kubernetes.io/pv-protection");
    return {};
}

Refusal persistentVolumeClaimResize(Request& request, const ClusterState& cluster) {
    if (!request.writes("persistentvolumeclaims") || request.operation != Operation::update ||
        storageOf(request.object) <= storageOf(*request.before))
        return {};
    if (stringAt(*request.before, {"status", "phase"}) != "Bound")
        return refuse(request, "Only bound persistent volume claims can be expanded");
    const auto found = cluster.find("storage.k8s.io", "storageclasses", {}, classOf(request.object));
    if (!found || !api::boolAt(*found, {"allowVolumeExpansion"}))
        return refuse(request, "only dynamically provisioned pvc can be resized and the storageclass that provisions "
                               "the pvc must support resize");
    return {};
}

} // namespace slipway::apiserver::admission
