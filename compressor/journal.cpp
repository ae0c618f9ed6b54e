// SPDX-License-Identifier: Apache-2.0
#include "compressor/journal.hpp"

#include "models/core/error.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <bit>
#include <cstring>
#include <string>

namespace berth::compressor {
namespace {

static_assert(std::endian::native == std::endian::little, "answers are stored as they are in memory, little-endian");

constexpr int kApplication = 0x42455254;  ///< the letters BERT, in the header of the file
constexpr int kFormat = 1;
constexpr int kMostWait = 10000;  ///< milliseconds for another process to let go of the file

constexpr const char* kExpected = "a journal that --journal has made, or the name of a new one";

[[noreturn]] void fail(sqlite3* database, const std::filesystem::path& file, const char* what) {
    throw InputError(file.string(), fmt::format("{} ({})", what, sqlite3_errmsg(database)), kExpected);
}

/// A statement of SQL with its parameters.
class Statement {
public:
    Statement(sqlite3* database, const std::filesystem::path& file, const char* sql)
        : database_(database), file_(file), statement_(nullptr, &sqlite3_finalize) {
        sqlite3_stmt* made = nullptr;
        if (sqlite3_prepare_v2(database, sql, -1, &made, nullptr) != SQLITE_OK) fail(database, file, "cannot be read");
        statement_.reset(made);
    }

    void bind(int place, const std::string& text) {
        if (sqlite3_bind_text64(statement_.get(), place, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8) != SQLITE_OK)
            fail(database_, file_, "cannot take a question");
    }
    void bind(int place, std::span<const std::byte> bytes) {
        // No bytes have no address, which SQLite would take for no answer.
        const int outcome = bytes.empty() ? sqlite3_bind_zeroblob(statement_.get(), place, 0)
                                          : sqlite3_bind_blob64(statement_.get(), place, bytes.data(), bytes.size(), SQLITE_STATIC);
        if (outcome != SQLITE_OK) fail(database_, file_, "cannot take an answer");
    }
    /// @return whether there is a row.
    bool step() {
        const int outcome = sqlite3_step(statement_.get());
        if (outcome != SQLITE_ROW && outcome != SQLITE_DONE) fail(database_, file_, "cannot be used");
        return outcome == SQLITE_ROW;
    }
    [[nodiscard]] int integer() { return sqlite3_column_int(statement_.get(), 0); }
    /// Valid until the next step.
    [[nodiscard]] std::span<const std::byte> bytes() {
        const void* begin = sqlite3_column_blob(statement_.get(), 0);
        return {static_cast<const std::byte*>(begin), static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), 0))};
    }

private:
    sqlite3* database_;
    const std::filesystem::path& file_;
    std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement_;
};

}  // namespace

Journal::Journal(const std::filesystem::path& file) : file_(file), database_(nullptr, &sqlite3_close) {
    sqlite3* opened = nullptr;
    const int outcome = sqlite3_open_v2(file.c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
    database_.reset(opened);
    if (outcome != SQLITE_OK) fail(opened, file, "cannot be opened");
    sqlite3_busy_timeout(opened, kMostWait);
    prepare();
}

void Journal::prepare() {
    const auto number = [&](const char* sql) {
        Statement statement(database_.get(), file_, sql);
        return statement.step() ? statement.integer() : 0;
    };
    const auto run = [&](const std::string& sql) {
        if (sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
            fail(database_.get(), file_, "cannot be written");
    };
    const bool fresh = number("SELECT count(*) FROM sqlite_schema") == 0 && number("PRAGMA application_id") == 0;
    if (fresh)
        run(
            fmt::format("BEGIN IMMEDIATE; PRAGMA application_id = {}; PRAGMA user_version = {};"
                        "CREATE TABLE IF NOT EXISTS found(question TEXT PRIMARY KEY, answer BLOB NOT NULL); COMMIT",
                        kApplication, kFormat));
    if (number("PRAGMA application_id") != kApplication) throw InputError(file_.string(), "is a database of another program", kExpected);
    if (const int format = number("PRAGMA user_version"); format != kFormat)
        throw InputError(file_.string(), fmt::format("is a journal of format {}", format), fmt::format("format {}", kFormat));
}

bool Journal::read(const boost::json::object& question, std::span<std::byte> answer) const {
    const std::string text = boost::json::serialize(question);
    Statement statement(database_.get(), file_, "SELECT answer FROM found WHERE question = ?1");
    statement.bind(1, text);
    if (!statement.step()) return false;
    const auto bytes = statement.bytes();
    if (bytes.size() != answer.size())
        throw InputError(file_.string(), fmt::format("has {} bytes for {}", bytes.size(), text), fmt::format("{} bytes", answer.size()));
    if (!bytes.empty()) std::memcpy(answer.data(), bytes.data(), bytes.size());
    return true;
}

void Journal::write(const boost::json::object& question, std::span<const std::byte> answer) {
    const std::string text = boost::json::serialize(question);
    Statement statement(database_.get(), file_, "INSERT OR REPLACE INTO found(question, answer) VALUES (?1, ?2)");
    statement.bind(1, text);
    statement.bind(2, answer);
    statement.step();
}

}  // namespace berth::compressor
