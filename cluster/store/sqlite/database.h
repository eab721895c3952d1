#pragma once

#include "cluster/store/journal.h"

#include <filesystem>
#include <memory>
#include <optional>

struct sqlite3;
struct sqlite3_stmt;

/// SQLite with results instead of codes, private to this folder.
namespace slipway::store {

/// One prepared statement, used again and again. Bound text and values must live until the next reset.
class Statement {
public:
    Statement& bind(int at, std::int64_t value);
    Statement& bindText(int at, std::string_view text);
    Statement& bindBlob(int at, std::string_view bytes);

    /// True while there is a row.
    Result<bool> step();
    /// Runs a statement without rows, and resets it.
    Result<void> run();
    void reset();

    std::int64_t integer(int column) const;
    std::string_view text(int column) const; ///< valid until the next step
    std::string_view blob(int column) const;

private:
    friend class Database;
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const;
    };
    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

/// Resets a statement when the scope ends, so that it holds no lock.
class ResetAtEnd {
public:
    explicit ResetAtEnd(Statement& statement) : statement_(statement) {}
    ~ResetAtEnd() { statement_.reset(); }
    ResetAtEnd(const ResetAtEnd&) = delete;

private:
    Statement& statement_;
};

/// One connection. One thread at a time.
class Database {
public:
    enum class Mode { create, write, read };
    static Result<Database> open(const std::filesystem::path& file, Mode mode);

    Result<void> execute(const char* sql);
    Result<Statement> prepare(const char* sql);
    /// The single integer or text a query gives.
    Result<std::int64_t> queryInteger(const char* sql);
    Result<std::string> queryText(const char* sql);
    /// Ends a transaction that failed, if SQLite has not done so itself.
    void rollBack();

private:
    struct Close {
        void operator()(sqlite3* database) const;
    };
    std::unique_ptr<sqlite3, Close> database_;
};

} // namespace slipway::store
