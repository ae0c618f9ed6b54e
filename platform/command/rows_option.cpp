// SPDX-License-Identifier: Apache-2.0
#include "platform/command/rows_option.hpp"

#include "platform/command/command.hpp"

namespace berth::command {

void add_rows_options(CLI::App& command, WantedRows& wanted) {
    command
        .add_option("--rows", wanted.rows, "all, or those with an even or odd number, counted from 0: halves to choose by and to report on")
        ->check(CLI::IsMember(workloads::row_choice_names()))
        ->capture_default_str();
    command.add_option("--limit", wanted.limit, "use the first N of them alone (default: all)")->check(whole_number());
}

workloads::DataSet read_rows(const std::filesystem::path& file, const WantedRows& wanted) {
    return workloads::read_dataset(file).only(workloads::row_choice_named(wanted.rows, "--rows")).first(wanted.limit);
}

}  // namespace berth::command
