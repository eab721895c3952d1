#include "cluster/store/sqlite/loader.h"

#include "cluster/store/sqlite/row.h"

namespace slipway::store {

namespace {

std::unexpected<Error> corrupt(std::string message) {
    return std::unexpected(Error{Errc::corrupt, std::move(message)});
}

Result<void> checkFormat(Database& database, Loaded& loaded) {
    const auto application = database.queryInteger("PRAGMA application_id");
    if (!application)
        return std::unexpected(application.error());
    if (*application != applicationId)
        return corrupt("the file is not a store");
    const auto check = database.queryText("PRAGMA quick_check(1)");
    if (!check)
        return std::unexpected(check.error());
    if (*check != "ok")
        return corrupt("the file is damaged: " + *check);
    const auto version = database.queryInteger("SELECT value FROM meta WHERE name = 'format'");
    if (!version)
        return std::unexpected(version.error());
    if (*version < 1 || *version > formatVersion)
        return corrupt(std::format("the store has format {}, this program knows {}", *version, formatVersion));
    loaded.format = *version;
    return {};
}

Result<void> readNumbers(Database& database, Loaded& loaded) {
    const auto compacted = database.queryInteger("SELECT value FROM meta WHERE name = 'compacted'");
    const auto swept = database.queryInteger("SELECT value FROM meta WHERE name = 'swept'");
    const auto last = database.queryInteger("SELECT max(position) FROM history");
    for (const auto* number : {&compacted, &swept, &last}) {
        if (!*number)
            return std::unexpected(number->error());
    }
    loaded.compacted = *compacted;
    loaded.swept = *swept;
    loaded.last = std::max(emptyRevision, revisionOf(*last));
    if (loaded.swept < 0 || loaded.swept > loaded.compacted || loaded.compacted > loaded.last)
        return corrupt("the store's revisions contradict each other");
    return {};
}

constexpr const char* rowSql = "SELECT " SLIPWAY_ROW_COLUMNS " FROM history WHERE position = ?1";
constexpr const char* oldRowSql =
    "SELECT position, key, created, previous, deleted, checksum, value, '', 0 FROM history WHERE position = ?1";

Result<void> readState(Database& database, std::int64_t format, State& state) {
    auto positions =
        database.prepare("SELECT key, max(position) FROM history INDEXED BY history_key GROUP BY key ORDER BY key");
    auto rows = database.prepare(format == 1 ? oldRowSql : rowSql);
    if (!positions || !rows)
        return std::unexpected(!positions ? positions.error() : rows.error());
    for (;;) {
        const auto more = positions->step();
        if (!more)
            return std::unexpected(more.error());
        if (!*more)
            return {};
        const ResetAtEnd reset(*rows);
        const auto found = rows->bind(1, positions->integer(1)).step();
        if (!found)
            return std::unexpected(found.error());
        if (!*found)
            return corrupt("the history's index names a row that is not there");
        const auto row = readRow(*rows);
        if (!row)
            return std::unexpected(row.error());
        if (row->key != positions->text(0))
            return corrupt("the history's index and the row of " + std::string(row->key) + " differ");
        if (!row->deleted)
            state.put(entryOf(*row));
    }
}

} // namespace

Result<Loaded> loadChecked(Database& database) {
    Loaded loaded;
    return checkFormat(database, loaded)
        .and_then([&] { return readNumbers(database, loaded); })
        .and_then([&] { return readState(database, loaded.format, loaded.state); })
        .transform([&] { return std::move(loaded); });
}

} // namespace slipway::store
