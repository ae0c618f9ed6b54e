// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "workloads/dataset.hpp"

#include <CLI/CLI.hpp>

#include <cstddef>
#include <filesystem>
#include <string>

namespace berth::command {

/// Which rows of its data a command takes.
struct WantedRows {
    std::string rows = "all";  ///< see workloads::RowChoice
    std::size_t limit = 0;     ///< the first of these; 0: all
};

/// --rows and --limit.
void add_rows_options(CLI::App& command, WantedRows& wanted);

/// Those rows of a file. @throws InputError as workloads::read_dataset, and where there are none.
[[nodiscard]] workloads::DataSet read_rows(const std::filesystem::path& file, const WantedRows& wanted);

}  // namespace berth::command
