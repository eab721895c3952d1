#pragma once

#include "cluster/api/json.h"

#include <set>
#include <string>

namespace slipway::apiserver {

/// The names other resources of a group have taken.
struct TakenNames {
    std::set<std::string, std::less<>> resources; ///< plural, singular, short
    std::set<std::string, std::less<>> kinds;     ///< kind, list kind
};

/// Notes the accepted names of a definition as taken.
void takeNames(const api::JsonObject& crd, TakenNames& taken);

/// The names and conditions of a definition: accepted names, NamesAccepted, Established, and whether a protected group
/// was approved. Changes status alone. Source: apiextensions' naming and establishing controllers.
void settleNames(api::JsonObject& crd, const TakenNames& taken);

} // namespace slipway::apiserver
