// SPDX-License-Identifier: Apache-2.0
#include "workloads/reference.hpp"
#include "berth/version.hpp"
#include "models/core/digest.hpp"
#include "models/core/error.hpp"
#include "models/core/files.hpp"
#include "models/core/json.hpp"
#include "models/core/progress.hpp"
#include "platform/command/command.hpp"
#include "platform/command/predictions.hpp"
#include "platform/command/rows_option.hpp"
#include "workloads/encoded_dataset.hpp"
#include "workloads/metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <memory>
#include <optional>

namespace berth::command {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

struct Options {
    fs::path model, base, input;
    std::string metric;
    WantedRows rows;
    std::optional<fs::path> json, predictions;
};

struct Model {
    workloads::Reference reference;
    workloads::Tokenizer tokenizer;
    std::vector<fs::path> files;

    [[nodiscard]] const workloads::BertConfig& config() const { return reference.weights().config; }
};

struct Outcome {
    workloads::DataSet data;
    std::size_t tokens = 0;
    std::vector<float> logits;
    std::string metric;
    std::optional<double> value;  ///< none for data without labels
    int threads = 0;
    double load_s = 0, wall_s = 0;
};

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

Model load(const fs::path& directory, const fs::path& base) {
    using namespace workloads;
    const Checkpoint checkpoint(directory, base);
    if (!base.empty() && !checkpoint.adapter())
        throw InputError("--base", "is given for a model that is whole", "a LoRA directory as --model");
    const BertConfig& config = checkpoint.config();
    Tokenizer tokenizer(read_tokenizer(checkpoint.tokenizer_directory(), config));
    return {Reference(std::make_shared<const BertWeights>(read_bert_weights(checkpoint, Head::classifier))), std::move(tokenizer),
            checkpoint.files()};
}

void refuse_overflow(std::span<const float> logits, const fs::path& model) {
    if (!std::all_of(logits.begin(), logits.end(), [](float logit) { return std::isfinite(logit); }))
        throw InputError(model.string(), "gives logits that are not finite", "weights whose products a float can hold");
}

Outcome compute(const Model& model, const Options& options, const Common& common) {
    const workloads::BertConfig& config = model.config();
    Threads threads(common.threads);
    Outcome outcome;
    outcome.metric = workloads::choose_metric(options.metric, config, "--metric");
    outcome.data = read_rows(options.input, options.rows);
    workloads::check_labels(outcome.data, config.labels, config.regression);
    outcome.threads = threads.count();

    const auto sentences = workloads::encode_dataset(outcome.data, model.tokenizer, config.segments, threads);
    outcome.tokens = workloads::count_tokens(sentences);
    Progress progress("reference", sentences.size(), common.quiet);
    outcome.logits = model.reference.logits(sentences, threads, [&progress](std::size_t count) { progress.advance(count); });
    refuse_overflow(outcome.logits, options.model);
    if (outcome.data.labelled)
        outcome.value = workloads::score(outcome.metric, predictions_of(outcome.logits, config.labels, config.regression),
                                         workloads::labels_of(outcome.data));
    return outcome;
}

boost::json::object report(const Model& model, const Outcome& outcome, const Options& options, const Common& common) {
    boost::json::object digests;
    for (const fs::path& file : model.files) digests[file.string()] = sha256_of_file(file);
    boost::json::value value;
    if (outcome.value) value = *outcome.value;
    return {{"schema", "berth.reference.1"},
            {"berth_version", kVersion},
            {"command", common.line},
            {"model", {{"path", options.model.string()}, {"sha256", std::move(digests)}}},
            {"input", {{"path", options.input.string()}, {"sha256", sha256_of_file(options.input)}}},
            {"samples", outcome.data.examples.size()},
            {"tokens", outcome.tokens},
            {"metric", {{"name", outcome.metric}, {"value", value}}},
            {"threads", outcome.threads},
            {"load_s", outcome.load_s},
            {"wall_s", outcome.wall_s}};
}

void run(const Options& options, const Common& common) {
    const auto begin = Clock::now();
    check_outputs({options.json.value_or(""), options.predictions.value_or("")}, {options.input});
    const Model model = load(options.model, options.base);
    const double load_s = seconds_since(begin);
    Outcome outcome = compute(model, options, common);
    outcome.load_s = load_s;
    outcome.wall_s = seconds_since(begin);

    if (options.predictions) write_predictions(*options.predictions, outcome.logits, model.config().labels, model.config().regression);
    if (options.json) write_text(*options.json, pretty_json(report(model, outcome, options, common)));
    if (outcome.value)
        fmt::print("{} {:.4f} on {} sentences\n", outcome.metric, *outcome.value, outcome.data.examples.size());
    else
        fmt::print("{} sentences without labels: no {}\n", outcome.data.examples.size(), outcome.metric);
}

}  // namespace

void add_reference(CLI::App& app, Common& common) {
    auto* command = app.add_subcommand("reference", "fp32 forward of one checkpoint: predictions and metric");
    const auto options = std::make_shared<Options>();
    command
        ->add_option("--model", options->model,
                     "Hugging Face directory of a fine-tuned BERT, RoBERTa or DistilBERT, or PEFT LoRA directory")
        ->required();
    command->add_option("--base", options->base, "what the LoRA directory was trained on (default: the folder that it names)");
    command->add_option("--input", options->input, "TSV with columns sentence1 and, as needed, sentence2 and label")->required();
    command->add_option("--metric", options->metric, "accuracy, f1, mcc, spearman or pearson (default: the task's)");
    add_rows_options(*command, options->rows);
    command->add_option("--json", options->json, "write the results as JSON");
    command->add_option("--predictions", options->predictions, "write index, prediction and logits of every row as TSV");
    add_common_options(*command, common);
    command->footer("Example:\n  berth reference --model checkpoints/sst2 --input sst2.tsv --json result.json");
    command->callback([options, &common] { run(*options, common); });
}

}  // namespace berth::command
