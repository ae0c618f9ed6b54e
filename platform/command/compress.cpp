// SPDX-License-Identifier: Apache-2.0
#include "compressor/converter_calibration.hpp"
#include "compressor/edit_image.hpp"
#include "compressor/evenly_spaced.hpp"
#include "compressor/image_file.hpp"
#include "compressor/methods.hpp"
#include "compressor/probe.hpp"
#include "compressor/summary.hpp"
#include "compressor/synthetic_tasks.hpp"
#include "models/core/error.hpp"
#include "models/core/files.hpp"
#include "models/core/json.hpp"
#include "models/core/params.hpp"
#include "platform/command/command.hpp"
#include "platform/command/image_area.hpp"
#include "platform/command/journal_option.hpp"
#include "platform/command/task_option.hpp"
#include "platform/config.hpp"
#include "platform/converter_ranges.hpp"
#include "platform/crossbar_design.hpp"
#include "workloads/encoded_dataset.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <utility>

namespace berth::command {
namespace {

struct CompressOptions {
    std::string base, method, method_file, stages, mode = "acc", profile, out, journal, platform = "reram-multitask", append, calibrate_adc;
    std::vector<std::string> tasks, remove, settings;
    std::optional<double> max_loss, max_area;
    int synthetic = 0;
    bool force = false, mode_given = false;
};

void check_options(const CompressOptions& options) {
    if (!options.append.empty()) {
        if (!options.calibrate_adc.empty())
            throw InputError("--calibrate-adc", "is given beside --append",
                             "an image made in one go: converters are calibrated on the data of all its tasks");
        if (options.max_area) throw InputError("--max-area", "is given beside --append", "--max-loss, for the tasks that are appended");
        return;
    }
    const auto needed = [](bool given, const char* option, const char* expected) {
        if (!given) throw InputError(option, "is required", expected);
    };
    needed(options.remove.empty(), "--append", "the image that --remove takes tasks from");
    needed(options.synthetic == 0, "--append", "the image whose tasks --synthetic mixes");
    needed(!options.base.empty(), "--base", "the checkpoint that the tasks were fine-tuned from");
    needed(!options.tasks.empty(), "--task", "at least one");
    needed(!options.method.empty() || !options.stages.empty() || !options.method_file.empty(), "--method", "how to compress");
}

/// Which method, or which stages in its place.
void choose_method(compressor::CompressionRequest& request, const CompressOptions& options) {
    request.method = options.method;
    const int given = (options.method.empty() ? 0 : 1) + (options.stages.empty() ? 0 : 1) + (options.method_file.empty() ? 0 : 1);
    if (given > 1)
        throw InputError(options.stages.empty() ? "--method-file" : "--stages", "is given beside another choice of method",
                         "one of --method, --method-file and --stages");
    if (!options.stages.empty()) {
        request.method = compressor::kGivenMethod;
        request.stages = compressor::stages_given(options.stages);
    }
    if (!options.method_file.empty())
        request.stages = compressor::method_from_json(read_json(options.method_file), options.method_file, request.method);
}

/// Of an image that tasks are appended to: its base, method or stages, mode and arrays stand where no others are asked for.
void complete(compressor::CompressionRequest& request, const CompressOptions& options, const compressor::WeightImage& image) {
    if (options.base.empty()) request.base = image.base_checkpoint;
    if (request.method.empty()) {
        request.method = image.method;
        if (!image.stages.empty())
            request.stages =
                compressor::GivenStages{parse_json(image.stages, options.append + ":stages").as_array(), options.append + ":stages"};
    }
    if (!options.mode_given && !image.mode.empty()) request.mode = image.mode;
    if (request.stages || request.method == image.method) request.shared = image.base;
    for (const compressor::TaskImage& task : image.tasks) request.shared_embeddings.push_back(task.network.embeddings);
    request.geometry = image.geometry;
    request.appended_to = &image;
}

/// The command that would make the image anew from its own.
std::string joined(const compressor::WeightImage& image, const CompressOptions& options, const std::string& appended, std::uint64_t seed) {
    std::string command = image.command;
    for (const std::string& name : options.remove) command += "; --remove " + name;
    if (!appended.empty()) command += "; --append " + appended;
    if (options.synthetic > 0) command += fmt::format("; --synthetic {} --seed {}", options.synthetic, seed);
    return command;
}

/// Sentences of a task's data, at equal distances.
std::vector<inference::Sentence> calibration_sentences(const compressor::TaskRequest& task, const compressor::WeightImage& image,
                                                       const workloads::Tokenizer& tokenizer) {
    const workloads::DataSet set = compressor::read_calibration_rows(task);
    workloads::DataSet some{set.file, {}, set.labelled};
    for (const std::size_t row : compressor::evenly_spaced(set.examples.size(), compressor::kConverterSentences))
        some.examples.push_back(set.examples[row]);
    Threads one(1);
    return compressor::sentences_of(workloads::encode_dataset(some, tokenizer, image.shape.segments, one));
}

/// Before anything takes long.
void check_calibration_data(const std::vector<compressor::TaskRequest>& tasks) {
    for (const auto& task : tasks)
        if (!task.data) throw InputError("--task " + task.name, "has no data", "data=FILE.tsv, on which converters are calibrated");
}

void calibrate(const CompressOptions& options, const std::vector<compressor::TaskRequest>& tasks, const platform::PlatformConfig& config,
               compressor::WeightImage& image, Threads& threads) {
    const workloads::Tokenizer tokenizer(image.tokenizer);
    std::vector<std::vector<inference::Sentence>> sentences;
    for (const auto& task : tasks) sentences.push_back(calibration_sentences(task, image, tokenizer));
    image.calibration = compressor::calibrate(image, sentences, platform::crossbar_design(config),
                                              platform::converter_setting(config).value(), options.calibrate_adc, threads);
    image.command += " --calibrate-adc " + options.calibrate_adc;
}

void write(const compressor::WeightImage& image, const std::string& out) {
    compressor::write_image(image, out);
    std::cout << compressor::summary_table(image);
    std::cout << fmt::format("{}: {:.2f} MB\n", out, static_cast<double>(std::filesystem::file_size(out)) / 1e6);
}

void run(const CompressOptions& options, const Common& common) {
    check_options(options);
    compressor::CompressionRequest request;
    if (!options.tasks.empty()) request.tasks = read_task_options(options.tasks);
    check_outputs({options.out, options.journal},
                  inputs_of(request.tasks, {options.profile, options.platform, options.append, options.method_file}));
    const platform::PlatformConfig config = platform::load_platform(options.platform, options.settings);
    const mapping::ArrayShape arrays = config.array_shape();
    request.base = options.base;
    choose_method(request, options);
    request.mode = options.mode;
    request.geometry = {arrays.rows, arrays.cols, arrays.cell_bits, arrays.encoding};
    request.seed = common.seed;
    request.max_loss = options.max_loss;
    request.max_area = options.max_area;
    request.area_ratio = [&config](const compressor::WeightImage& image) { return area_ratio(config, image); };
    request.even_area = [&config](const compressor::WeightImage& image) { return even_area_ratio(config, image); };
    request.platform_sha256 = config.sha256;
    request.force = options.force;
    request.quiet = common.quiet;
    if (!options.profile.empty()) request.profile = compressor::profile_from_json(read_json(options.profile), options.profile);
    const auto journal = open_journal(options.journal);
    request.journal = journal.get();
    Threads threads(common.threads);
    if (options.append.empty()) {
        if (!options.calibrate_adc.empty()) {
            check_calibration_data(request.tasks);
            if (!platform::converter_setting(config))
                throw InputError("--calibrate-adc", "is given for converters of kind " + config.adc.kind,
                                 "a kind whose ranges are fixed: these resolve what each column's place wants");
        }
        compressor::WeightImage image = compressor::compress(request, threads);
        if (!options.calibrate_adc.empty()) calibrate(options, request.tasks, config, image, threads);
        return write(image, options.out);
    }

    compressor::WeightImage image = compressor::read_image(options.append);
    image.calibration.reset();
    if (!options.remove.empty()) compressor::remove_tasks(image, options.remove);
    std::string appended;
    if (!request.tasks.empty()) {
        complete(request, options, image);
        compressor::WeightImage more = compressor::compress(request, threads);
        appended = more.command;
        compressor::append_tasks(image, std::move(more));
    }
    if (options.synthetic > 0) compressor::add_synthetic_tasks(image, options.synthetic, common.seed, threads);
    image.command = joined(image, options, appended, common.seed);
    write(image, options.out);
}

}  // namespace

void add_compress(CLI::App& app, Common& common) {
    auto* command = app.add_subcommand("compress", "put a base and its tasks into one weight image");
    const auto options = std::make_shared<CompressOptions>();
    command->add_option("--base", options->base, "checkpoint directory that the tasks were fine-tuned from");
    command->add_option("--task", options->tasks,
                        "NAME=DIR[,data=FILE.tsv][,measure=FILE.tsv][,rows=all|even|odd][,metric=METRIC], once for each task: measure is "
                        "labelled rows held out of fine-tuning, to measure on instead of some of data; rows are those of it that are used");
    command->add_option("--method", options->method, detail::alternatives(compressor::method_names()));
    command->add_option("--stages", options->stages,
                        "stages in place of a method: NAME{KEY=VALUE,...},NAME,... or JSON; see `berth list stages`");
    command->add_option("--method-file", options->method_file, "a JSON file with a name and stages, in place of a method");
    auto* mode = command->add_option("--mode", options->mode, detail::alternatives(compressor::mode_names()))->capture_default_str();
    command->add_option("--max-loss", options->max_loss,
                        "stage allocation (method berth): points of metric lost at most, on average over the tasks");
    command->add_option("--max-area", options->max_area,
                        "stage allocation (method berth): area at most, as a share of what full copies take");
    command->add_option("--append", options->append,
                        "an image whose tasks come first; its base, method or stages, and mode stand where none is given");
    command->add_option("--remove", options->remove, "leave this task of that image out (repeatable)")->allow_extra_args(false);
    command
        ->add_option("--synthetic", options->synthetic,
                     "put so many tasks behind that image's which are mixed and perturbed from its own, to see what more tasks would cost")
        ->check(CLI::Range(1, compressor::kMostSyntheticTasks));
    command->add_option("--profile", options->profile, "what `berth profile` measured, instead of measuring again");
    command->add_option("--platform", options->platform, "preset or file whose arrays the image is made for")->capture_default_str();
    command->add_option("--set", options->settings, "path=value in that platform, e.g. adc.bits=5 (repeatable)")->allow_extra_args(false);
    command
        ->add_option("--calibrate-adc", options->calibrate_adc,
                     "find the converters' ranges, plane by plane and slice by slice, on the tasks' data: " +
                         detail::alternatives(compressor::calibration_methods()))
        ->check(CLI::IsMember(compressor::calibration_methods()));
    add_journal_option(*command, options->journal);
    command->add_option("--out", options->out, "the weight image")->required();
    command->add_flag("--force", options->force, "take tasks that do not look fine-tuned from the base");
    add_common_options(*command, common);
    command->footer(
        "Example:\n  berth compress --base base --task sst2=sst2,data=sst2.tsv --task stsb=stsb,data=stsb.tsv --method kang --mode acc "
        "--out "
        "tasks.berth\n  berth compress --append tasks.berth --task trec=trec,data=trec.tsv --remove stsb --out others.berth");
    command->callback([options, mode, &common] {
        options->mode_given = mode->count() > 0;
        run(*options, common);
    });
}

}  // namespace berth::command
