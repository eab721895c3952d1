#include "ui/actions/drain.h"

#include "ui/resources/row_readers.h"
#include "ui/session/session.h"

namespace slipway::ui {

std::vector<DrainPod> drainPlan(const api::JsonArray& pods) {
    std::vector<DrainPod> plan;
    for (const api::Json& item : pods) {
        const api::JsonObject* object = item.if_object();
        if (object == nullptr)
            continue;
        DrainPod pod;
        pod.ns = text(api::stringAt(*object, {"metadata", "namespace"}));
        pod.name = text(api::stringAt(*object, {"metadata", "name"}));
        std::string ownerKind;
        for (const api::Json& owner : arrayAt(*object, {"metadata", "ownerReferences"}))
            if (owner.is_object() && api::boolAt(owner.get_object(), {"controller"})) {
                ownerKind = api::stringAt(owner, {"kind"});
                pod.owner = text(ownerKind) + QLatin1Char('/') + text(api::stringAt(owner, {"name"}));
            }
        for (const api::Json& volume : arrayAt(*object, {"spec", "volumes"}))
            pod.losesData = pod.losesData || api::find(volume, {"emptyDir"}) != nullptr;
        const auto phase = api::stringAt(*object, {"status", "phase"});
        const bool isStatic = api::find(*object, {"metadata", "annotations", "kubernetes.io/config.mirror"}) != nullptr;
        using Fate = DrainPod::Fate;
        pod.fate = phase == "Succeeded" || phase == "Failed" ? Fate::finished
                   : isStatic || ownerKind == "DaemonSet"    ? Fate::stays
                   : ownerKind.empty()                       ? Fate::lost
                                                             : Fate::evicted;
        plan.push_back(std::move(pod));
    }
    return plan;
}

bool drainRound(const client::Client& client, std::vector<DrainPod>& pods, bool force) {
    const client::ResourceRef resource{"", "v1", "pods", "Pod", true};
    bool done = true;
    for (DrainPod& pod : pods) {
        const bool goes = pod.fate == DrainPod::Fate::evicted || pod.fate == DrainPod::Fate::finished ||
                          (force && pod.fate == DrainPod::Fate::lost);
        if (!goes || pod.gone)
            continue;
        const std::string ns = pod.ns.toStdString(), name = pod.name.toStdString();
        const api::JsonObject eviction{{"apiVersion", "policy/v1"},
                                       {"kind", "Eviction"},
                                       {"metadata", api::JsonObject{{"name", name}, {"namespace", ns}}}};
        const auto live = client.get(resource, ns, name);
        if (!live && live.error().kind == client::Errc::notFound) {
            pod.gone = true;
            continue;
        }
        done = false;
        if (live && api::find(*live, {"metadata", "deletionTimestamp"}) != nullptr)
            continue; // on its way
        const auto asked = client.create(resource, ns, eviction, "eviction", name);
        pod.state = asked ? QString() : errorText(asked.error());
    }
    return done;
}

} // namespace slipway::ui
