#pragma once

#include "ui/resources/row.h"

/// One function a kind: its own columns out of an object. Pure; any thread.
namespace slipway::ui {

void readPod(const api::JsonObject& object, Row& row);
void readDeployment(const api::JsonObject& object, Row& row);
void readReplicaSet(const api::JsonObject& object, Row& row);
void readService(const api::JsonObject& object, Row& row);
void readEndpointSlice(const api::JsonObject& object, Row& row);
void readConfigMap(const api::JsonObject& object, Row& row);
void readSecret(const api::JsonObject& object, Row& row);
void readNode(const api::JsonObject& object, Row& row);
void readNamespace(const api::JsonObject& object, Row& row);
void readEvent(const api::JsonObject& object, Row& row);
void readLease(const api::JsonObject& object, Row& row);
void readServiceAccount(const api::JsonObject& object, Row& row);

/// A pod's status in one word and its containers, by the rules kubectl prints pods with
/// (kubernetes/pkg/printers/internalversion, printPod).
struct PodSummary {
    QString status;
    Tone tone = Tone::muted;
    int ready = 0, total = 0, restarts = 0;
    std::vector<Brick> bricks;
};
PodSummary summarizePod(const api::JsonObject& pod);

/// Array member at a path; an empty array when absent.
const api::JsonArray& arrayAt(const api::JsonObject& object, std::initializer_list<std::string_view> path);
/// "key=value, key=value" of a map of strings.
QString joinMap(const api::Json* map);

} // namespace slipway::ui
