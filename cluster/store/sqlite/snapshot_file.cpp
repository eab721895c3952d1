#include "cluster/store/snapshot_file.h"

#include "cluster/store/sqlite/database.h"
#include "cluster/store/sqlite/file_lock.h"
#include "cluster/store/sqlite/loader.h"

#include <sys/stat.h>

namespace slipway::store {

namespace fs = std::filesystem;

namespace {

std::unexpected<Error> failure(const fs::path& path, const std::error_code& why) {
    return std::unexpected(Error{Errc::io, path.string() + ": " + why.message()});
}

/// Moves a finished file to its name, durably.
Result<void> install(const fs::path& draft, const fs::path& target) {
    if (auto synced = syncPath(draft); !synced)
        return synced;
    std::error_code error;
    fs::rename(draft, target, error);
    if (error)
        return failure(target, error);
    return syncPath(folderOf(target));
}

Result<void> copyOf(const fs::path& file, const fs::path& draft) {
    auto database = Database::open(file, Database::Mode::write);
    if (!database)
        return std::unexpected(std::move(database.error()));
    auto copied = database->prepare("VACUUM INTO ?1").and_then([&](Statement&& statement) {
        return statement.bindText(1, draft.native()).run();
    });
    ::chmod(draft.c_str(), 0600);
    return copied;
}

} // namespace

Result<SnapshotFacts> verifySnapshot(const fs::path& snapshot) {
    std::error_code error;
    const auto bytes = fs::file_size(snapshot, error);
    if (error)
        return failure(snapshot, error);
    auto database = Database::open(snapshot, Database::Mode::read);
    if (!database)
        return std::unexpected(std::move(database.error()));
    const auto loaded = loadChecked(*database);
    if (!loaded)
        return std::unexpected(loaded.error());
    return SnapshotFacts{loaded->last, loaded->state.size(), bytes};
}

Result<SnapshotFacts> saveSnapshot(const fs::path& file, const fs::path& target) {
    std::error_code error;
    if (fs::exists(target, error))
        return std::unexpected(Error{Errc::io, target.string() + ": the file exists already"});
    const fs::path draft = beside(target, ".new");
    fs::remove(draft, error);
    auto facts =
        copyOf(file, draft).and_then([&] { return verifySnapshot(draft); }).and_then([&](const SnapshotFacts& checked) {
            return install(draft, target).transform([&] { return checked; });
        });
    if (!facts)
        fs::remove(draft, error);
    return facts;
}

Result<SnapshotFacts> restoreSnapshot(const fs::path& snapshot, const fs::path& file) {
    const auto lock = FileLock::take(beside(file, ".lock"));
    if (!lock)
        return std::unexpected(lock.error());
    const fs::path draft = beside(file, ".restored");
    std::error_code error;
    fs::copy_file(snapshot, draft, fs::copy_options::overwrite_existing, error);
    if (error)
        return failure(snapshot, error);
    ::chmod(draft.c_str(), 0600);
    const auto facts = verifySnapshot(draft);
    if (!facts) {
        fs::remove(draft, error);
        return facts;
    }
    // The old store first folds its write-ahead log into its file, so that one file is all there is of it.
    if (fs::exists(file, error)) {
        if (auto old = Database::open(file, Database::Mode::write))
            (void)old->execute("PRAGMA wal_checkpoint(TRUNCATE)");
        fs::rename(file, beside(file, ".before-restore"), error);
        if (error)
            return failure(file, error);
    }
    for (const char* rest : {"-wal", "-shm"})
        fs::remove(beside(file, rest), error);
    return install(draft, file).transform([&] { return *facts; });
}

} // namespace slipway::store
