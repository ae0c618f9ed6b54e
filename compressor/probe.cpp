// SPDX-License-Identifier: Apache-2.0
#include "compressor/probe.hpp"

#include "compressor/evenly_spaced.hpp"
#include "models/core/digest.hpp"
#include "models/core/error.hpp"
#include "workloads/metrics.hpp"

#include <algorithm>
#include <cmath>

namespace berth::compressor {
namespace {

constexpr std::uint32_t kNoiseDraws = 32;

/// Sum of the squares of logits [rows, labels] around each label's mean.
double squares_around_means(std::span<const float> logits, std::size_t labels) {
    double squares = 0.0;
    const double rows = static_cast<double>(logits.size() / labels);
    for (std::size_t label = 0; label < labels; ++label) {
        double sum = 0.0;
        for (std::size_t i = label; i < logits.size(); i += labels) sum += static_cast<double>(logits[i]);
        for (std::size_t i = label; i < logits.size(); i += labels) {
            const double centred = static_cast<double>(logits[i]) - sum / rows;
            squares += centred * centred;
        }
    }
    return squares;
}

std::vector<std::size_t> probed_rows(const workloads::DataSet& set) { return evenly_spaced(set.examples.size(), kProbeSentences); }

}  // namespace

std::vector<inference::Sentence> sentences_of(std::vector<workloads::Encoded> encoded) {
    std::vector<inference::Sentence> sentences;
    for (workloads::Encoded& one : encoded) sentences.push_back({sentences.size(), std::move(one.ids), std::move(one.segments)});
    return sentences;
}

Probe read_probe(const TaskRequest& task, const workloads::BertConfig& config, const workloads::Tokenizer& tokenizer) {
    const std::filesystem::path& file = task.measure ? *task.measure : task.data.value();
    const workloads::DataSet set = workloads::read_dataset(file).only(task.rows);
    if (!set.labelled) throw InputError(file.string(), "has no labels", "a column `label`, for the method measures on it");
    workloads::check_labels(set, config.labels, config.regression);
    Probe probe;
    std::vector<workloads::Encoded> encoded;
    for (const std::size_t row : probed_rows(set)) {
        const workloads::Example& example = set.examples[row];
        encoded.push_back(tokenizer.encode(example.first, example.second));
        probe.labels.push_back(example.label.value());
    }
    probe.sentences = sentences_of(std::move(encoded));
    probe.data_sha256 = sha256_of_file(file);
    return probe;
}

workloads::DataSet read_calibration_rows(const TaskRequest& task) {
    return workloads::read_dataset(task.data.value()).only(task.measure ? workloads::RowChoice::all : task.rows);
}

std::vector<workloads::Encoded> calibration_sentences(const TaskRequest& task, std::size_t count, const workloads::Tokenizer& tokenizer) {
    const workloads::DataSet set = read_calibration_rows(task);
    std::vector<std::size_t> taken, free;
    if (!task.measure && set.examples.size() > kProbeSentences) taken = probed_rows(set);
    for (std::size_t row = 0; row < set.examples.size(); ++row)
        if (!std::binary_search(taken.begin(), taken.end(), row)) free.push_back(row);
    std::vector<workloads::Encoded> sentences;
    for (const std::size_t place : evenly_spaced(free.size(), count)) {
        const workloads::Example& example = set.examples[free[place]];
        sentences.push_back(tokenizer.encode(example.first, example.second));
    }
    return sentences;
}

std::vector<float> logits_of(const inference::Network& network, const Probe& probe, Threads& threads, Progress& progress) {
    const inference::ExactEngine engine(network);
    const inference::Executor executor(network, engine, inference::Arithmetic::integer);
    const auto labels = static_cast<std::size_t>(network.labels);
    std::vector<float> logits(probe.sentences.size() * labels);
    const ProbeBlocks blocks(probe);
    threads.for_each(blocks.count(), [&](std::size_t block) {
        const auto sentences = blocks.sentences(block);
        ProbeBlocks::place(executor.logits(sentences), block, labels, logits);
        progress.advance(sentences.size());
    });
    return logits;
}

double metric_of(std::span<const float> logits, const inference::Network& network, const Probe& probe, const std::string& metric) {
    const auto labels = static_cast<std::size_t>(network.labels);
    std::vector<double> predictions;
    for (std::size_t i = 0; i < probe.labels.size(); ++i)
        predictions.push_back(workloads::predict(logits.subspan(i * labels, labels), network.regression));
    return workloads::score(metric, predictions, probe.labels);
}

std::vector<double> metrics_under_noise(std::span<const float> logits, const inference::Network& network, const Probe& probe,
                                        const std::string& metric, double lost, const DrawKey& key) {
    const double squares = squares_around_means(logits, static_cast<std::size_t>(network.labels));
    const double deviation = std::sqrt(lost * squares / static_cast<double>(logits.size()));
    std::vector<double> metrics;
    std::vector<float> noisy(logits.size());
    for (std::uint32_t draw = 0; draw < kNoiseDraws; ++draw) {
        for (std::size_t i = 0; i < logits.size(); ++i) {
            const auto normal = normals(philox({low_word(i), high_word(i), draw, 0}, key));
            noisy[i] = static_cast<float>(static_cast<double>(logits[i]) + deviation * normal[0]);
        }
        metrics.push_back(metric_of(noisy, network, probe, metric));
    }
    return metrics;
}

double lost_variance(std::span<const float> expected, std::span<const float> got, int labels) {
    const auto width = static_cast<std::size_t>(labels);
    const double variance = squares_around_means(expected, width);
    double error = 0.0;
    for (std::size_t label = 0; label < width; ++label)
        for (std::size_t i = label; i < expected.size(); i += width) {
            const double difference = static_cast<double>(expected[i]) - static_cast<double>(got[i]);
            error += difference * difference;
        }
    if (error == 0.0) return 0.0;
    return variance == 0.0 ? 1.0 : error / variance;
}

}  // namespace berth::compressor
