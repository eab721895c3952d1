#pragma once

#include "ui/resources/object_ref.h"

namespace slipway::ui {

/// An object that has to do with another one.
struct Relation {
    enum class How {
        controlledBy, ///< its owner
        owns,         ///< what it owns
        uses,         ///< what its pods use: config maps, secrets, claims, service account, node
        selects,      ///< pods its selector finds
        selectedBy,   ///< services that find it
        leadsTo,      ///< what it points at: services of an ingress, targets of an autoscaler, roles of a binding
    } how;
    std::string group, kind; ///< of the other object
    QString ns, name;
    bool operator==(const Relation&) const = default;
};

QString relationTitle(Relation::How how);
/// What an object says itself about others. Pure.
std::vector<Relation> referencesOf(const api::JsonObject& object);
/// Those, and what points back at it: owned objects, selected pods, services of a pod. Blocks.
std::vector<Relation> relationsOf(const client::Client& client, const api::JsonObject& object);

} // namespace slipway::ui
