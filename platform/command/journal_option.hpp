// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/journal.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <string>

namespace berth::command {

/// Adds --journal. `file` must live as long as the command.
void add_journal_option(CLI::App& command, std::string& file);

/// The journal of the option; null where it was not given. @throws InputError naming a file that is no journal.
[[nodiscard]] std::unique_ptr<compressor::Journal> open_journal(const std::string& file);

}  // namespace berth::command
