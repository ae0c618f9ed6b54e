// SPDX-License-Identifier: Apache-2.0
#include "compressor/shared_base.hpp"

#include "compressor/calibrated_norm.hpp"
#include "compressor/error_feedback.hpp"

namespace berth::compressor {
namespace {

Eigen::MatrixXf pooled_inputs(const std::vector<CalibratedTask>& tasks, std::size_t index) {
    Eigen::MatrixXf sum = tasks.front().calibration.sites[index].inputs;
    for (std::size_t t = 1; t < tasks.size(); ++t) sum += tasks[t].calibration.sites[index].inputs;
    return damped(sum);
}

}  // namespace

Rows shared_matrix(const std::vector<CalibratedTask>& tasks, std::size_t index) {
    std::vector<DeltaOfTask> weights;
    for (const CalibratedTask& task : tasks) weights.push_back({task.weights[index], task.calibration.sites[index]});
    return mean_delta(weights);
}

SharedMatrices quantise_base(const std::vector<CalibratedTask>& tasks, int magnitude_bits, Threads& threads) {
    SharedMatrices matrices(tasks.front().weights.size());
    threads.for_each(matrices.size(), [&](std::size_t index) {
        matrices[index] = std::make_shared<const inference::Int8Matrix>(
            quantise_with_feedback(shared_matrix(tasks, index), magnitude_bits, pooled_inputs(tasks, index)));
    });
    return matrices;
}

}  // namespace berth::compressor
