#pragma once

#include "cluster/agent/runtime/runtime.h"
#include "cluster/api/types/core_v1.h"

namespace slipway::agent {

/// The logins that a Secret of type kubernetes.io/dockerconfigjson (or dockercfg) holds for a registry.
std::vector<RegistryLogin> registryLogins(const api::core_v1::Secret& secret, const std::string& registry);

} // namespace slipway::agent
