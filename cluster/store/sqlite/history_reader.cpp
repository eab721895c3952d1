#include "cluster/store/sqlite/history_reader.h"

#include "cluster/store/sqlite/row.h"

#include <utility>

namespace slipway::store {

namespace {

constexpr std::size_t replayRows = 500; ///< read at once; the rows of one commit stay together beyond it

} // namespace

/// One consistent view for several statements; over when the scope ends.
class HistoryReader::Transaction {
public:
    static Result<Transaction> begin(Database& database) {
        return database.execute("BEGIN").transform([&] { return Transaction(database); });
    }
    Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
    ~Transaction() {
        if (database_)
            database_->rollBack();
    }

private:
    explicit Transaction(Database& database) : database_(&database) {}
    Database* database_;
};

Result<HistoryReader::Reading*> HistoryReader::open() {
    if (reading_)
        return &*reading_;
    auto database = Database::open(file_, Database::Mode::read);
    if (!database)
        return std::unexpected(std::move(database.error()));
    Result<Statement> statements[] = {
        database->prepare("SELECT " SLIPWAY_ROW_COLUMNS " FROM history INDEXED BY history_key WHERE key = ?1 AND "
                          "position <= ?2 ORDER BY position DESC LIMIT 1"),
        database->prepare("SELECT key, max(position) FROM history INDEXED BY history_key WHERE key >= ?1 AND "
                          "position <= ?2 GROUP BY key ORDER BY key"),
        database->prepare("SELECT " SLIPWAY_ROW_COLUMNS " FROM history WHERE position = ?1"),
        database->prepare("SELECT " SLIPWAY_ROW_COLUMNS
                          " FROM history WHERE position BETWEEN ?1 AND ?2 ORDER BY position"),
        database->prepare("SELECT position, key, created, deleted, who, at FROM history WHERE position BETWEEN ?1 AND "
                          "?2 ORDER BY position"),
    };
    for (auto& statement : statements) {
        if (!statement)
            return std::unexpected(std::move(statement.error()));
    }
    reading_.emplace(std::move(*database), std::move(*statements[0]), std::move(*statements[1]),
                     std::move(*statements[2]), std::move(*statements[3]), std::move(*statements[4]));
    return &*reading_;
}

Result<std::optional<Entry>> HistoryReader::get(std::string_view key, Revision at) {
    const std::lock_guard lock(mutex_);
    const auto reading = open();
    if (!reading)
        return std::unexpected(reading.error());
    Statement& latest = (*reading)->latest;
    const ResetAtEnd reset(latest);
    const auto found = latest.bindText(1, key).bind(2, lastPosition(at)).step();
    if (!found)
        return std::unexpected(found.error());
    if (!*found)
        return std::nullopt;
    return readRow(latest).transform(
        [](const Row& row) { return row.deleted ? std::nullopt : std::optional(entryOf(row)); });
}

Result<std::vector<Entry>> HistoryReader::list(std::string_view prefix, Revision at, std::string_view startKey,
                                               std::size_t limit) {
    const std::lock_guard lock(mutex_);
    const auto reading = open();
    if (!reading)
        return std::unexpected(reading.error());
    const auto transaction = Transaction::begin((*reading)->database);
    if (!transaction)
        return std::unexpected(transaction.error());
    return listInside(**reading, prefix, at, startKey, limit);
}

Result<std::vector<Entry>> HistoryReader::listInside(Reading& reading, std::string_view prefix, Revision at,
                                                     std::string_view startKey, std::size_t limit) {
    std::vector<Entry> entries;
    const ResetAtEnd resetKeys(reading.keys);
    reading.keys.bindText(1, std::max(prefix, startKey)).bind(2, lastPosition(at));
    while (limit == 0 || entries.size() < limit) {
        const auto key = reading.keys.step();
        if (!key)
            return std::unexpected(key.error());
        if (!*key || !reading.keys.text(0).starts_with(prefix))
            break;
        const ResetAtEnd resetRow(reading.row);
        const auto found = reading.row.bind(1, reading.keys.integer(1)).step();
        if (!found)
            return std::unexpected(found.error());
        if (!*found)
            return std::unexpected(Error{Errc::corrupt, "the history's index names a row that is not there"});
        const auto row = readRow(reading.row);
        if (!row)
            return std::unexpected(row.error());
        if (!row->deleted)
            entries.push_back(entryOf(*row));
    }
    return entries;
}

Result<Event> HistoryReader::eventOf(Reading& reading, const Statement& at) {
    const auto row = readRow(at);
    if (!row)
        return std::unexpected(row.error());
    Event event;
    event.deleted = row->deleted;
    event.entry = entryOf(*row);
    if (row->previous == 0)
        return event;
    const ResetAtEnd reset(reading.latest);
    const auto found = reading.latest.bindText(1, row->key).bind(2, lastPosition(row->previous)).step();
    if (!found)
        return std::unexpected(found.error());
    if (*found) {
        const auto before = readRow(reading.latest);
        if (!before)
            return std::unexpected(before.error());
        event.previous = std::make_shared<const std::string>(before->value);
    }
    if (event.deleted)
        event.entry.value = event.previous;
    return event;
}

Result<std::vector<Event>> HistoryReader::eventsInside(Reading& reading, std::int64_t fromPosition, Revision to) {
    std::vector<Event> events;
    const ResetAtEnd reset(reading.stream);
    reading.stream.bind(1, fromPosition).bind(2, lastPosition(to));
    for (;;) {
        const auto more = reading.stream.step();
        if (!more)
            return std::unexpected(more.error());
        if (!*more)
            return events;
        if (events.size() >= replayRows && revisionOf(reading.stream.integer(0)) != events.back().entry.modified)
            return events;
        auto event = eventOf(reading, reading.stream);
        if (!event)
            return std::unexpected(std::move(event.error()));
        events.push_back(std::move(*event));
    }
}

Result<void> HistoryReader::replay(Revision from, Revision to, const Deliver& deliver) {
    while (from <= to) {
        Result<std::vector<Event>> events;
        {
            const std::lock_guard lock(mutex_);
            const auto reading = open();
            if (!reading)
                return std::unexpected(reading.error());
            const auto transaction = Transaction::begin((*reading)->database);
            if (!transaction)
                return std::unexpected(transaction.error());
            events = eventsInside(**reading, firstPosition(from), to);
        }
        if (!events)
            return std::unexpected(std::move(events.error()));
        if (events->empty())
            return {};
        const std::span<const Event> all = *events;
        for (std::size_t begin = 0, end = 0; begin < all.size(); begin = end) {
            while (end < all.size() && all[end].entry.modified == all[begin].entry.modified)
                ++end;
            deliver(all.subspan(begin, end - begin));
        }
        from = all.back().entry.modified + 1;
    }
    return {};
}

Result<std::vector<Change>> HistoryReader::changes(std::string_view prefix, Revision from, Revision to,
                                                   std::size_t limit) {
    const std::lock_guard lock(mutex_);
    const auto reading = open();
    if (!reading)
        return std::unexpected(reading.error());
    Statement& facts = (*reading)->facts;
    const ResetAtEnd reset(facts);
    facts.bind(1, firstPosition(from)).bind(2, lastPosition(to));
    std::vector<Change> found;
    for (;;) {
        const auto more = facts.step();
        if (!more)
            return std::unexpected(more.error());
        const Revision revision = *more ? revisionOf(facts.integer(0)) : 0;
        if (!*more || (limit != 0 && found.size() >= limit && found.back().revision != revision))
            return found;
        if (facts.text(1).starts_with(prefix))
            found.push_back({std::string(facts.text(1)),
                             revision,
                             facts.integer(2) == revision,
                             facts.integer(3) != 0,
                             {std::string(facts.text(4)), facts.integer(5)}});
    }
}

} // namespace slipway::store
