#pragma once

#include "cluster/api/json.h"
#include "cluster/api/schema.h"

#include <string_view>

namespace slipway::ui {

inline constexpr std::string_view lastAppliedAnnotation = "kubectl.kubernetes.io/last-applied-configuration";

/// The object with the annotation kubectl apply keeps its own last input in.
api::JsonObject withLastApplied(api::JsonObject object);

/// What kubectl apply last wrote, read from a live object; empty when it never did.
api::JsonObject lastApplied(const api::JsonObject& live);

/// The patch that brings a live object to @p wanted: everything wanted, and the removal of what was in @p previous
/// and is no longer wanted. What others added stays. A strategic merge patch when @p type is known (lists merged by
/// their merge keys), else a JSON merge patch. Pure.
api::JsonObject applyPatch(const api::JsonObject& previous, const api::JsonObject& wanted, const api::Type* type);

} // namespace slipway::ui
