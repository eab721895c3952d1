#pragma once

#include "cluster/store/store.h"

#include <filesystem>

/// Writes over a fixed number of live objects for a long time while the past is compacted, and prints as it goes: the
/// rate, the longest a commit took, and the memory and disk that are used, which have to stay as they are.
namespace slipway::bench {

struct Churn {
    int objects = 5000;
    int clients = 32;
    long long writes = 2'000'000;
    store::Revision kept = 20'000; ///< past revisions
};

void runChurn(store::Store& store, const std::filesystem::path& file, const Churn& churn);

} // namespace slipway::bench
