#include "ui/resources/relations.h"

#include "cluster/api/selectors.h"
#include "ui/actions/dependants.h"
#include "ui/resources/row_readers.h"
#include "ui/session/session.h"

#include <QCoreApplication>
#include <algorithm>

namespace slipway::ui {
namespace {

using api::Json;
using api::JsonObject;
using How = Relation::How;

/// Gathers relations, each once.
class Gathered {
public:
    void add(How how, std::string group, std::string kind, QString ns, std::string_view name) {
        Relation relation{how, std::move(group), std::move(kind), std::move(ns), text(name)};
        if (!relation.name.isEmpty() && std::ranges::find(all, relation) == all.end())
            all.push_back(std::move(relation));
    }
    std::vector<Relation> all;
};

std::string groupOf(std::string_view apiVersion) {
    const auto slash = apiVersion.find('/');
    return slash == std::string_view::npos ? std::string() : std::string(apiVersion.substr(0, slash));
}

void addEnvironment(Gathered& into, const Json& container, const QString& ns) {
    const JsonObject* parts = container.if_object();
    if (parts == nullptr)
        return;
    for (const Json& source : arrayAt(*parts, {"envFrom"})) {
        into.add(How::uses, "", "ConfigMap", ns, api::stringAt(source, {"configMapRef", "name"}));
        into.add(How::uses, "", "Secret", ns, api::stringAt(source, {"secretRef", "name"}));
    }
    for (const Json& variable : arrayAt(*parts, {"env"})) {
        into.add(How::uses, "", "ConfigMap", ns, api::stringAt(variable, {"valueFrom", "configMapKeyRef", "name"}));
        into.add(How::uses, "", "Secret", ns, api::stringAt(variable, {"valueFrom", "secretKeyRef", "name"}));
    }
}

void addPodSpec(Gathered& into, const JsonObject& spec, const QString& ns) {
    into.add(How::uses, "", "Node", {}, api::stringAt(spec, {"nodeName"}));
    into.add(How::uses, "", "ServiceAccount", ns, api::stringAt(spec, {"serviceAccountName"}));
    for (const char* list : {"containers", "initContainers"})
        for (const Json& container : arrayAt(spec, {list}))
            addEnvironment(into, container, ns);
    for (const Json& pull : arrayAt(spec, {"imagePullSecrets"}))
        into.add(How::uses, "", "Secret", ns, api::stringAt(pull, {"name"}));
    for (const Json& volume : arrayAt(spec, {"volumes"})) {
        into.add(How::uses, "", "ConfigMap", ns, api::stringAt(volume, {"configMap", "name"}));
        into.add(How::uses, "", "Secret", ns, api::stringAt(volume, {"secret", "secretName"}));
        into.add(How::uses, "", "PersistentVolumeClaim", ns,
                 api::stringAt(volume, {"persistentVolumeClaim", "claimName"}));
        if (const Json* projected = api::find(volume, {"projected"}); projected != nullptr && projected->is_object())
            for (const Json& source : arrayAt(projected->get_object(), {"sources"})) {
                into.add(How::uses, "", "ConfigMap", ns, api::stringAt(source, {"configMap", "name"}));
                into.add(How::uses, "", "Secret", ns, api::stringAt(source, {"secret", "name"}));
            }
    }
}

void addIngress(Gathered& into, const JsonObject& object, const QString& ns) {
    into.add(How::leadsTo, "", "Service", ns, api::stringAt(object, {"spec", "defaultBackend", "service", "name"}));
    into.add(How::uses, "networking.k8s.io", "IngressClass", {}, api::stringAt(object, {"spec", "ingressClassName"}));
    for (const Json& rule : arrayAt(object, {"spec", "rules"}))
        if (const Json* http = api::find(rule, {"http"}); http != nullptr && http->is_object())
            for (const Json& path : arrayAt(http->get_object(), {"paths"}))
                into.add(How::leadsTo, "", "Service", ns, api::stringAt(path, {"backend", "service", "name"}));
    for (const Json& tls : arrayAt(object, {"spec", "tls"}))
        into.add(How::uses, "", "Secret", ns, api::stringAt(tls, {"secretName"}));
}

void addBinding(Gathered& into, const JsonObject& object, const QString& ns) {
    const std::string role(api::stringAt(object, {"roleRef", "kind"}));
    into.add(How::leadsTo, "rbac.authorization.k8s.io", role, role == "Role" ? ns : QString(),
             api::stringAt(object, {"roleRef", "name"}));
    for (const Json& subject : arrayAt(object, {"subjects"}))
        if (api::stringAt(subject, {"kind"}) == "ServiceAccount")
            into.add(How::leadsTo, "", "ServiceAccount", text(api::stringAt(subject, {"namespace"})),
                     api::stringAt(subject, {"name"}));
}

const JsonObject* objectIn(const JsonObject& object, std::initializer_list<std::string_view> path) {
    const Json* found = api::find(object, path);
    return found == nullptr ? nullptr : found->if_object();
}

/// What may be owned, and is listed to see whether it is.
const std::vector<client::ResourceRef>& ownable() {
    static const std::vector<client::ResourceRef> kinds = {
        {"apps", "v1", "replicasets", "ReplicaSet", true},
        {"", "v1", "pods", "Pod", true},
        {"batch", "v1", "jobs", "Job", true},
        {"discovery.k8s.io", "v1", "endpointslices", "EndpointSlice", true},
        {"", "v1", "persistentvolumeclaims", "PersistentVolumeClaim", true}};
    return kinds;
}

void addOwned(Gathered& into, const client::Client& client, const JsonObject& object, const QString& ns) {
    const auto uid = api::stringAt(object, {"metadata", "uid"});
    const auto kind = api::stringAt(object, {"kind"});
    if (ns.isEmpty() || kind == "Pod" || kind == "ConfigMap" || kind == "Secret")
        return;
    for (const client::ResourceRef& resource : ownable())
        if (const auto items = listMetadata(client, resource, ns.toStdString()))
            for (const Json& item : *items)
                for (const Json& owner :
                     item.is_object() ? arrayAt(item.get_object(), {"metadata", "ownerReferences"}) : api::JsonArray())
                    if (api::stringAt(owner, {"uid"}) == uid)
                        into.add(How::owns, resource.group, resource.kind, ns,
                                 api::stringAt(item, {"metadata", "name"}));
}

void addSelected(Gathered& into, const client::Client& client, const JsonObject& service, const QString& ns) {
    const JsonObject* selector = objectIn(service, {"spec", "selector"});
    if (selector == nullptr || selector->empty())
        return;
    client::ListOptions options;
    options.labelSelector = api::formatSelector(JsonObject{{"matchLabels", *selector}});
    if (const auto pods = client.list({"", "v1", "pods", "Pod", true}, ns.toStdString(), options))
        for (const Json& pod : pods->items)
            into.add(How::selects, "", "Pod", ns, api::stringAt(pod, {"metadata", "name"}));
}

void addSelecting(Gathered& into, const client::Client& client, const JsonObject& pod, const QString& ns) {
    const auto services = client.list({"", "v1", "services", "Service", true}, ns.toStdString());
    if (!services)
        return;
    for (const Json& service : services->items) {
        const JsonObject* selector =
            service.is_object() ? objectIn(service.get_object(), {"spec", "selector"}) : nullptr;
        if (selector == nullptr || selector->empty())
            continue;
        const auto matcher = api::LabelMatcher::parse(api::formatSelector(JsonObject{{"matchLabels", *selector}}));
        if (matcher && matcher->matches(pod))
            into.add(How::selectedBy, "", "Service", ns, api::stringAt(service, {"metadata", "name"}));
    }
}

} // namespace

QString relationTitle(Relation::How how) {
    switch (how) {
    case How::controlledBy:
        return QCoreApplication::translate("Relations", "Controlled by");
    case How::owns:
        return QCoreApplication::translate("Relations", "Owns");
    case How::uses:
        return QCoreApplication::translate("Relations", "Uses");
    case How::selects:
        return QCoreApplication::translate("Relations", "Selects");
    case How::selectedBy:
        return QCoreApplication::translate("Relations", "Selected by");
    case How::leadsTo:
        break;
    }
    return QCoreApplication::translate("Relations", "Leads to");
}

std::vector<Relation> referencesOf(const JsonObject& object) {
    Gathered found;
    const QString ns = text(api::stringAt(object, {"metadata", "namespace"}));
    const auto kind = api::stringAt(object, {"kind"});
    for (const Json& owner : arrayAt(object, {"metadata", "ownerReferences"}))
        found.add(How::controlledBy, groupOf(api::stringAt(owner, {"apiVersion"})),
                  std::string(api::stringAt(owner, {"kind"})), ns, api::stringAt(owner, {"name"}));
    if (kind == "Pod") {
        if (const JsonObject* spec = objectIn(object, {"spec"}))
            addPodSpec(found, *spec, ns);
    } else if (const JsonObject* spec = objectIn(object, {"spec", "template", "spec"})) {
        addPodSpec(found, *spec, ns);
    } else if (const JsonObject* job = objectIn(object, {"spec", "jobTemplate", "spec", "template", "spec"})) {
        addPodSpec(found, *job, ns);
    }
    if (kind == "Ingress")
        addIngress(found, object, ns);
    if (kind == "RoleBinding" || kind == "ClusterRoleBinding")
        addBinding(found, object, ns);
    if (kind == "HorizontalPodAutoscaler")
        found.add(How::leadsTo, groupOf(api::stringAt(object, {"spec", "scaleTargetRef", "apiVersion"})),
                  std::string(api::stringAt(object, {"spec", "scaleTargetRef", "kind"})), ns,
                  api::stringAt(object, {"spec", "scaleTargetRef", "name"}));
    if (kind == "PersistentVolumeClaim") {
        found.add(How::uses, "", "PersistentVolume", {}, api::stringAt(object, {"spec", "volumeName"}));
        found.add(How::uses, "storage.k8s.io", "StorageClass", {}, api::stringAt(object, {"spec", "storageClassName"}));
    }
    if (kind == "PersistentVolume")
        found.add(How::leadsTo, "", "PersistentVolumeClaim",
                  text(api::stringAt(object, {"spec", "claimRef", "namespace"})),
                  api::stringAt(object, {"spec", "claimRef", "name"}));
    if (kind == "Event")
        found.add(How::leadsTo, groupOf(api::stringAt(object, {"involvedObject", "apiVersion"})),
                  std::string(api::stringAt(object, {"involvedObject", "kind"})),
                  text(api::stringAt(object, {"involvedObject", "namespace"})),
                  api::stringAt(object, {"involvedObject", "name"}));
    return found.all;
}

std::vector<Relation> relationsOf(const client::Client& client, const JsonObject& object) {
    Gathered found{referencesOf(object)};
    const QString ns = text(api::stringAt(object, {"metadata", "namespace"}));
    const auto kind = api::stringAt(object, {"kind"});
    addOwned(found, client, object, ns);
    if (kind == "Service")
        addSelected(found, client, object, ns);
    if (kind == "Pod")
        addSelecting(found, client, object, ns);
    return found.all;
}

} // namespace slipway::ui
