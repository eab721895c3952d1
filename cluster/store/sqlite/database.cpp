#include "cluster/store/sqlite/database.h"

#include <sqlite3.h>

namespace slipway::store {

namespace {

std::unexpected<Error> failure(sqlite3* database, int code) {
    const int kind = code & 0xff;
    const bool corrupt = kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB;
    std::string message = "SQLite: ";
    message += database ? sqlite3_errmsg(database) : sqlite3_errstr(code);
    return std::unexpected(Error{corrupt ? Errc::corrupt : Errc::io, std::move(message)});
}

} // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const {
    sqlite3_finalize(statement);
}
void Database::Close::operator()(sqlite3* database) const {
    sqlite3_close_v2(database);
}

Statement& Statement::bind(int at, std::int64_t value) {
    sqlite3_bind_int64(statement_.get(), at, value);
    return *this;
}

Statement& Statement::bindText(int at, std::string_view text) {
    sqlite3_bind_text64(statement_.get(), at, text.data() ? text.data() : "", text.size(), SQLITE_STATIC, SQLITE_UTF8);
    return *this;
}

Statement& Statement::bindBlob(int at, std::string_view bytes) {
    sqlite3_bind_blob64(statement_.get(), at, bytes.data() ? bytes.data() : "", bytes.size(), SQLITE_STATIC);
    return *this;
}

Result<bool> Statement::step() {
    const int code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW)
        return true;
    if (code == SQLITE_DONE)
        return false;
    return failure(sqlite3_db_handle(statement_.get()), code);
}

Result<void> Statement::run() {
    const auto stepped = step();
    reset();
    if (!stepped)
        return std::unexpected(stepped.error());
    return {};
}

void Statement::reset() {
    sqlite3_reset(statement_.get());
}

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(statement_.get(), column);
}

std::string_view Statement::text(int column) const {
    const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
    const int size = sqlite3_column_bytes(statement_.get(), column);
    return data ? std::string_view(data, static_cast<std::size_t>(size)) : std::string_view();
}

std::string_view Statement::blob(int column) const {
    const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
    const int size = sqlite3_column_bytes(statement_.get(), column);
    return data ? std::string_view(data, static_cast<std::size_t>(size)) : std::string_view();
}

Result<Database> Database::open(const std::filesystem::path& file, Mode mode) {
    // Also readers open for writing: the first one after a crash has to recover the write-ahead log.
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE;
    if (mode == Mode::create)
        flags |= SQLITE_OPEN_CREATE;
    sqlite3* raw = nullptr;
    const int code = sqlite3_open_v2(file.c_str(), &raw, flags, nullptr);
    Database database;
    database.database_.reset(raw);
    if (code != SQLITE_OK)
        return failure(raw, code);
    sqlite3_extended_result_codes(raw, 1);
    sqlite3_busy_timeout(raw, 10'000);
    if (mode == Mode::read) {
        if (auto done = database.execute("PRAGMA query_only=1"); !done)
            return std::unexpected(std::move(done.error()));
    }
    return database;
}

Result<void> Database::execute(const char* sql) {
    const int code = sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK)
        return failure(database_.get(), code);
    return {};
}

Result<Statement> Database::prepare(const char* sql) {
    Statement statement;
    sqlite3_stmt* raw = nullptr;
    const int code = sqlite3_prepare_v3(database_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
    statement.statement_.reset(raw);
    if (code != SQLITE_OK)
        return failure(database_.get(), code);
    return statement;
}

Result<std::string> Database::queryText(const char* sql) {
    auto statement = prepare(sql);
    if (!statement)
        return std::unexpected(std::move(statement.error()));
    const auto row = statement->step();
    if (!row)
        return std::unexpected(row.error());
    return std::string(*row ? statement->text(0) : std::string_view());
}

Result<std::int64_t> Database::queryInteger(const char* sql) {
    auto statement = prepare(sql);
    if (!statement)
        return std::unexpected(std::move(statement.error()));
    const auto row = statement->step();
    if (!row)
        return std::unexpected(row.error());
    return *row ? statement->integer(0) : 0;
}

void Database::rollBack() {
    if (database_ && sqlite3_get_autocommit(database_.get()) == 0)
        sqlite3_exec(database_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

} // namespace slipway::store
