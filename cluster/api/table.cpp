#include "cluster/api/table.h"

#include "cluster/api/custom/definition.h"
#include "cluster/api/selectors.h"
#include "cluster/api/table_cells.h"
#include "cluster/base/time.h"

#include <algorithm>
#include <format>
#include <map>

namespace slipway::api {
namespace {

std::string nameOf(const JsonObject& object) {
    return std::string(stringAt(object, {"metadata", "name"}));
}

std::size_t countAt(const JsonObject& object, std::initializer_list<std::string_view> path) {
    const Json* found = find(object, path);
    return found == nullptr     ? 0
           : found->is_object() ? found->get_object().size()
           : found->is_array()  ? found->get_array().size()
                                : 0;
}

JsonArray namespaceCells(const JsonObject& o) {
    return {nameOf(o), stringAt(o, {"status", "phase"}), ageOf(o)};
}
JsonArray configMapCells(const JsonObject& o) {
    return {nameOf(o), countAt(o, {"data"}) + countAt(o, {"binaryData"}), ageOf(o)};
}
JsonArray secretCells(const JsonObject& o) {
    return {nameOf(o), stringAt(o, {"type"}), countAt(o, {"data"}), ageOf(o)};
}
JsonArray serviceAccountCells(const JsonObject& o) {
    return {nameOf(o), countAt(o, {"secrets"}), ageOf(o)};
}
JsonArray componentStatusCells(const JsonObject& o) {
    for (const Json& condition : arrayAt(o, {"conditions"}))
        if (stringAt(condition, {"type"}) == "Healthy") {
            const std::string_view status = stringAt(condition, {"status"});
            return {nameOf(o),
                    status == "True"    ? "Healthy"
                    : status == "False" ? "Unhealthy"
                                        : "Unknown",
                    stringAt(condition, {"message"}), stringAt(condition, {"error"})};
        }
    return {nameOf(o), "Unknown", "", ""};
}
JsonArray leaseCells(const JsonObject& o) {
    return {nameOf(o), stringAt(o, {"spec", "holderIdentity"}), ageOf(o)};
}
JsonArray roleCells(const JsonObject& o) {
    return {nameOf(o), stringAt(o, {"metadata", "creationTimestamp"})};
}

/// By "group/resource".
const std::map<std::string_view, CellFunction>& cellFunctions() {
    static const std::map<std::string_view, CellFunction> functions{
        {"/pods", podCells},
        {"/nodes", nodeCells},
        {"/services", serviceCells},
        {"/endpoints", endpointsCells},
        {"discovery.k8s.io/endpointslices", endpointSliceCells},
        {"/events", eventCells},
        {"events.k8s.io/events", eventCells},
        {"apps/deployments", deploymentCells},
        {"apps/replicasets", replicaSetCells},
        {"/replicationcontrollers", replicaSetCells},
        {"apps/statefulsets", statefulSetCells},
        {"apps/daemonsets", daemonSetCells},
        {"batch/jobs", jobCells},
        {"/namespaces", namespaceCells},
        {"/configmaps", configMapCells},
        {"/secrets", secretCells},
        {"/componentstatuses", componentStatusCells},
        {"/serviceaccounts", serviceAccountCells},
        {"coordination.k8s.io/leases", leaseCells},
        {"rbac.authorization.k8s.io/roles", roleCells},
        {"rbac.authorization.k8s.io/clusterroles", roleCells},
        {"rbac.authorization.k8s.io/rolebindings", roleBindingCells},
        {"rbac.authorization.k8s.io/clusterrolebindings", roleBindingCells},
        {"/persistentvolumeclaims", claimCells},
        {"networking.k8s.io/ingresses", ingressCells},
        {"scheduling.k8s.io/priorityclasses", priorityClassCells},
        {"apiregistration.k8s.io/apiservices", apiServiceCells},
        {"/persistentvolumes", volumeCells},
        {"/podtemplates", podTemplateCells},
        {"/resourcequotas", quotaCells},
        {"apps/controllerrevisions", revisionCells},
        {"batch/cronjobs", cronJobCells},
        {"autoscaling/horizontalpodautoscalers", autoscalerCells},
        {"policy/poddisruptionbudgets", disruptionBudgetCells},
        {"networking.k8s.io/networkpolicies", networkPolicyCells},
        {"networking.k8s.io/ingressclasses", ingressClassCells},
        {"node.k8s.io/runtimeclasses", runtimeClassCells},
        {"storage.k8s.io/storageclasses", storageClassCells},
        {"storage.k8s.io/csidrivers", csiDriverCells},
        {"storage.k8s.io/volumeattachments", volumeAttachmentCells},
        {"admissionregistration.k8s.io/mutatingwebhookconfigurations", webhookCells},
        {"admissionregistration.k8s.io/validatingwebhookconfigurations", webhookCells},
    };
    return functions;
}

/// A kind without cells of its own: its name, its age, and what its columns' names say of the object itself.
JsonArray genericCells(const Resource& resource, const JsonObject& object) {
    JsonArray cells;
    for (const Column& column : resource.columns) {
        if (column.name == "Name")
            cells.emplace_back(nameOf(object));
        else if (column.name == "Age")
            cells.emplace_back(ageOf(object));
        else if (column.name == "Created At")
            cells.emplace_back(stringAt(object, {"metadata", "creationTimestamp"}));
        else
            cells.emplace_back("<none>");
    }
    return cells;
}

JsonObject defaultColumn(std::string_view name, std::string_view type, std::string_view format,
                         std::string_view description) {
    return {{"name", name}, {"type", type}, {"format", format}, {"description", description}, {"priority", 0}};
}

} // namespace

std::string ageSince(std::string_view text) {
    const auto time = base::parseTime(text);
    if (!time) // absent or the zero time
        return "<unknown>";
    return base::humanDuration(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now() - *time));
}

