// SPDX-License-Identifier: Apache-2.0
#include "platform/command/journal_option.hpp"

namespace berth::command {

void add_journal_option(CLI::App& command, std::string& file) {
    command.add_option("--journal", file,
                       "a file (SQLite) that keeps what takes long to find: the same command, ended at any moment, goes on from there, and "
                       "others of the same tasks find it too");
}

std::unique_ptr<compressor::Journal> open_journal(const std::string& file) {
    return file.empty() ? nullptr : std::make_unique<compressor::Journal>(file);
}

}  // namespace berth::command
