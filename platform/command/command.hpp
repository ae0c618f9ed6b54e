// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace berth::command {

/// Options every command that computes takes.
struct Common {
    int threads = 0;  ///< 0: every core
    std::uint64_t seed = 1;
    bool quiet = false;
    std::string line;  ///< the command as it was given, for reports
};

/// Adds --threads, --seed and --quiet.
void add_common_options(CLI::App& command, Common& common);

/// How a command is asked how sure its totals are.
struct UncertaintyChoice {
    bool wanted = false;
    int samples = 1000;
};

/// Adds --uncertainty and --samples.
void add_uncertainty_options(CLI::App& command, UncertaintyChoice& choice);

/// Refuses what CLI11 would wrap round or cut: a sign, or more than 64 bits.
[[nodiscard]] CLI::Validator whole_number();

/// Checks, before any work, that every output can be written and would replace neither an input nor another output.
/// Empty paths are options that were not given. @throws InputError naming the output.
void check_outputs(const std::vector<std::filesystem::path>& outputs, const std::vector<std::filesystem::path>& inputs);

/// Each adds one command with its options, help, example and callback. Callbacks throw InputError on bad input.
void add_reference(CLI::App& app, Common& common);
void add_profile(CLI::App& app, Common& common);
void add_compress(CLI::App& app, Common& common);
void add_inspect(CLI::App& app, Common& common);
void add_area(CLI::App& app, Common& common);
void add_simulate(CLI::App& app, Common& common);
void add_mvm(CLI::App& app, Common& common);
void add_estimate(CLI::App& app, Common& common);
void add_list(CLI::App& app, Common& common);
void add_sources(CLI::App& app, Common& common);

}  // namespace berth::command
