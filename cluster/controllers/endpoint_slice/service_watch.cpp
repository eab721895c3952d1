#include "cluster/controllers/endpoint_slice/service_watch.h"

#include <optional>

namespace slipway::controllers {

using api::core_v1::Pod;
using api::core_v1::Service;

namespace {

std::string labelKey(const std::string& ns, const std::string& name, const std::string& value) {
    return ns + "/" + name + "=" + value;
}

/// Whether a change of a pod can change an endpoint.
bool matters(const PodPtr& before, const PodPtr& after) {
    if (!before || !after)
        return true;
    const auto addresses = [](const Pod& pod) {
        return pod.status ? pod.status->podIPs : std::vector<api::core_v1::PodIP>();
    };
    return before->metadata.labels != after->metadata.labels || isReady(*before) != isReady(*after) ||
           isFinished(*before) != isFinished(*after) || isTerminating(*before) != isTerminating(*after) ||
           addresses(*before) != addresses(*after) ||
           (before->status && after->status && before->status->podIP != after->status->podIP) ||
           (before->spec && after->spec && before->spec->nodeName != after->spec->nodeName);
}

} // namespace

void watchSelectedPods(Caches& caches, std::function<void(const std::string& key)> changed) {
    caches.of<Pod>().addIndex("label", [](const Pod& pod, std::vector<std::string>& keys) {
        for (const auto& [name, value] : pod.metadata.labels)
            keys.push_back(labelKey(pod.metadata.namespace_, name, value));
    });
    // Services are found by one label of their selector, so that a pod meets few of them.
    auto& services = caches.of<Service>();
    services.addIndex("selector", [](const Service& service, std::vector<std::string>& keys) {
        if (service.spec && !service.spec->selector.empty()) {
            const auto& [name, value] = *service.spec->selector.begin();
            keys.push_back(labelKey(service.metadata.namespace_, name, value));
        }
    });
    caches.of<Pod>().onChange([&services, changed = std::move(changed)](const PodPtr& before, const PodPtr& after) {
        if (!matters(before, after))
            return;
        for (const PodPtr& pod : {before, after})
            if (pod)
                for (const auto& [name, value] : pod->metadata.labels)
                    for (const auto& service : services.by("selector", labelKey(pod->metadata.namespace_, name, value)))
                        if (isSelected(*service, *pod))
                            changed(client::objectKey(service->metadata.namespace_, service->metadata.name));
    });
}

std::vector<PodPtr> selectedPods(Caches& caches, const Service& service) {
    std::vector<PodPtr> pods;
    const auto& [name, value] = *service.spec->selector.begin();
    for (const PodPtr& pod : caches.of<Pod>().by("label", labelKey(service.metadata.namespace_, name, value)))
        if (isSelected(service, *pod))
            pods.push_back(pod);
    return pods;
}

} // namespace slipway::controllers
