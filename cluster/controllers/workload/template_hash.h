#pragma once

#include "cluster/api/types/core_v1.h"

#include <optional>
#include <string>

namespace slipway::controllers {

/// A short hash of a pod template, as letters and digits that make no words: the value of the label pod-template-hash
/// and the suffix of names. @p collisions salts it where another template has the same.
std::string templateHash(const api::core_v1::PodTemplateSpec& podTemplate, std::optional<int> collisions);

/// A share or number resolved against the wanted count ("25%" of 4 is 1; rounded up for a surge, down otherwise).
int resolveShare(const std::optional<api::IntOrString>& value, int total, bool roundUp, int fallback);

} // namespace slipway::controllers
