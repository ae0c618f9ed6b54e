// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/calibrated_norm.hpp"
#include "models/inference/network.hpp"

#include <memory>
#include <span>
#include <vector>

namespace berth::compressor {

/// Which of a low-rank delta's two factors tasks have in common: `up` [out, rank], a basis of what deltas put out, or `down` [rank, in],
/// one of what they look at.
enum class CommonFactor { up, down };

/// Low-rank deltas of several tasks at one matrix with one factor for all of them, and one of each task's own: delta_t ~ up down_t, or
/// up_t down.
struct Dictionary {
    std::shared_ptr<const inference::Int8Matrix> common;
    std::vector<std::shared_ptr<const inference::Int8Matrix>> own;  ///< by task; equal ones are one object

    [[nodiscard]] inference::LowRankDelta delta(std::size_t task, CommonFactor which) const;
};

/// The basis is that of the singular value decomposition of the tasks' deltas side by side (of up) or below one another (of down), in the
/// calibrated norm with one side's moments pooled; then the common factor and the tasks' own are solved for in turn, with the others as
/// quantised, and quantised with error feedback, `rounds` times over. Of one task it is what factorise makes of it, nearly.
/// @param tasks at least one, all with deltas of one shape. @param rank at most the smaller side.
[[nodiscard]] Dictionary make_dictionary(std::span<const DeltaOfTask> tasks, CommonFactor which, int rank, int magnitude_bits, int rounds);

/// The tasks' own factors behind a common one that is there already.
[[nodiscard]] Dictionary extend_dictionary(std::span<const DeltaOfTask> tasks, CommonFactor which,
                                           std::shared_ptr<const inference::Int8Matrix> common, int magnitude_bits);

}  // namespace berth::compressor
