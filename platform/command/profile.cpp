// SPDX-License-Identifier: Apache-2.0
#include "compressor/profile_page.hpp"
#include "compressor/profiler.hpp"
#include "compressor/stage_curves.hpp"
#include "models/core/files.hpp"
#include "models/core/json.hpp"
#include "platform/command/command.hpp"
#include "platform/command/journal_option.hpp"
#include "platform/command/task_option.hpp"
#include "platform/config.hpp"

#include <fmt/format.h>

#include <iostream>
#include <memory>
#include <utility>

namespace berth::command {
namespace {

struct ProfileOptions {
    std::string base, out, html, journal, platform = "reram-multitask";
    std::vector<std::string> tasks, curves;
    bool force = false;
};

std::string table(const compressor::Profile& profile) {
    std::string out = fmt::format("{:<16}{:>9}{:>10}{:>11}{:>14}{:>9}", "task", "cosine", "nonzero", "mean LSB", "stage 1 bits", "cluster");
    std::vector<std::vector<compressor::Suggestion>> modes;
    for (const std::string& name : compressor::mode_names()) {
        out += fmt::format("{:>14}", name + " bits, cut");
        modes.push_back(compressor::suggest(profile, compressor::mode_named(name)));
    }
    out += "\n";
    for (std::size_t i = 0; i < profile.tasks.size(); ++i) {
        const auto& task = profile.tasks[i];
        out +=
            fmt::format("{:<16}{:>9.4f}{:>9.1f}%{:>11.2f}{:>14}{:>9}", task.name, task.overall.cosine, 100.0 * task.overall.nonzero_share,
                        task.overall.mean_magnitude, task.overall.precision, modes.front()[i].cluster);
        for (const auto& mode : modes)
            out += fmt::format("{:>14}",
                               fmt::format("{}, {:.0f}%", mode[i].settings.max_precision, 100.0 * mode[i].settings.selective_factor));
        out += "\n";
    }
    return out;
}

/// What every list of stages needs to be applied and measured.
compressor::CompressionRequest request_of(const ProfileOptions& options, const std::vector<compressor::TaskRequest>& tasks,
                                          const mapping::ArrayShape& arrays, compressor::Journal* journal, const Common& common) {
    compressor::CompressionRequest request;
    request.base = options.base;
    request.tasks = tasks;
    request.geometry = {arrays.rows, arrays.cols, arrays.cell_bits, arrays.encoding};
    request.seed = common.seed;
    request.force = options.force;
    request.quiet = common.quiet;
    request.journal = journal;
    return request;
}

void run(const ProfileOptions& options, const Common& common) {
    const auto tasks = read_task_options(options.tasks);
    std::vector<compressor::SweptStages> lists;
    for (const std::string& text : options.curves) lists.push_back(compressor::swept_stages_from_text(text, "--curve"));
    check_outputs({options.out, options.html, options.journal}, inputs_of(tasks, {options.platform}));
    const platform::PlatformConfig config = platform::load_platform(options.platform);
    const int cell_bits = config.crossbar.cell_bits;
    Threads threads(common.threads);
    const compressor::Family family(options.base);
    const auto journal = open_journal(options.journal);
    // First, for a list may turn out not to go together, and the published stages take long.
    std::vector<std::vector<compressor::StageCurves>> curves;
    if (!lists.empty())
        curves = compressor::measure_stage_curves(lists, request_of(options, tasks, config.array_shape(), journal.get(), common), threads);
    const auto prepared = compressor::prepare(family, family.base_matrices(),
                                              {tasks, cell_bits, std::nullopt, options.force, common.quiet, true, journal.get()}, threads);
    compressor::Profile profile = compressor::profile_of(prepared, cell_bits);
    for (std::size_t task = 0; task < curves.size(); ++task) profile.tasks[task].curves = std::move(curves[task]);
    write_text(options.out, pretty_json(compressor::to_json(profile)));
    if (!options.html.empty()) write_text(options.html, compressor::profile_page(profile));
    std::cout << table(profile);
}

}  // namespace

void add_profile(CLI::App& app, Common& common) {
    auto* command = app.add_subcommand("profile", "measure how near tasks are to their base, and what they can lose");
    const auto options = std::make_shared<ProfileOptions>();
    command->add_option("--base", options->base, "checkpoint directory that the tasks were fine-tuned from")->required();
    command
        ->add_option("--task", options->tasks,
                     "NAME=DIR,data=FILE.tsv[,measure=FILE.tsv][,rows=all|even|odd][,metric=METRIC], once for each task")
        ->required();
    command->add_option("--platform", options->platform, "preset or file whose cells set the steps of precision")->capture_default_str();
    command->add_option("--out", options->out, "the profile, as JSON for `berth compress --profile`")->required();
    command->add_option("--html", options->html, "the profile as a page with curves");
    command
        ->add_option("--curve", options->curves,
                     "measure what tasks lose by these stages, written as for `berth compress --stages`, over several values of one "
                     "parameter: NAME{KEY=VALUE|VALUE|...},NAME,... (repeatable)")
        ->allow_extra_args(false);
    add_journal_option(*command, options->journal);
    command->add_flag("--force", options->force, "take tasks that do not look fine-tuned from the base");
    add_common_options(*command, common);
    command->footer(
        "Example:\n  berth profile --base base --task sst2=sst2,data=sst2.tsv --out profile.json --html profile.html\n"
        "  berth profile --base base --task sst2=sst2,data=sst2.tsv --curve 'shared_base,low_rank{rank=2|4|8|16,bits=4},bias_correction' "
        "--out profile.json --html profile.html");
    command->callback([options, &common] { run(*options, common); });
}

}  // namespace berth::command
