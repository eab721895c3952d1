#pragma once

#include "cluster/store/journaled_store.h"
#include "cluster/store/sqlite/database.h"

namespace slipway::store {

/// What stands in a checked file.
struct Loaded {
    State state;
    Revision last = emptyRevision;
    Revision compacted = 0;
    Revision swept = 0;
    std::int64_t format = 0;
};

/// Checks that a file is a whole store of this format, and reads the present out of it. Refuses whatever does not hold
/// together.
Result<Loaded> loadChecked(Database& database);

} // namespace slipway::store
