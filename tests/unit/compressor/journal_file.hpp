// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <cstdlib>
#include <filesystem>

namespace berth::test {

/// Runs SQL on a journal's file beside the journal. @return the number that it gives, or the rows that it has changed.
inline int run_sql(const std::filesystem::path& file, const char* sql) {
    sqlite3* database = nullptr;
    int given = -1;
    const auto take = [](void* into, int, char** values, char**) {
        *static_cast<int*>(into) = std::atoi(values[0]);
        return 0;
    };
    EXPECT_EQ(sqlite3_open(file.c_str(), &database), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database, sql, take, &given, nullptr), SQLITE_OK);
    if (given < 0) given = sqlite3_changes(database);
    sqlite3_close(database);
    return given;
}

}  // namespace berth::test
