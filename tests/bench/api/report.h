#pragma once

#include "cluster/api/json.h"
#include "tests/bench/api/processes.h"
#include "tests/bench/api/samples.h"

#include <string>
#include <vector>

namespace slipway::bench {

/// The results as a table for people.
std::string asTable(const std::vector<Outcome>& outcomes, const std::vector<ProcessUse>& processes);
/// The same for programs.
api::JsonObject asJson(const std::vector<Outcome>& outcomes, const std::vector<ProcessUse>& processes);

} // namespace slipway::bench
