#pragma once

#include "cluster/client/client.h"

#include <string>
#include <vector>

namespace slipway::controllers {

/// The resources, among those that are served, whose objects a quota over @p name counts: "pods" of "cpu",
/// "deployments.apps" of "count/deployments.apps". Empty when nothing is known of that name.
std::vector<client::ResourceRef> countedBy(const std::string& name, const std::vector<client::ResourceRef>& served);

} // namespace slipway::controllers
