#pragma once

#include "cluster/store/store.h"

#include <filesystem>

namespace slipway::store {

/// Opens (makes) the store in one SQLite file, checks it, and keeps the current state of every key in memory.
/// WAL mode, synchronous=FULL, one writer thread that groups waiting commits into one transaction.
Result<std::unique_ptr<Store>> openSqliteStore(const std::filesystem::path& file);

/// The same contract in memory, for tests and simulations; nothing survives.
std::unique_ptr<Store> makeMemoryStore();

} // namespace slipway::store
