#pragma once

#include "cluster/api/json.h"
#include "cluster/api/schema.h"

#include <string>
#include <string_view>

/// The cells of single kinds, and what they share. Used by table.cpp.
namespace slipway::api {

using CellFunction = JsonArray (*)(const JsonObject& object);

/// The age since an RFC 3339 time, "<unknown>" when there is none.
std::string ageSince(std::string_view time);
std::string ageOf(const JsonObject& object);
/// "a=b,c=d" of a label map, "<none>" when empty.
std::string formatLabels(const Json* labels);
/// "web,sidecar" and their images, of a pod template's spec.
std::string containerNames(const Json* podSpec);
std::string containerImages(const Json* podSpec);
std::string orNone(std::string_view text);
/// An object's metadata.name.
std::string_view name(const JsonObject& object);
const JsonArray& arrayAt(const JsonObject& object, std::initializer_list<std::string_view> path);

JsonArray podCells(const JsonObject& pod);
JsonArray nodeCells(const JsonObject& node);
JsonArray serviceCells(const JsonObject& service);
JsonArray endpointsCells(const JsonObject& endpoints);
JsonArray endpointSliceCells(const JsonObject& slice);
JsonArray eventCells(const JsonObject& event);
JsonArray deploymentCells(const JsonObject& deployment);
JsonArray replicaSetCells(const JsonObject& replicaSet);
JsonArray statefulSetCells(const JsonObject& set);
JsonArray daemonSetCells(const JsonObject& set);
JsonArray jobCells(const JsonObject& job);
JsonArray claimCells(const JsonObject& object);
JsonArray volumeCells(const JsonObject& object);
JsonArray storageClassCells(const JsonObject& object);
JsonArray csiDriverCells(const JsonObject& object);
JsonArray volumeAttachmentCells(const JsonObject& object);
JsonArray autoscalerCells(const JsonObject& object);
JsonArray disruptionBudgetCells(const JsonObject& object);
JsonArray networkPolicyCells(const JsonObject& object);
JsonArray ingressClassCells(const JsonObject& object);
JsonArray webhookCells(const JsonObject& object);
JsonArray runtimeClassCells(const JsonObject& object);
JsonArray quotaCells(const JsonObject& object);
JsonArray revisionCells(const JsonObject& object);
JsonArray priorityClassCells(const JsonObject& object);
JsonArray apiServiceCells(const JsonObject& object);
JsonArray ingressCells(const JsonObject& object);
JsonArray roleBindingCells(const JsonObject& object);
JsonArray cronJobCells(const JsonObject& object);
JsonArray podTemplateCells(const JsonObject& object);

} // namespace slipway::api