std::string ageOf(const JsonObject& object) {
    return ageSince(stringAt(object, {"metadata", "creationTimestamp"}));
}

std::string_view name(const JsonObject& object) {
    return stringAt(object, {"metadata", "name"});
}

std::string orNone(std::string_view text) {
    return text.empty() ? "<none>" : std::string(text);
}

const JsonArray& arrayAt(const JsonObject& object, std::initializer_list<std::string_view> path) {
    static const JsonArray none;
    const Json* found = find(object, path);
    return found != nullptr && found->is_array() ? found->get_array() : none;
}

std::string formatLabels(const Json* labels) {
    std::vector<std::string> parts;
    if (labels != nullptr && labels->is_object())
        for (const auto& [key, value] : labels->get_object())
            parts.push_back(
                std::format("{}={}", std::string_view(key), value.is_string() ? view(value.get_string()) : ""));
    std::ranges::sort(parts);
    std::string text;
    for (const std::string& part : parts)
        text += (text.empty() ? "" : ",") + part;
    return orNone(text);
}

namespace {
std::string joinContainers(const Json* podSpec, std::string_view member) {
    std::string text;
    if (podSpec != nullptr && podSpec->is_object())
        for (const Json& container : arrayAt(podSpec->get_object(), {"containers"}))
            text += (text.empty() ? "" : ",") + std::string(stringAt(container, {member}));
    return text;
}
} // namespace

std::string containerNames(const Json* podSpec) {
    return joinContainers(podSpec, "name");
}
std::string containerImages(const Json* podSpec) {
    return joinContainers(podSpec, "image");
}

JsonArray tableCells(const Resource& resource, const JsonObject& object) {
    if (resource.custom != nullptr)
        return custom::cells(resource, object);
    if (resource.columns.empty())
        return {nameOf(object), stringAt(object, {"metadata", "creationTimestamp"})};
    const auto found = cellFunctions().find(std::format("{}/{}", resource.group, resource.name));
    JsonArray cells = found == cellFunctions().end() ? genericCells(resource, object) : found->second(object);
    cells.resize(resource.columns.size(), "");
    return cells;
}

JsonArray tableColumns(const Resource& resource) {
    JsonArray columns;
    for (const Column& column : resource.columns)
        columns.push_back(JsonObject{{"name", column.name},
                                     {"type", column.type},
                                     {"format", column.format},
                                     {"description", std::format("{} of the {}.", column.name, resource.singular)},
                                     {"priority", column.priority}});
    if (columns.empty()) {
        columns.push_back(defaultColumn("Name", "string", "name", "Name of the object, unique in its namespace."));
        columns.push_back(defaultColumn("Created At", "date", "", "When the object was made."));
    }
    return columns;
}

JsonObject partialMetadata(const JsonObject& object) {
    JsonObject partial{{"kind", "PartialObjectMetadata"}, {"apiVersion", "meta.k8s.io/v1"}};
    if (const Json* metadata = object.if_contains("metadata"))
        partial["metadata"] = *metadata;
    return partial;
}

JsonObject tableRow(const Resource& resource, const JsonObject& object, RowObject include) {
    JsonObject row{{"cells", tableCells(resource, object)}};
    if (include == RowObject::metadata)
        row["object"] = partialMetadata(object);
    else if (include == RowObject::object)
        row["object"] = object;
    return row;
}

} // namespace slipway::api
