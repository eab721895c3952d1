#include "ui/actions/rollout.h"

#include "cluster/base/time.h"
#include "ui/editor/yaml_document.h"
#include "ui/resources/row_readers.h"

#include <algorithm>

namespace slipway::ui {
namespace {

using api::Json;
using api::JsonObject;

bool isOwnedBy(const JsonObject& object, std::string_view uid) {
    return std::ranges::any_of(arrayAt(object, {"metadata", "ownerReferences"}),
                               [uid](const Json& owner) { return api::stringAt(owner, {"uid"}) == uid; });
}

std::int64_t createdAt(const JsonObject& object) {
    const auto time = base::parseTime(api::stringAt(object, {"metadata", "creationTimestamp"}));
    return time ? std::chrono::duration_cast<std::chrono::seconds>(time->time_since_epoch()).count() : 0;
}

JsonObject withoutHash(const Json& podTemplate) {
    JsonObject result = podTemplate.is_object() ? podTemplate.get_object() : JsonObject();
    if (Json* labels = result.contains("metadata") && result["metadata"].is_object()
                           ? result["metadata"].get_object().if_contains("labels")
                           : nullptr;
        labels != nullptr && labels->is_object())
        labels->get_object().erase("pod-template-hash");
    if (Json* metadata = result.if_contains("metadata"); metadata != nullptr && metadata->is_object())
        metadata->get_object().erase("creationTimestamp");
    return result;
}

void newestFirst(std::vector<Revision>& revisions) {
    std::ranges::sort(revisions, std::greater(), &Revision::number);
    if (!revisions.empty())
        revisions.front().current = true;
}

} // namespace

std::vector<Revision> deploymentRevisions(const JsonObject& deployment, const api::JsonArray& replicaSets) {
    std::vector<Revision> revisions;
    for (const Json& item : replicaSets) {
        const JsonObject* set = item.if_object();
        if (set == nullptr || !isOwnedBy(*set, api::stringAt(deployment, {"metadata", "uid"})))
            continue;
        Revision revision;
        revision.number =
            text(api::stringAt(*set, {"metadata", "annotations", "deployment.kubernetes.io/revision"})).toLongLong();
        revision.cause = text(api::stringAt(*set, {"metadata", "annotations", "kubernetes.io/change-cause"}));
        revision.createdBy = text(api::stringAt(*set, {"metadata", "name"}));
        revision.created = createdAt(*set);
        const Json* podTemplate = api::find(*set, {"spec", "template"});
        if (podTemplate == nullptr)
            continue;
        const JsonObject wanted = withoutHash(*podTemplate);
        revision.yaml = text(writeYaml(wanted));
        revision.patch = api::JsonArray{JsonObject{{"op", "replace"}, {"path", "/spec/template"}, {"value", wanted}}};
        revision.patchKind = client::PatchKind::json;
        revisions.push_back(std::move(revision));
    }
    newestFirst(revisions);
    return revisions;
}

std::vector<Revision> controllerRevisions(const JsonObject& workload, const api::JsonArray& kept) {
    std::vector<Revision> revisions;
    for (const Json& item : kept) {
        const JsonObject* object = item.if_object();
        if (object == nullptr || !isOwnedBy(*object, api::stringAt(workload, {"metadata", "uid"})))
            continue;
        const Json* data = object->if_contains("data");
        const Json* podTemplate = data == nullptr ? nullptr : api::find(*data, {"spec", "template"});
        if (podTemplate == nullptr)
            continue;
        Revision revision;
        revision.number = api::intAt(*object, {"revision"}).value_or(0);
        revision.cause = text(api::stringAt(*object, {"metadata", "annotations", "kubernetes.io/change-cause"}));
        revision.createdBy = text(api::stringAt(*object, {"metadata", "name"}));
        revision.created = createdAt(*object);
        JsonObject shown = withoutHash(*podTemplate);
        shown.erase("$patch");
        revision.yaml = text(writeYaml(shown));
        revision.patch = *data;
        revisions.push_back(std::move(revision));
    }
    newestFirst(revisions);
    return revisions;
}

client::Result<std::vector<Revision>> revisionsOf(const client::Client& client, const ObjectRef& workload) {
    const std::string ns = workload.ns.toStdString();
    auto object = client.get(workload.kind->resource, ns, workload.name.toStdString());
    if (!object || !object->is_object())
        return std::unexpected(object.error_or(client::Error{}));
    const bool deployment = workload.kind->resource.kind == "Deployment";
    const client::ResourceRef keepers =
        deployment ? client::ResourceRef{"apps", "v1", "replicasets", "ReplicaSet", true}
                   : client::ResourceRef{"apps", "v1", "controllerrevisions", "ControllerRevision", true};
    auto list = client.listAll(keepers, ns);
    if (!list)
        return std::unexpected(list.error());
    const api::JsonArray items(list->items.begin(), list->items.end());
    return deployment ? deploymentRevisions(object->get_object(), items)
                      : controllerRevisions(object->get_object(), items);
}

} // namespace slipway::ui
