// SPDX-License-Identifier: Apache-2.0
#include "compressor/embedding_tables.hpp"

#include "compressor/error_feedback.hpp"
#include "models/core/ceil_div.hpp"

#include <algorithm>
#include <map>

namespace berth::compressor {
namespace {

using inference::Int8Matrix;
using Codes = Eigen::Matrix<std::int8_t, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr int kRowsPerBlock = 2048;  ///< of a table that a thread quantises at a time

/// Rows [begin, begin + count) as a matrix of their own.
Int8Matrix rows_of(const Int8Matrix& table, int begin, int count) {
    const auto width = static_cast<std::ptrdiff_t>(table.in);
    return {count,
            table.in,
            {table.values.begin() + begin * width, table.values.begin() + (begin + count) * width},
            {table.scales.begin() + begin, table.scales.begin() + begin + count},
            table.magnitude_bits};
}

/// Rows do not depend on one another, so blocks of them may be quantised side by side.
Int8Matrix coarser(const Int8Matrix& table, int magnitude_bits, const Eigen::MatrixXf& moments, Threads& threads) {
    Int8Matrix result{table.out, table.in, std::vector<std::int8_t>(table.values.size()), std::vector<float>(table.scales.size()),
                      magnitude_bits};
    threads.for_each(static_cast<std::size_t>(ceil_div(table.out, kRowsPerBlock)), [&](std::size_t block) {
        const int begin = static_cast<int>(block) * kRowsPerBlock;
        const Int8Matrix part =
            quantise_with_feedback(real_values(rows_of(table, begin, std::min(kRowsPerBlock, table.out - begin))), magnitude_bits, moments);
        std::copy(part.values.begin(), part.values.end(), result.values.begin() + std::ptrdiff_t{begin} * table.in);
        std::copy(part.scales.begin(), part.scales.end(), result.scales.begin() + begin);
    });
    return result;
}

/// Sum over the words of frequency e^T moments e, where e is what became of the word's row.
double loss_of(const Int8Matrix& before, const Int8Matrix& after, const EmbeddingCalibration& calibration) {
    double loss = 0.0;
    for (int word = 0; word < before.out; ++word) {
        const float frequency = calibration.frequency(word);
        if (frequency == 0.0F) continue;
        const Rows error = real_values(rows_of(before, word, 1)) - real_values(rows_of(after, word, 1));
        loss += static_cast<double>(frequency * (error * calibration.moments).cwiseProduct(error).sum());
    }
    return loss;
}

/// Share of the logits' variance that a task may lose to tables of other tasks: a table of its own takes more area than all its deltas.
constexpr double kLostToShare = 0.02;

/// Whether the given tables stand in for the task's own; `loss` is then what they lose.
bool stands_in(const inference::Embeddings& given, const CalibratedTask& task, Threads& threads, double& loss) {
    constexpr double most = 2.0;  // times what the task's own would lose
    const inference::Embeddings& own = *task.image.network.embeddings;
    const bool comparable = given.words.out == own.words.out && given.words.in == own.words.in && given.positions == own.positions &&
                            given.segments == own.segments;
    if (!comparable) return false;
    const EmbeddingCalibration& calibration = task.calibration.embeddings;
    loss = loss_of(own.words, given.words, calibration);
    if (loss <= kLostToShare) return true;
    const Int8Matrix coarse = coarser(own.words, given.words.magnitude_bits, damped(calibration.moments), threads);
    return loss <= most * loss_of(own.words, coarse, calibration);
}

}  // namespace

EmbeddingTables quantise_words(const std::vector<CalibratedTask>& tasks, int magnitude_bits, Threads& threads) {
    EmbeddingTables tables{magnitude_bits, {}, 0.0};
    std::map<const inference::Embeddings*, Eigen::MatrixXf> pooled;
    for (const CalibratedTask& task : tasks) {
        const Rows& own = task.calibration.embeddings.moments;
        auto& moments =
            pooled.try_emplace(task.image.network.embeddings.get(), Eigen::MatrixXf::Zero(own.rows(), own.cols())).first->second;
        moments += own;
    }
    std::map<const inference::Embeddings*, std::shared_ptr<const inference::Embeddings>> made;
    for (const CalibratedTask& task : tasks) {
        const auto& before = task.image.network.embeddings;
        auto& after = made[before.get()];
        if (magnitude_bits >= before->words.magnitude_bits) after = before;
        if (!after)
            after = std::make_shared<const inference::Embeddings>(inference::Embeddings{
                coarser(before->words, magnitude_bits, damped(pooled.at(before.get())), threads), before->positions, before->segments});
        tables.by_task.push_back(after);
        if (after != before) tables.loss += loss_of(before->words, after->words, task.calibration.embeddings);
    }
    return tables;
}

EmbeddingTables choose_tables(const std::vector<CalibratedTask>& tasks,
                              const std::vector<std::shared_ptr<const inference::Embeddings>>& given, Threads& threads) {
    EmbeddingTables tables{inference::kMatrixMagnitudeBits, {}, 0.0};
    for (const CalibratedTask& task : tasks) {
        double loss = 0.0;
        const auto found =
            std::find_if(given.begin(), given.end(), [&](const auto& candidate) { return stands_in(*candidate, task, threads, loss); });
        tables.by_task.push_back(found == given.end() ? task.image.network.embeddings : *found);
        if (found != given.end()) tables.loss += loss;
    }
    return tables;
}

}  // namespace berth::compressor
