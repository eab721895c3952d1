#pragma once

#include "cluster/api/json.h"

/// The conversions between versions of built-in kinds. Used by conversion.cpp; apiVersion is set there.
namespace slipway::api {

/// An event of the core group (v1) to and from events.k8s.io/v1: the same event under other names.
void eventToGroup(JsonObject& event);
void eventToCore(JsonObject& event);

/// A HorizontalPodAutoscaler of autoscaling/v2 to and from autoscaling/v1. What v1 has no members for is kept in
/// annotations, so that nothing is lost.
void autoscalerToV1(JsonObject& autoscaler);
void autoscalerToV2(JsonObject& autoscaler);

} // namespace slipway::api
