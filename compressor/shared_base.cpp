// SPDX-License-Identifier: Apache-2.0
#include "compressor/shared_base.hpp"

#include "compressor/error_feedback.hpp"

#include <Eigen/Cholesky>

namespace berth::compressor {
namespace {

Eigen::MatrixXf pooled_inputs(const std::vector<CalibratedTask>& tasks, std::size_t index) {
    Eigen::MatrixXf sum = tasks.front().calibration.sites[index].inputs;
    for (std::size_t t = 1; t < tasks.size(); ++t) sum += tasks[t].calibration.sites[index].inputs;
    return damped(sum);
}

}  // namespace

Rows shared_matrix(const std::vector<CalibratedTask>& tasks, std::size_t index) {
    // From the plain mean on, so that directions without moments stay there.
    Eigen::MatrixXf mean = tasks.front().weights[index];
    for (std::size_t t = 1; t < tasks.size(); ++t) mean += tasks[t].weights[index];
    mean /= static_cast<float>(tasks.size());
    Eigen::MatrixXf pull = Eigen::MatrixXf::Zero(mean.rows(), mean.cols());
    for (const CalibratedTask& task : tasks)
        pull += product(task.weights[index] - Rows(mean), task.calibration.sites[index].inputs.transpose());
    return mean + pooled_inputs(tasks, index).llt().solve(pull.transpose()).transpose();
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
