#pragma once

#include "cluster/store/store.h"

#include <filesystem>

/// Snapshots of a store's file for operators: taken while a server serves, checked anywhere, put back while none does.
namespace slipway::store {

/// What a checked snapshot holds.
struct SnapshotFacts {
    Revision revision = 0;
    std::size_t keys = 0; ///< objects that exist at that revision
    std::uintmax_t bytes = 0;
};

/// Writes a consistent copy of the store in @p file to @p target, which must not exist; a server that has the store
/// open goes on. The copy appears whole or not at all, mode 0600. Errors: io, corrupt.
Result<SnapshotFacts> saveSnapshot(const std::filesystem::path& file, const std::filesystem::path& target);

/// Reads a whole snapshot. Errors: corrupt with what does not hold together; io when it cannot be read.
Result<SnapshotFacts> verifySnapshot(const std::filesystem::path& snapshot);

/// Puts a snapshot in the place of the store in @p file, after checking it. What was there is kept beside it as
/// FILE.before-restore (replacing an earlier one). Errors: io when a server has the store open.
Result<SnapshotFacts> restoreSnapshot(const std::filesystem::path& snapshot, const std::filesystem::path& file);

} // namespace slipway::store
