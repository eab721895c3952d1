#pragma once

#include "cluster/api/json.h"
#include "cluster/api/schema.h"

#include <string>
#include <vector>

namespace slipway::apiserver {

struct ServerOptions;

/// An object every cluster has.
struct Seed {
    const api::Resource& resource;
    std::string ns;
    api::JsonObject object;
};

/// The namespaces, roles, bindings, classes and flow schemas of the bootstrap policy, the server's own service with its
/// address and endpoints, and what aggregated servers need to know of it. Empty when the policy cannot be read.
std::vector<Seed> bootstrapSeeds(const ServerOptions& options);

/// What an object of a former start lacks of what it should have by now: rules of roles and subjects of bindings that
/// are marked to be kept up to date, and the server's endpoints. Null object: nothing.
std::optional<api::JsonObject> reconciled(const Seed& seed, const api::JsonObject& present);

} // namespace slipway::apiserver
