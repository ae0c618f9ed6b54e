// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/family.hpp"
#include "models/core/draws.hpp"
#include "models/core/parallel.hpp"
#include "models/core/progress.hpp"
#include "models/inference/executor.hpp"
#include "workloads/bert_config.hpp"
#include "workloads/tokenizer.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace berth::compressor {

/// Sentences measured of a task at most; a larger data set gives rows at equal distances.
inline constexpr std::size_t kProbeSentences = 128;

/// Labelled sentences of a task, on which compressed networks are compared with the uncompressed one.
struct Probe {
    std::vector<inference::Sentence> sentences;
    std::vector<double> labels;
    std::string data_sha256;
};

/// Numbered from 0 in their order.
[[nodiscard]] std::vector<inference::Sentence> sentences_of(std::vector<workloads::Encoded> encoded);

/// A probe cut into blocks of sentences, of which a thread takes one at a time.
class ProbeBlocks {
public:
    explicit ProbeBlocks(const Probe& probe) : sentences_(probe.sentences) {}

    [[nodiscard]] std::size_t count() const { return (sentences_.size() + kLength - 1) / kLength; }
    [[nodiscard]] std::span<const inference::Sentence> sentences(std::size_t block) const {
        return sentences_.subspan(block * kLength, std::min(kLength, sentences_.size() - block * kLength));
    }
    /// Puts a block's logits where they belong among those of all sentences.
    static void place(std::span<const float> logits, std::size_t block, std::size_t labels, std::span<float> all) {
        std::copy(logits.begin(), logits.end(), all.begin() + static_cast<std::ptrdiff_t>(block * kLength * labels));
    }

private:
    static constexpr std::size_t kLength = 4;
    std::span<const inference::Sentence> sentences_;
};

/// Of the rows that a task is measured on. The request must have data.
/// @throws InputError naming file and line where the data has no labels or ones that the task does not know.
[[nodiscard]] Probe read_probe(const TaskRequest& task, const workloads::BertConfig& config, const workloads::Tokenizer& tokenizer);

/// Rows of the task's data that it may be calibrated on. The request must have data.
[[nodiscard]] workloads::DataSet read_calibration_rows(const TaskRequest& task);

/// Of them, at most `count`, at equal distances: none of those that its probe measures, unless it
/// measures every one.
[[nodiscard]] std::vector<workloads::Encoded> calibration_sentences(const TaskRequest& task, std::size_t count,
                                                                    const workloads::Tokenizer& tokenizer);

/// Logits [sentences, labels] of the functional executor with exact products.
[[nodiscard]] std::vector<float> logits_of(const inference::Network& network, const Probe& probe, Threads& threads, Progress& progress);

[[nodiscard]] double metric_of(std::span<const float> logits, const inference::Network& network, const Probe& probe,
                               const std::string& metric);

/// The metric of logits [sentences, labels] to which independent normal noise of `lost` times their variance is added, 32 times over:
/// what losing that share costs, without the luck of the few sentences that happen to change sides.
[[nodiscard]] std::vector<double> metrics_under_noise(std::span<const float> logits, const inference::Network& network, const Probe& probe,
                                                      const std::string& metric, double lost, const DrawKey& key);

/// Share of the variance of `expected` [sentences, labels] (around each label's mean) that `got` does not keep; 0 where equal.
[[nodiscard]] double lost_variance(std::span<const float> expected, std::span<const float> got, int labels);

}  // namespace berth::compressor
