#include "ui/resources/kind_catalog.h"

#include "cluster/base/time.h"
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

#define COLUMN(text) QT_TRANSLATE_NOOP("Columns", text)
#define KIND(text) QT_TRANSLATE_NOOP("Kinds", text)

const std::vector<KindView>& catalog() {
    using enum ColumnRole;
    static const std::vector<KindView> kinds = {
        {"pods", core("pods", "Pod"), KIND("Pods"), "pod", workloads,
         {{COLUMN("Containers"), containers, 96},
          {COLUMN("Ready"), number, 70},
          {COLUMN("Status"), status, 160},
          {COLUMN("Restarts"), number, 86},
          {COLUMN("Controlled by"), text, 190},
          {COLUMN("IP"), text, 110},
          {COLUMN("Node"), text, 120},
          {COLUMN("QoS"), text, 100}},
         readPod},
        {"deployments", {"apps", "v1", "deployments", "Deployment", true}, KIND("Deployments"), "deployment", workloads,
         {{COLUMN("Ready"), status, 90},
          {COLUMN("Up-to-date"), number, 96},
          {COLUMN("Available"), number, 90},
          {COLUMN("Replicas"), replicas, 190},
          {COLUMN("Conditions"), text, 170},
          {COLUMN("Images"), text, 220}},
         readDeployment},
        {"replicasets", {"apps", "v1", "replicasets", "ReplicaSet", true}, KIND("ReplicaSets"), "replicaset", workloads,
         {{COLUMN("Desired"), number, 80},
          {COLUMN("Current"), number, 80},
          {COLUMN("Ready"), status, 90},
          {COLUMN("Controlled by"), text, 190},
          {COLUMN("Images"), text, 220}},
         readReplicaSet},
        {"services", core("services", "Service"), KIND("Services"), "service", network,
         {{COLUMN("Type"), text, 100},
          {COLUMN("Cluster IP"), text, 120},
          {COLUMN("External IP"), text, 120},
          {COLUMN("Ports"), text, 170},
          {COLUMN("Selector"), text, 200}},
         readService},
        {"endpointslices", {"discovery.k8s.io", "v1", "endpointslices", "EndpointSlice", true}, KIND("Endpoint slices"),
         "endpoints", network,
         {{COLUMN("Address type"), text, 110}, {COLUMN("Ports"), text, 140}, {COLUMN("Endpoints"), text, 260}},
         readEndpointSlice},
        {"configmaps", core("configmaps", "ConfigMap"), KIND("ConfigMaps"), "configmap", config,
         {{COLUMN("Keys"), text, 300}, {COLUMN("Data"), number, 70}}, readConfigMap},
        {"secrets", core("secrets", "Secret"), KIND("Secrets"), "secret", config,
         {{COLUMN("Type"), text, 240}, {COLUMN("Keys"), text, 240}, {COLUMN("Data"), number, 70}}, readSecret},
        {"nodes", core("nodes", "Node", false), KIND("Nodes"), "node", cluster,
         {{COLUMN("Status"), status, 170},
          {COLUMN("Roles"), text, 120},
          {COLUMN("Taints"), number, 70},
          {COLUMN("Version"), text, 110},
          {COLUMN("Pods"), number, 76},
          {COLUMN("CPU"), number, 70},
          {COLUMN("Memory"), number, 96},
          {COLUMN("Internal IP"), text, 110},
          {COLUMN("OS image"), text, 180}},
         readNode},
        {"namespaces", core("namespaces", "Namespace", false), KIND("Namespaces"), "namespace", cluster,
         {{COLUMN("Status"), status, 120}, {COLUMN("Labels"), text, 320}}, readNamespace},
        {"events", core("events", "Event"), KIND("Events"), "event", cluster,
         {{COLUMN("Type"), status, 100},
          {COLUMN("Reason"), text, 140},
          {COLUMN("Object"), text, 220},
          {COLUMN("Message"), text, 420},
          {COLUMN("Count"), number, 66}},
         readEvent},
        {"leases", {"coordination.k8s.io", "v1", "leases", "Lease", true}, KIND("Leases"), "lease", cluster,
         {{COLUMN("Holder"), text, 260}}, readLease},
        {"serviceaccounts", core("serviceaccounts", "ServiceAccount"), KIND("Service accounts"), "serviceaccount", access,
         {{COLUMN("Secrets"), number, 80}}, readServiceAccount},
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

QString KindView::translatedTitle() const { return QCoreApplication::translate("Kinds", title); }
QString KindView::translatedGroup() const { return QCoreApplication::translate("Groups", group); }
bool KindView::hasLogs() const { return resource.kind == "Pod"; }
bool KindView::scales() const { return resource.kind == "Deployment"; }

std::span<const KindView> allKinds() { return catalog(); }

const KindView* findKindView(const QString& id) {
    for (const KindView& kind : catalog())
        if (id == QLatin1String(kind.id))
            return &kind;
    return nullptr;
}

const KindView* findKindView(const QString& kindName, const QString& apiVersion) {
    for (const KindView& kind : catalog())
        if (kindName == text(kind.resource.kind) && (apiVersion.isEmpty() || apiVersion == text(kind.resource.apiVersion())))
            return &kind;
    return nullptr;
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
    kind.read(*object, row);
    row.cells.resize(kind.columns.size());
    return row;
}

QString columnTitle(const char* title) { return QCoreApplication::translate("Columns", title); }

} // namespace slipway::ui
