#pragma once

#include "cluster/network/nftables/kernel_rules.h"
#include "cluster/network/services/service_rules.h"

namespace slipway::network {

/// The clients in a listing of an affinity map that were sent to what is no backend any more.
std::vector<std::string> lostClients(std::string_view listing, const std::vector<Backend>& backends);

/// Frees the clients of backends that went away, so that their next connection finds another.
void freeLostClients(KernelRules& kernel, const Table& table, const ServicePlan& before, const ServicePlan& after);

} // namespace slipway::network
