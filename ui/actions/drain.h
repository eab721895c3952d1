#pragma once

#include "cluster/client/client.h"

#include <QString>
#include <vector>

namespace slipway::ui {

/// What draining a node does with one of its pods.
struct DrainPod {
    enum class Fate {
        evicted,  ///< made anew elsewhere by its controller
        lost,     ///< has no controller: it is not made anew
        stays,    ///< of a DaemonSet, or static
        finished, ///< has run to its end
    } fate = Fate::evicted;
    QString ns, name, owner;
    bool losesData = false; ///< has an emptyDir
    QString state;          ///< while it is drained: what the server said last
    bool gone = false;
};

/// Decides about every pod of a node, by kubectl drain's rules. Pure.
std::vector<DrainPod> drainPlan(const api::JsonArray& pods);

/// One round: evicts what still has to go and sees what has gone. @p force takes pods without a controller as well.
/// @return false while something remains. Blocks.
bool drainRound(const client::Client& client, std::vector<DrainPod>& pods, bool force);

} // namespace slipway::ui
