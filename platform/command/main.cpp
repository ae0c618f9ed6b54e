// SPDX-License-Identifier: Apache-2.0
#include "berth/version.hpp"
#include "models/core/error.hpp"
#include "models/core/files.hpp"
#include "platform/command/command.hpp"

#include <fmt/format.h>
#include <systemc>

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <set>

namespace berth::command {
namespace {

constexpr int kSuccess = 0, kInternalFailure = 1, kBadInput = 2;

int refuse(const std::string& message) {
    std::string line = message.substr(0, message.find_last_not_of('\n') + 1);
    for (char& letter : line)
        if (letter == '\n') letter = ' ';
    fmt::print(stderr, "berth: error: {}\n", line);
    return kBadInput;
}

/// `berth help simulate` is `berth simulate --help`.
void add_help(CLI::App& app) {
    auto* help = app.add_subcommand("help", "what a command does, with an example");
    static std::string topic;
    help->add_option("command", topic, "the command to explain");
    help->footer("Example:\n  berth help simulate");
    help->callback([&app] {
        if (topic.empty()) {
            std::cout << app.help();
            return;
        }
        for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
            if (command->get_name() == topic) {
                std::cout << command->help();
                return;
            }
        throw InputError("help " + topic, "is not a command", "one that `berth help` lists");
    });
}

int run(int argc, char** argv) {
    CLI::App app("Many fine-tuned BERTs in one ReRAM compute-in-memory accelerator.", "berth");
    app.set_version_flag("--version", std::string("berth ") + kVersion);
    app.require_subcommand(1);
    Common common;
    for (int i = 0; i < argc; ++i) common.line += (i == 0 ? "" : " ") + std::string(i == 0 ? "berth" : argv[i]);
    for (const auto add :
         {add_reference, add_profile, add_compress, add_inspect, add_area, add_estimate, add_simulate, add_mvm, add_list, add_sources})
        add(app, common);
    add_help(app);
    try {
        app.parse(argc, argv);
        std::cout.flush();
        if (!std::cout || std::fflush(stdout) != 0)
            throw InputError("standard output", "cannot be written", "a stream with room for the results");
    } catch (const CLI::Success& done) {
        return app.exit(done);
    } catch (const CLI::ParseError& error) {
        return refuse("command line: " + std::string(error.what()) + "; expected what `berth help` describes");
    } catch (const InputError& error) {
        return refuse(error.what());
    } catch (const std::exception& error) {
        fmt::print(stderr, "berth: internal failure: {}\n", error.what());
        return kInternalFailure;
    }
    return kSuccess;
}

}  // namespace

void add_common_options(CLI::App& command, Common& common) {
    command.add_option("--threads", common.threads, "threads to use (default: every core)")->check(CLI::Range(1, 1024));
    command.add_option("--seed", common.seed, "seed of every random draw")->check(whole_number())->capture_default_str();
    command.add_flag("--quiet", common.quiet, "no progress on stderr");
}

void add_uncertainty_options(CLI::App& command, UncertaintyChoice& choice) {
    auto* wanted =
        command.add_flag("--uncertainty", choice.wanted, "intervals of the totals where sources differ, and the rows that matter most");
    command.add_option("--samples", choice.samples, "draws for --uncertainty")
        ->check(CLI::Range(2, 1000000))
        ->needs(wanted)
        ->capture_default_str();
}

CLI::Validator whole_number() {
    const auto check = [](const std::string& text) -> std::string {
        std::uint64_t value = 0;
        const char* end = text.data() + text.size();
        const auto read = std::from_chars(text.data(), end, value);
        return read.ec == std::errc() && read.ptr == end ? "" : "Value " + text + " is not a whole number of at most 64 bits";
    };
    return CLI::Validator(check, "");
}

void check_outputs(const std::vector<std::filesystem::path>& outputs, const std::vector<std::filesystem::path>& inputs) {
    std::set<std::filesystem::path> seen;
    for (const auto& output : outputs) {
        if (output.empty()) continue;
        check_writable(output);
        std::error_code missing;
        for (const auto& input : inputs)
            if (std::filesystem::equivalent(output, input, missing))
                throw InputError(output.string(), "is also read as input", "a path of its own");
        if (!seen.insert(std::filesystem::weakly_canonical(output)).second)
            throw InputError(output.string(), "is named for two outputs", "a path of its own for each");
    }
}

}  // namespace berth::command

int sc_main(int argc, char** argv) { return berth::command::run(argc, argv); }

/// The kernel's own main prints a banner; the command's output is for scripts.
int main(int argc, char** argv) {
    ::setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1);
    berth::remove_partial_files_on_signal();
    return sc_core::sc_elab_and_sim(argc, argv);
}
