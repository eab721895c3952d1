#pragma once

#include "cluster/store/sqlite/database.h"
#include "cluster/store/sqlite/file_lock.h"
#include "cluster/store/sqlite/history_reader.h"

namespace slipway::store {

/// The history in one SQLite file. The file of a new store is made with the first commit, whole or not at all.
class SqliteJournal final : public Journal {
public:
    /// @p database: the checked file; nothing when it is still to be made.
    SqliteJournal(std::filesystem::path file, FileLock lock, std::optional<Database> database, Revision compacted,
                  Revision swept);

    Result<void> append(std::span<const Commit> group) override;
    Result<std::optional<Entry>> get(std::string_view key, Revision at) const override { return reader_.get(key, at); }
    Result<std::vector<Entry>> list(std::string_view prefix, Revision at, std::string_view startKey,
                                    std::size_t limit) const override {
        return reader_.list(prefix, at, startKey, limit);
    }
    Result<void> replay(Revision from, Revision to, const Deliver& deliver) const override {
        return reader_.replay(from, to, deliver);
    }
    Result<std::vector<Change>> changes(std::string_view prefix, Revision from, Revision to,
                                        std::size_t limit) const override {
        return reader_.changes(prefix, from, to, limit);
    }
    Result<void> beginCompaction(Revision before) override;
    Result<bool> sweep() override;
    std::uintmax_t diskBytes() const override;
    Result<void> snapshot(const std::string& path) const override;

private:
    /// Opens what is needed for writing, makes the file where there is none.
    Result<void> prepare();
    Result<void> insertAll(std::span<const Commit> group);
    Result<void> insert(const Event& event, std::int64_t position, Revision predecessor, const Origin& origin);
    Result<void> sweepRows(Revision until);
    /// Returns free pages to the file system; true when there are more.
    Result<bool> giveBack();
    /// Runs @p body in a transaction; all of it happens, durably, or nothing.
    Result<void> inTransaction(const std::function<Result<void>()>& body);

    std::filesystem::path file_;
    FileLock lock_;
    std::optional<Database> database_; ///< the writer's
    std::optional<Statement> insert_;
    Revision compacted_, swept_;
    mutable HistoryReader reader_;
};

/// Makes a store's file, which must not exist, from a whole history.
Result<void> writeSqliteFile(const std::filesystem::path& file, std::span<const Commit> commits, Revision compacted);

} // namespace slipway::store
