#include "ui/resources/kind_catalog.h"

#include "cluster/base/time.h"
#include "ui/resources/discovered_kinds.h"
#include "ui/resources/row_readers.h"
#include "ui/session/session.h"

#include <QCoreApplication>

namespace slipway::ui {
namespace {

constexpr const char* workloads = QT_TRANSLATE_NOOP("Groups", "Workloads");
constexpr const char* network = QT_TRANSLATE_NOOP("Groups", "Network");
constexpr const char* config = QT_TRANSLATE_NOOP("Groups", "Config");
constexpr const char* cluster = QT_TRANSLATE_NOOP("Groups", "Cluster");
constexpr const char* access = QT_TRANSLATE_NOOP("Groups", "Access control");

client::ResourceRef core(const char* resource, const char* kind, bool namespaced = true) {
    return {"", "v1", resource, kind, namespaced};
}

const std::vector<KindView>& catalog() {
    using enum ColumnRole;
    static const std::vector<KindView> kinds = {
        {"pods",
         core("pods", "Pod"),
         QT_TRANSLATE_NOOP("Kinds", "Pods"),
         "pod",
         workloads,
         {{QT_TRANSLATE_NOOP("Columns", "Containers"), containers, 112},
          {QT_TRANSLATE_NOOP("Columns", "Ready"), number, 70},
          {QT_TRANSLATE_NOOP("Columns", "Status"), status, 160},
          {QT_TRANSLATE_NOOP("Columns", "Restarts"), number, 86},
          {QT_TRANSLATE_NOOP("Columns", "CPU"), cpu, 104},
          {QT_TRANSLATE_NOOP("Columns", "Memory"), memory, 126},
          {QT_TRANSLATE_NOOP("Columns", "Controlled by"), text, 190},
          {QT_TRANSLATE_NOOP("Columns", "IP"), text, 110},
          {QT_TRANSLATE_NOOP("Columns", "Node"), text, 120},
          {QT_TRANSLATE_NOOP("Columns", "QoS"), text, 100}},
         readPod},
        {"deployments",
         {"apps", "v1", "deployments", "Deployment", true},
         QT_TRANSLATE_NOOP("Kinds", "Deployments"),
         "deployment",
         workloads,
         {{QT_TRANSLATE_NOOP("Columns", "Ready"), status, 90},
          {QT_TRANSLATE_NOOP("Columns", "Up-to-date"), number, 112},
          {QT_TRANSLATE_NOOP("Columns", "Available"), number, 98},
          {QT_TRANSLATE_NOOP("Columns", "Replicas"), replicas, 190},
          {QT_TRANSLATE_NOOP("Columns", "Conditions"), text, 170},
          {QT_TRANSLATE_NOOP("Columns", "Images"), text, 220}},
         readDeployment},
        {"replicasets",
         {"apps", "v1", "replicasets", "ReplicaSet", true},
         QT_TRANSLATE_NOOP("Kinds", "ReplicaSets"),
         "replicaset",
         workloads,
         {{QT_TRANSLATE_NOOP("Columns", "Desired"), number, 80},
          {QT_TRANSLATE_NOOP("Columns", "Current"), number, 80},
          {QT_TRANSLATE_NOOP("Columns", "Ready"), status, 90},
          {QT_TRANSLATE_NOOP("Columns", "Controlled by"), text, 190},
          {QT_TRANSLATE_NOOP("Columns", "Images"), text, 220}},
         readReplicaSet},
        {"services",
         core("services", "Service"),
         QT_TRANSLATE_NOOP("Kinds", "Services"),
         "service",
         network,
         {{QT_TRANSLATE_NOOP("Columns", "Type"), text, 100},
          {QT_TRANSLATE_NOOP("Columns", "Cluster IP"), text, 120},
          {QT_TRANSLATE_NOOP("Columns", "External IP"), text, 120},
          {QT_TRANSLATE_NOOP("Columns", "Ports"), text, 170},
          {QT_TRANSLATE_NOOP("Columns", "Selector"), text, 200}},
         readService},
        {"endpointslices",
         {"discovery.k8s.io", "v1", "endpointslices", "EndpointSlice", true},
         QT_TRANSLATE_NOOP("Kinds", "Endpoint slices"),
         "endpoints",
         network,
         {{QT_TRANSLATE_NOOP("Columns", "Address type"), text, 110},
          {QT_TRANSLATE_NOOP("Columns", "Ports"), text, 140},
          {QT_TRANSLATE_NOOP("Columns", "Endpoints"), text, 260}},
         readEndpointSlice},
        {"configmaps",
         core("configmaps", "ConfigMap"),
         QT_TRANSLATE_NOOP("Kinds", "ConfigMaps"),
         "configmap",
         config,
         {{QT_TRANSLATE_NOOP("Columns", "Keys"), text, 300}, {QT_TRANSLATE_NOOP("Columns", "Data"), number, 70}},
         readConfigMap},
        {"secrets",
         core("secrets", "Secret"),
         QT_TRANSLATE_NOOP("Kinds", "Secrets"),
         "secret",
         config,
         {{QT_TRANSLATE_NOOP("Columns", "Type"), text, 240},
          {QT_TRANSLATE_NOOP("Columns", "Keys"), text, 240},
          {QT_TRANSLATE_NOOP("Columns", "Data"), number, 70}},
         readSecret},
        {"nodes",
         core("nodes", "Node", false),
         QT_TRANSLATE_NOOP("Kinds", "Nodes"),
         "node",
         cluster,
         {{QT_TRANSLATE_NOOP("Columns", "Status"), status, 170},
          {QT_TRANSLATE_NOOP("Columns", "Roles"), text, 120},
          {QT_TRANSLATE_NOOP("Columns", "Taints"), number, 70},
          {QT_TRANSLATE_NOOP("Columns", "Version"), text, 140},
          {QT_TRANSLATE_NOOP("Columns", "Pods"), number, 76},
          {QT_TRANSLATE_NOOP("Columns", "CPU"), cpu, 104},
          {QT_TRANSLATE_NOOP("Columns", "Memory"), memory, 140},
          {QT_TRANSLATE_NOOP("Columns", "Internal IP"), text, 110},
          {QT_TRANSLATE_NOOP("Columns", "OS image"), text, 180}},
         readNode},
        {"namespaces",
         core("namespaces", "Namespace", false),
         QT_TRANSLATE_NOOP("Kinds", "Namespaces"),
         "namespace",
         cluster,
         {{QT_TRANSLATE_NOOP("Columns", "Status"), status, 120}, {QT_TRANSLATE_NOOP("Columns", "Labels"), text, 320}},
         readNamespace},
        {"events",
         core("events", "Event"),
         QT_TRANSLATE_NOOP("Kinds", "Events"),
         "event",
         cluster,
         {{QT_TRANSLATE_NOOP("Columns", "Type"), status, 100},
          {QT_TRANSLATE_NOOP("Columns", "Reason"), text, 140},
          {QT_TRANSLATE_NOOP("Columns", "Object"), text, 220},
          {QT_TRANSLATE_NOOP("Columns", "Message"), text, 420},
          {QT_TRANSLATE_NOOP("Columns", "Count"), number, 66}},
         readEvent},
        {"leases",
         {"coordination.k8s.io", "v1", "leases", "Lease", true},
         QT_TRANSLATE_NOOP("Kinds", "Leases"),
         "lease",
         cluster,
         {{QT_TRANSLATE_NOOP("Columns", "Holder"), text, 260}},
         readLease},
        {"serviceaccounts",
         core("serviceaccounts", "ServiceAccount"),
         QT_TRANSLATE_NOOP("Kinds", "Service accounts"),
         "serviceaccount",
         access,
         {{QT_TRANSLATE_NOOP("Columns", "Secrets"), number, 80}},
         readServiceAccount},
    };
    return kinds;
}

void readLabels(const api::JsonObject& object, Row& row) {
    const api::Json* labels = api::find(object, {"metadata", "labels"});
    if (labels == nullptr || !labels->is_object())
        return;
    for (const auto& [key, value] : labels->get_object())
        if (const auto* string = value.if_string())
            row.labels.emplace(key, std::string(api::view(*string)));
}

} // namespace

QString KindView::translatedTitle() const {
    return QCoreApplication::translate("Kinds", title);
}
QString KindView::translatedGroup() const {
    return QCoreApplication::translate("Groups", group);
}
bool KindView::hasLogs() const {
    return resource.kind == "Pod";
}
bool KindView::scales() const {
    return (resource.group == "apps" &&
            (resource.kind == "Deployment" || resource.kind == "StatefulSet" || resource.kind == "ReplicaSet")) ||
           (resource.group.empty() && resource.kind == "ReplicationController");
}
bool KindView::hasPods() const {
    return scales() || restarts() || (resource.group == "batch" && resource.kind == "Job") ||
           (resource.group.empty() && resource.kind == "Service");
}

bool KindView::restarts() const {
    return resource.group == "apps" &&
           (resource.kind == "Deployment" || resource.kind == "StatefulSet" || resource.kind == "DaemonSet");
}

std::span<const KindView> allKinds() {
    return catalog();
}

const KindView* findKindView(const QString& id) {
    for (const KindView& kind : catalog())
        if (id == QLatin1String(kind.id))
            return &kind;
    return findDiscovered([&id](const KindView& kind) { return id == QLatin1String(kind.id); });
}

const KindView* findKindView(const QString& kindName, const QString& apiVersion) {
    for (const KindView& kind : catalog())
        if (kindName == text(kind.resource.kind) &&
            (apiVersion.isEmpty() || apiVersion == text(kind.resource.apiVersion())))
            return &kind;
    return findDiscovered([&](const KindView& kind) {
        return kindName == text(kind.resource.kind) &&
               (apiVersion.isEmpty() || apiVersion == text(kind.resource.apiVersion()));
    });
}

Row readRow(const KindView& kind, const api::Json& json) {
    Row row;
    const api::JsonObject* object = json.if_object();
    if (object == nullptr)
        return row;
    row.uid = text(api::stringAt(*object, {"metadata", "uid"}));
    row.ns = text(api::stringAt(*object, {"metadata", "namespace"}));
    row.name = text(api::stringAt(*object, {"metadata", "name"}));
    row.resourceVersion = text(api::stringAt(*object, {"metadata", "resourceVersion"}));
    row.terminating = api::find(*object, {"metadata", "deletionTimestamp"}) != nullptr;
    if (const auto time = base::parseTime(api::stringAt(*object, {"metadata", "creationTimestamp"})))
        row.created = std::chrono::duration_cast<std::chrono::seconds>(time->time_since_epoch()).count();
    if (row.uid.isEmpty())
        row.uid = row.ns + QLatin1Char('/') + row.name;
    readLabels(*object, row);
    if (kind.read != nullptr)
        kind.read(*object, row);
    else
        readTabled(kind, *object, row);
    row.cells.resize(kind.columns.size());
    return row;
}

QString columnTitle(const char* title) {
    return QCoreApplication::translate("Columns", title);
}

} // namespace slipway::ui
