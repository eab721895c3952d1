#include "ui/actions/dependants.h"

#include "ui/resources/row_readers.h"
#include "ui/session/session.h"

#include <QSet>

namespace slipway::ui {
namespace {

/// What controllers make for others.
const std::vector<client::ResourceRef>& ownedKinds() {
    static const std::vector<client::ResourceRef> kinds = {
        {"apps", "v1", "replicasets", "ReplicaSet", true},
        {"batch", "v1", "jobs", "Job", true},
        {"", "v1", "pods", "Pod", true},
        {"discovery.k8s.io", "v1", "endpointslices", "EndpointSlice", true},
        {"apps", "v1", "controllerrevisions", "ControllerRevision", true},
        {"", "v1", "persistentvolumeclaims", "PersistentVolumeClaim", true},
    };
    return kinds;
}

const std::vector<client::ResourceRef>& rootKinds() {
    static const std::vector<client::ResourceRef> kinds = {
        {"apps", "v1", "deployments", "Deployment", true},
        {"apps", "v1", "statefulsets", "StatefulSet", true},
        {"apps", "v1", "daemonsets", "DaemonSet", true},
        {"batch", "v1", "cronjobs", "CronJob", true},
        {"", "v1", "services", "Service", true},
        {"", "v1", "configmaps", "ConfigMap", true},
        {"", "v1", "secrets", "Secret", true},
    };
    return kinds;
}

struct Owned {
    QString uid, title;
    std::vector<QString> owners;
};

void read(const client::Client& client, const client::ResourceRef& resource, const std::string& ns,
          std::vector<Owned>& into) {
    const auto items = listMetadata(client, resource, ns);
    if (!items)
        return;
    for (const api::Json& item : *items) {
        const api::JsonObject* object = item.if_object();
        if (object == nullptr)
            continue;
        Owned owned{text(api::stringAt(*object, {"metadata", "uid"})),
                    text(resource.kind) + QLatin1Char('/') + text(api::stringAt(*object, {"metadata", "name"})),
                    {}};
        for (const api::Json& owner : arrayAt(*object, {"metadata", "ownerReferences"}))
            owned.owners.push_back(text(api::stringAt(owner, {"uid"})));
        into.push_back(std::move(owned));
    }
}

} // namespace

client::Result<api::JsonArray> listMetadata(const client::Client& client, const client::ResourceRef& resource,
                                            const std::string& ns, int limit) {
    client::Request request;
    request.target = resource.path(ns) + (limit > 0 ? "?limit=" + std::to_string(limit) : "");
    request.accept = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";
    const auto answer = client.transport().send(request);
    if (!answer)
        return std::unexpected(answer.error());
    if (answer->code != 200)
        return std::unexpected(client::errorFromResponse(*answer));
    const auto list = api::parseJson(answer->body);
    return list && list->is_object() ? arrayAt(list->get_object(), {"items"}) : api::JsonArray();
}

QStringList dependantsOf(const client::Client& client, const std::vector<ObjectRef>& objects) {
    QSet<QString> going, namespaces;
    QStringList found;
    for (const ObjectRef& object : objects) {
        going.insert(object.uid);
        if (object.kind->resource.kind == "Namespace") {
            std::vector<Owned> all;
            for (const auto* kinds : {&rootKinds(), &ownedKinds()})
                for (const client::ResourceRef& kind : *kinds)
                    read(client, kind, object.name.toStdString(), all);
            for (const Owned& owned : all)
                found << owned.title;
        } else if (!object.ns.isEmpty()) {
            namespaces.insert(object.ns);
        }
    }
    for (const QString& ns : std::as_const(namespaces)) {
        std::vector<Owned> all;
        for (const client::ResourceRef& kind : ownedKinds())
            read(client, kind, ns.toStdString(), all);
        for (bool more = true; more;) { // an owner may be listed after what it owns
            more = false;
            for (const Owned& owned : all)
                for (const QString& owner : owned.owners)
                    if (going.contains(owner) && !going.contains(owned.uid)) {
                        going.insert(owned.uid);
                        found << owned.title;
                        more = true;
                    }
        }
    }
    return found;
}

} // namespace slipway::ui
