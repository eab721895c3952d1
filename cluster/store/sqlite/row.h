#pragma once

#include "cluster/store/sqlite/database.h"

#include <format>
#include <zlib.h>

/// The tables, and a row of the history.
///
/// history.position is the row's place in the order of all changes: the revision times 65536 plus the place in its
/// commit. So one table in position order is the event stream, and the index (key, position) finds any key at any
/// revision. previous is the revision of the row this one replaced (0: none), which is what a compaction removes.
namespace slipway::store {

inline constexpr std::int64_t formatVersion = 2;          ///< 1 had no origins
inline constexpr std::int64_t applicationId = 0x536c7073; ///< "Slps", so that another program's file is refused
inline constexpr int positionBits = 16;
inline constexpr std::size_t maxOperations = std::size_t(1) << positionBits;

inline constexpr const char* tablesSql = R"(
CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE history (
  position INTEGER PRIMARY KEY,
  key TEXT NOT NULL,
  created INTEGER NOT NULL,
  previous INTEGER NOT NULL,
  deleted INTEGER NOT NULL,
  checksum INTEGER NOT NULL,
  who TEXT NOT NULL DEFAULT '',
  at INTEGER NOT NULL DEFAULT 0,
  value BLOB NOT NULL);
CREATE INDEX history_key ON history (key, position);
INSERT INTO meta VALUES ('format', 2), ('compacted', 0), ('swept', 0);
)";

/// What brings a file of format 1 up to date. Rows without an origin have the checksum they had.
inline constexpr const char* migrationSql = R"(
BEGIN IMMEDIATE;
ALTER TABLE history ADD COLUMN who TEXT NOT NULL DEFAULT '';
ALTER TABLE history ADD COLUMN at INTEGER NOT NULL DEFAULT 0;
UPDATE meta SET value = 2 WHERE name = 'format';
COMMIT;
)";

inline Revision revisionOf(std::int64_t position) {
    return position >> positionBits;
}
inline std::int64_t firstPosition(Revision revision) {
    return revision << positionBits;
}
inline std::int64_t lastPosition(Revision revision) {
    return firstPosition(revision + 1) - 1;
}

/// The columns of a row, in the order rowColumns selects them. Views into the statement or the event.
struct Row {
    std::int64_t position = 0;
    std::string_view key;
    Revision created = 0;
    Revision previous = 0;
    bool deleted = false;
    std::string_view value; ///< of a deletion: empty
    std::string_view who;   ///< who made the commit, and when (Origin)
    std::int64_t at = 0;

    /// Over everything, so that a flipped bit anywhere in the row shows.
    std::int64_t checksum() const {
        const std::int64_t numbers[] = {position, created, previous, deleted, static_cast<std::int64_t>(key.size())};
        uLong sum = crc32_z(0, reinterpret_cast<const Bytef*>(numbers), sizeof numbers);
        sum = crc32_z(sum, reinterpret_cast<const Bytef*>(key.data()), key.size());
        if (!value.empty())
            sum = crc32_z(sum, reinterpret_cast<const Bytef*>(value.data()), value.size());
        if (!who.empty() || at != 0) {
            sum = crc32_z(sum, reinterpret_cast<const Bytef*>(&at), sizeof at);
            sum = crc32_z(sum, reinterpret_cast<const Bytef*>(who.data()), who.size());
        }
        return static_cast<std::int64_t>(sum);
    }
};

#define SLIPWAY_ROW_COLUMNS "position, key, created, previous, deleted, checksum, value, who, at"

/// Reads the row a statement over SLIPWAY_ROW_COLUMNS stands at; refuses one that was damaged.
inline Result<Row> readRow(const Statement& statement) {
    Row row;
    row.position = statement.integer(0);
    row.key = statement.text(1);
    row.created = statement.integer(2);
    row.previous = statement.integer(3);
    row.deleted = statement.integer(4) != 0;
    row.value = statement.blob(6);
    row.who = statement.text(7);
    row.at = statement.integer(8);
    const Revision revision = revisionOf(row.position);
    if (row.checksum() != statement.integer(5) || row.created > revision || row.previous >= revision)
        return std::unexpected(
            Error{Errc::corrupt, std::format("the row of {} at revision {} is damaged", row.key, revision)});
    return row;
}

inline Entry entryOf(const Row& row) {
    return {std::string(row.key), std::make_shared<const std::string>(row.value), row.created,
            revisionOf(row.position)};
}

} // namespace slipway::store
