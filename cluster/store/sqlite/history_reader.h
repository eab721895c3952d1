#pragma once

#include "cluster/store/sqlite/database.h"

#include <mutex>

namespace slipway::store {

/// Reads of the past, over a connection of their own that opens with the first. Thread-safe.
class HistoryReader {
public:
    explicit HistoryReader(std::filesystem::path file) : file_(std::move(file)) {}

    Result<std::optional<Entry>> get(std::string_view key, Revision at);
    Result<std::vector<Entry>> list(std::string_view prefix, Revision at, std::string_view startKey, std::size_t limit);
    Result<void> replay(Revision from, Revision to, const Deliver& deliver);
    Result<std::vector<Change>> changes(std::string_view prefix, Revision from, Revision to, std::size_t limit);

private:
    struct Reading {
        Database database;
        Statement latest; ///< the row of a key at or before a position
        Statement keys;   ///< each key's latest position, in key order
        Statement row;    ///< one row
        Statement stream; ///< rows in order
        Statement facts;  ///< likewise, without their values
    };
    class Transaction;

    Result<Reading*> open();
    Result<std::vector<Entry>> listInside(Reading& reading, std::string_view prefix, Revision at,
                                          std::string_view startKey, std::size_t limit);
    Result<std::vector<Event>> eventsInside(Reading& reading, std::int64_t fromPosition, Revision to);
    Result<Event> eventOf(Reading& reading, const Statement& at);

    std::filesystem::path file_;
    std::mutex mutex_;
    std::optional<Reading> reading_;
};

} // namespace slipway::store
