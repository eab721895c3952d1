#include "cluster/store/sqlite/sqlite_journal.h"

#include "cluster/store/journaled_store.h"
#include "cluster/store/snapshot_file.h"
#include "cluster/store/sqlite/loader.h"
#include "cluster/store/sqlite/row.h"
#include "cluster/store/sqlite_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace slipway::store {

namespace {

constexpr Revision sweepRevisions = 500;    ///< swept at once; commits wait meanwhile
constexpr int freedPages = 250;             ///< given back at once, likewise
constexpr std::int64_t keptFreePages = 500; ///< not worth giving back: soon written again

Result<void> writeEmptyStore(const std::filesystem::path& file) {
    // SQLite gives the file's permissions to the log it puts beside it.
    const int descriptor = ::open(file.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    if (descriptor < 0)
        return std::unexpected(Error{Errc::io, file.string() + ": cannot be made"});
    ::close(descriptor);
    auto database = Database::open(file, Database::Mode::create);
    if (!database)
        return std::unexpected(std::move(database.error()));
    const std::string sql = std::format("PRAGMA synchronous=OFF; PRAGMA auto_vacuum=INCREMENTAL; PRAGMA "
                                        "journal_mode=WAL; PRAGMA application_id={}; BEGIN; {} COMMIT;",
                                        applicationId, tablesSql);
    return database->execute(sql.c_str());
}

/// Makes an empty store's file: whole and durable under its name, or not at all.
Result<void> createFile(const std::filesystem::path& file) {
    const auto draft = beside(file, ".new");
    std::error_code ignored;
    for (const char* suffix : {"", "-wal", "-shm"})
        std::filesystem::remove(beside(draft, suffix), ignored);
    if (auto done = writeEmptyStore(draft).and_then([&] { return syncPath(draft); }); !done)
        return done;
    std::error_code failed;
    std::filesystem::rename(draft, file, failed);
    if (failed)
        return std::unexpected(Error{Errc::io, file.string() + ": " + failed.message()});
    return syncPath(folderOf(file));
}

std::unexpected<Error> exists(const std::string& path) {
    return std::unexpected(Error{Errc::io, path + ": exists"});
}

} // namespace

Result<void> writeSqliteFile(const std::filesystem::path& file, std::span<const Commit> commits, Revision compacted) {
    std::error_code ignored;
    if (std::filesystem::exists(file, ignored))
        return exists(file.string());
    SqliteJournal journal(file, FileLock(), std::nullopt, 0, 0);
    return journal.append(commits).and_then([&] { return journal.beginCompaction(compacted); });
}

SqliteJournal::SqliteJournal(std::filesystem::path file, FileLock lock, std::optional<Database> database,
                             Revision compacted, Revision swept)
    : file_(std::move(file))
    , lock_(std::move(lock))
    , database_(std::move(database))
    , compacted_(compacted)
    , swept_(swept)
    , reader_(file_) {}

Result<void> SqliteJournal::prepare() {
    if (insert_)
        return {};
    if (!database_) {
        std::error_code ignored;
        if (!std::filesystem::exists(file_, ignored)) {
            if (auto done = createFile(file_); !done)
                return done;
        }
        auto opened = Database::open(file_, Database::Mode::write);
        if (!opened)
            return std::unexpected(std::move(opened.error()));
        database_ = std::move(*opened);
    }
    const auto mode = database_->queryText("PRAGMA journal_mode=WAL");
    if (!mode)
        return std::unexpected(mode.error());
    if (*mode != "wal")
        return std::unexpected(Error{Errc::io, "the file system does not support a write-ahead log"});
    if (auto done = database_->execute("PRAGMA synchronous=FULL"); !done)
        return done;
    auto statement = database_->prepare("INSERT INTO history (" SLIPWAY_ROW_COLUMNS ") VALUES (?,?,?,?,?,?,?,?,?)");
    if (!statement)
        return std::unexpected(std::move(statement.error()));
    insert_ = std::move(*statement);
    return {};
}

Result<void> SqliteJournal::inTransaction(const std::function<Result<void>()>& body) {
    auto done = prepare().and_then([&] { return database_->execute("BEGIN IMMEDIATE"); }).and_then(body).and_then([&] {
        return database_->execute("COMMIT");
    });
    if (!done && database_)
        database_->rollBack();
    return done;
}

Result<void> SqliteJournal::insert(const Event& event, std::int64_t position, Revision predecessor,
                                   const Origin& origin) {
    Row row{position, event.entry.key, event.entry.created, predecessor, event.deleted, {}, origin.who, origin.at};
    if (!event.deleted)
        row.value = *event.entry.value;
    return insert_->bind(1, row.position)
        .bindText(2, row.key)
        .bind(3, row.created)
        .bind(4, row.previous)
        .bind(5, row.deleted)
        .bind(6, row.checksum())
        .bindBlob(7, row.value)
        .bindText(8, row.who)
        .bind(9, row.at)
        .run();
}

Result<void> SqliteJournal::insertAll(std::span<const Commit> group) {
    for (const Commit& commit : group) {
        if (commit.events.size() > maxOperations)
            return std::unexpected(Error{Errc::io, "a commit has too many operations"});
        for (std::size_t i = 0; i < commit.events.size(); ++i) {
            const std::int64_t position = firstPosition(commit.revision) + static_cast<std::int64_t>(i);
            if (auto done = insert(commit.events[i], position, commit.predecessors[i], commit.origin); !done)
                return done;
        }
    }
    return {};
}

Result<void> SqliteJournal::append(std::span<const Commit> group) {
    return inTransaction([&] { return insertAll(group); });
}

Result<void> SqliteJournal::beginCompaction(Revision before) {
    const std::string sql = std::format("UPDATE meta SET value = {} WHERE name = 'compacted'", before);
    return inTransaction([&] { return database_->execute(sql.c_str()); }).transform([&] { compacted_ = before; });
}

// A row makes the one it replaced unreadable; a deletion is not read itself either. Rows of the compaction's own
// revision keep what they replaced, because their events are still delivered with it.
Result<void> SqliteJournal::sweepRows(Revision until) {
    const std::string range =
        std::format("position BETWEEN {} AND {}", firstPosition(swept_), firstPosition(until) - 1);
    const std::string replaced =
        std::format("DELETE FROM history WHERE position IN (SELECT old.position FROM history new CROSS JOIN history "
                    "old INDEXED BY history_key ON old.key = new.key AND old.position BETWEEN new.previous << {0} AND "
                    "((new.previous + 1) << {0}) - 1 WHERE new.previous > 0 AND new.{1})",
                    positionBits, range);
    const std::string deletions = std::format("DELETE FROM history WHERE {} AND deleted", range);
    const std::string swept = std::format("UPDATE meta SET value = {} WHERE name = 'swept'", until);
    return inTransaction([&] {
        return database_->execute(replaced.c_str())
            .and_then([&] { return database_->execute(deletions.c_str()); })
            .and_then([&] { return database_->execute(swept.c_str()); });
    });
}

Result<bool> SqliteJournal::sweep() {
    if (swept_ >= compacted_)
        return giveBack();
    const Revision until = std::min(compacted_, swept_ + sweepRevisions);
    return sweepRows(until).transform([&] {
        swept_ = until;
        return true;
    });
}

// In small pieces, as writers wait meanwhile. A file made before this was a setting has nothing to give.
Result<bool> SqliteJournal::giveBack() {
    const auto free = database_->queryInteger("PRAGMA freelist_count");
    if (!free || *free <= keptFreePages)
        return free.transform([](auto) { return false; });
    return database_->execute(std::format("PRAGMA incremental_vacuum({})", freedPages).c_str()).and_then([&] {
        return database_->queryInteger("PRAGMA freelist_count").transform([&](auto now) {
            return now < *free && now > keptFreePages;
        });
    });
}

std::uintmax_t SqliteJournal::diskBytes() const {
    std::uintmax_t bytes = 0;
    for (const char* suffix : {"", "-wal"}) {
        std::error_code none;
        const auto size = std::filesystem::file_size(beside(file_, suffix), none);
        bytes += none ? 0 : size;
    }
    return bytes;
}

Result<void> SqliteJournal::snapshot(const std::string& path) const {
    std::error_code ignored;
    if (std::filesystem::exists(path, ignored))
        return exists(path);
    if (!std::filesystem::exists(file_, ignored))
        return createFile(path);
    return saveSnapshot(file_, path).transform([](const SnapshotFacts&) {});
}

Result<std::unique_ptr<Store>> openSqliteStore(const std::filesystem::path& file) {
    auto lock = FileLock::take(beside(file, ".lock"));
    if (!lock)
        return std::unexpected(std::move(lock.error()));
    Opened opened;
    std::error_code ignored;
    if (!std::filesystem::exists(file, ignored)) {
        const auto log = beside(file, "-wal");
        if (std::filesystem::exists(log, ignored))
            return std::unexpected(Error{Errc::corrupt, log.string() + " is there without its store"});
        opened.journal = std::make_unique<SqliteJournal>(file, std::move(*lock), std::nullopt, 0, 0);
        return std::make_unique<JournaledStore>(std::move(opened));
    }
    // SQLite would take an empty file for a new database, and throw its log away.
    if (std::filesystem::file_size(file, ignored) == 0)
        return std::unexpected(Error{Errc::corrupt, file.string() + ": the file is empty"});
    auto database = Database::open(file, Database::Mode::write);
    if (!database)
        return std::unexpected(std::move(database.error()));
    auto loaded = loadChecked(*database);
    if (!loaded)
        return std::unexpected(Error{loaded.error().kind, file.string() + ": " + loaded.error().message});
    if (loaded->format < formatVersion)
        if (auto done = database->execute(migrationSql); !done)
            return std::unexpected(std::move(done.error()));
    opened.state = std::move(loaded->state);
    opened.last = loaded->last;
    opened.compactedBefore = loaded->compacted;
    opened.journal =
        std::make_unique<SqliteJournal>(file, std::move(*lock), std::move(*database), loaded->compacted, loaded->swept);
    return std::make_unique<JournaledStore>(std::move(opened));
}

} // namespace slipway::store
