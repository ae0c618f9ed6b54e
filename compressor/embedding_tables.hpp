// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/calibrated_task.hpp"

#include <memory>
#include <vector>

namespace berth::compressor {

/// Embedding tables of some magnitude bits, one pointer a task; tasks whose tables are one object share the coarser one too.
struct EmbeddingTables {
    int magnitude_bits = 0;
    std::vector<std::shared_ptr<const inference::Embeddings>> by_task;
    double loss = 0.0;  ///< expected shares of the logits' variance, summed over the tasks
};

/// The tasks' word tables in codes of `magnitude_bits` with a scale a row. A row's rounding errors make up for one another in the
/// directions that move the logits (error feedback in the pooled moments of the tasks that use the table). Positions and segments stay as
/// they are: every token reads them, and they are a sixtieth of the memory at most in the models that Berth reads.
[[nodiscard]] EmbeddingTables quantise_words(const std::vector<CalibratedTask>& tasks, int magnitude_bits, Threads& threads);

/// For tasks that join an image: of its tables, the first that loses a task no more than 2 % of its logits' variance, or no more than
/// twice what its own would lose in as many bits (their errors lie where other tasks do not look); its own, as they are, where none does.
[[nodiscard]] EmbeddingTables choose_tables(const std::vector<CalibratedTask>& tasks,
                                            const std::vector<std::shared_ptr<const inference::Embeddings>>& given, Threads& threads);

}  // namespace berth::compressor
