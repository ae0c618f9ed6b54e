// SPDX-License-Identifier: Apache-2.0
#include "compressor/image_file.hpp"
#include "compressor/methods.hpp"
#include "compressor/summary.hpp"
#include "models/core/files.hpp"
#include "models/core/json.hpp"
#include "models/core/params.hpp"
#include "platform/area_report.hpp"
#include "platform/command/command.hpp"
#include "platform/command/task_option.hpp"
#include "platform/config.hpp"

#include <fmt/format.h>

#include <iostream>
#include <memory>
#include <optional>

namespace berth::command {
namespace {

struct CompressOptions {
    std::string base, method, mode = "acc", profile, out, platform = "reram-multitask";
    std::vector<std::string> tasks;
    std::optional<double> max_loss, max_area;
    bool force = false;
};

double area_ratio(const platform::PlatformConfig& config, const compressor::WeightImage& image) {
    const platform::ImageOnChip on_chip = platform::place_on_chip(config, image);
    return platform::ratios_block(config, &on_chip).at("area").to_number<double>();
}

void run(const CompressOptions& options, const Common& common) {
    compressor::CompressionRequest request;
    request.tasks = read_task_options(options.tasks);
    check_outputs({options.out}, inputs_of(request.tasks, {options.profile, options.platform}));
    const platform::PlatformConfig config = platform::load_platform(options.platform);
    const mapping::ArrayShape arrays = config.array_shape();
    request.base = options.base;
    request.method = options.method;
    request.mode = options.mode;
    request.geometry = {arrays.rows, arrays.cols, arrays.cell_bits, arrays.encoding};
    request.seed = common.seed;
    request.max_loss = options.max_loss;
    request.max_area = options.max_area;
    request.area_ratio = [&config](const compressor::WeightImage& image) { return area_ratio(config, image); };
    request.force = options.force;
    request.quiet = common.quiet;
    if (!options.profile.empty()) request.profile = compressor::profile_from_json(read_json(options.profile), options.profile);
    Threads threads(common.threads);
    const compressor::WeightImage image = compressor::compress(request, threads);
    compressor::write_image(image, options.out);
    std::cout << compressor::summary_table(image);
    std::cout << fmt::format("{}: {:.2f} MB\n", options.out, static_cast<double>(std::filesystem::file_size(options.out)) / 1e6);
}

}  // namespace

void add_compress(CLI::App& app, Common& common) {
    auto* command = app.add_subcommand("compress", "put a base and its tasks into one weight image");
    const auto options = std::make_shared<CompressOptions>();
    command->add_option("--base", options->base, "checkpoint directory that the tasks were fine-tuned from")->required();
    command->add_option("--task", options->tasks, "NAME=DIR[,data=FILE.tsv][,metric=METRIC], once for each task")->required();
    command->add_option("--method", options->method, detail::alternatives(compressor::method_names()))->required();
    command->add_option("--mode", options->mode, detail::alternatives(compressor::mode_names()))->capture_default_str();
    command->add_option("--max-loss", options->max_loss, "method berth: points of metric lost at most, on average over the tasks");
    command->add_option("--max-area", options->max_area, "method berth: area at most, as a share of what full copies take");
    command->add_option("--profile", options->profile, "what `berth profile` measured, instead of measuring again");
    command->add_option("--platform", options->platform, "preset or file whose arrays the image is made for")->capture_default_str();
    command->add_option("--out", options->out, "the weight image")->required();
    command->add_flag("--force", options->force, "take tasks that do not look fine-tuned from the base");
    add_common_options(*command, common);
    command->footer(
        "Example:\n  berth compress --base base --task sst2=sst2,data=sst2.tsv --task stsb=stsb,data=stsb.tsv --method kang --mode acc "
        "--out "
        "tasks.berth");
    command->callback([options, &common] { run(*options, common); });
}

}  // namespace berth::command
