#pragma once

#include "cluster/api/types/core_v1.h"
#include "cluster/client/client.h"

#include <string>

namespace slipway::controllers {

/// Tells in a pod's condition DisruptionTarget why it is about to be deleted (KEP-3329); one that is gone is fine.
/// @p phase, when not empty, is set as well.
client::Result<void> markDisruption(const client::Client& client, const api::core_v1::Pod& pod,
                                    const std::string& reason, const std::string& message,
                                    const std::string& phase = {});

} // namespace slipway::controllers
