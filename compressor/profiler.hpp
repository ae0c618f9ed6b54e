// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/family.hpp"
#include "compressor/journal.hpp"
#include "compressor/probe.hpp"
#include "compressor/profile.hpp"
#include "compressor/task_deltas.hpp"
#include "models/core/parallel.hpp"

#include <optional>
#include <vector>

namespace berth::compressor {

/// A task ready for the two stages.
struct PreparedTask {
    TaskImage image;  ///< all but the matrices
    TaskDeltas deltas;
    TaskProfile profile;
};

struct PreparationRequest {
    std::vector<TaskRequest> tasks;
    int cell_bits = 0;
    std::optional<Profile> profile;  ///< taken instead of measuring, where its checkpoints are these
    bool force = false;
    bool quiet = true;
    bool by_layer = false;       ///< measure every layer alone too
    Journal* journal = nullptr;  ///< for measurements, where there is one
};

/// A fine-tuned model resembles its base far more than this (0.991 to 0.999 published).
inline constexpr double kLeastParentCosine = 0.5;

/// @throws InputError naming the first task that has no data.
void check_data(const std::vector<TaskRequest>& tasks);

/// The measured rows of every task. @throws InputError naming the first task that has no data, or the file and line at fault.
[[nodiscard]] std::vector<Probe> read_probes(const Family& family, const std::vector<TaskRequest>& tasks);

/// @throws InputError with the figure where `cosine`, of the base's matrices and the task's, is too small, unless forced.
void check_parent(const Family& family, const TaskRequest& task, double cosine, bool force);

/// Reads every task, checks that it comes from the base, and measures what it can lose.
/// @throws InputError on a task without data or labels, on one that does not resemble the base (unless forced), or on a profile
/// of other checkpoints.
[[nodiscard]] std::vector<PreparedTask> prepare(const Family& family, const SharedMatrices& base, const PreparationRequest& request,
                                                Threads& threads);

/// The profiles of prepared tasks.
[[nodiscard]] Profile profile_of(const std::vector<PreparedTask>& tasks, int cell_bits);

}  // namespace berth::compressor
