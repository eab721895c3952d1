#include "cluster/agent/source/mirror_pods.h"

#include "cluster/base/log.h"

namespace slipway::agent {
namespace {

std::string annotation(const core::Pod& pod, const char* name) {
    const auto found = pod.metadata.annotations.find(name);
    return found == pod.metadata.annotations.end() ? std::string() : found->second;
}

} // namespace

bool isStatic(const core::Pod& pod) {
    return pod.metadata.annotations.contains(annotations::configSource) && !isMirror(pod);
}

bool isMirror(const core::Pod& pod) {
    return pod.metadata.annotations.contains(annotations::configMirror);
}

core::Pod mirrorOf(const core::Pod& pod, const std::string& nodeUid) {
    core::Pod mirror = pod;
    mirror.metadata.uid.clear();
    mirror.metadata.creationTimestamp.clear();
    mirror.metadata.annotations[annotations::configMirror] = annotation(pod, annotations::configHash);
    if (!nodeUid.empty()) {
        auto& owner = mirror.metadata.ownerReferences.emplace_back();
        owner.apiVersion = "v1";
        owner.kind = "Node";
        owner.name = pod.spec->nodeName;
        owner.uid = nodeUid;
        owner.controller = true;
    }
    return mirror;
}

bool isStale(const core::Pod& mirror, const core::Pod* runs) {
    return runs == nullptr || !mirror.metadata.deletionTimestamp.empty() ||
           annotation(mirror, annotations::configMirror) != annotation(*runs, annotations::configHash);
}

void MirrorPods::see(const std::shared_ptr<const core::Pod>& mirror, bool gone) {
    if (begun_)
        pool_.run([this, mirror, gone] { judge(*mirror, gone); });
}

void MirrorPods::begin(const std::vector<std::shared_ptr<const core::Pod>>& mirrors) {
    begun_ = true;
    for (const auto& mirror : mirrors)
        see(mirror, false);
}

void MirrorPods::judge(const core::Pod& mirror, bool gone) {
    const auto known = pods_.find(mirror.metadata.namespace_, mirror.metadata.name);
    const core::Pod* runs = known && isStatic(*known->pod) ? known->pod.get() : nullptr;
    if (!gone && !isStale(mirror, runs))
        return;
    if (!gone) {
        client::DeleteOptions options;
        options.gracePeriodSeconds = 0;
        options.uid = mirror.metadata.uid;
        const auto removed =
            client_->remove(client::resourceOf<core::Pod>(), mirror.metadata.namespace_, mirror.metadata.name, options);
        if (!removed && removed.error().kind != client::Errc::notFound)
            base::warn("agent", "mirror of static pod {} not removed: {}", mirror.metadata.name,
                       removed.error().message);
    }
    if (runs != nullptr)
        pods_.tellAgain(runs->metadata.uid);
}

} // namespace slipway::agent
