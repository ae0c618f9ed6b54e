// SPDX-License-Identifier: Apache-2.0
#include "compressor/calibrated_norm.hpp"

#include "compressor/error_feedback.hpp"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>

#include <stdexcept>

namespace berth::compressor {
namespace {

/// Shares of the moments' mean. Measured on the MiniLM tasks.
constexpr float kInputDamping = 0.01F, kOutputDamping = 0.05F, kMiddleDamping = 1e-3F;

}  // namespace

Eigen::MatrixXf damped_inputs(const SiteCalibration& site) { return damped(site.inputs, kInputDamping); }
Eigen::MatrixXf damped_outputs(const SiteCalibration& site) { return damped(site.outputs, kOutputDamping); }
Eigen::MatrixXf damped_middle(const Eigen::MatrixXf& moments) { return damped(moments, kMiddleDamping); }

Eigen::MatrixXf lower_factor(const Eigen::MatrixXf& moments) {
    const Eigen::LLT<Eigen::MatrixXf> factor(moments);
    if (factor.info() != Eigen::Success) throw std::invalid_argument("second moments are not positive definite");
    return factor.matrixL();
}

EigenPairs descending(const Eigen::MatrixXf& gram) {
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXf> solver(gram);
    return {solver.eigenvalues().reverse().cwiseMax(0.0F), solver.eigenvectors().rowwise().reverse()};
}

SiteCalibration pooled_site(std::span<const DeltaOfTask> tasks) {
    const SiteCalibration& first = tasks.front().site;
    SiteCalibration pooled{Vector::Zero(first.mean.size()), Rows::Zero(first.inputs.rows(), first.inputs.cols()),
                           Rows::Zero(first.outputs.rows(), first.outputs.cols())};
    for (const DeltaOfTask& task : tasks) {
        pooled.mean += task.site.mean;
        pooled.inputs += task.site.inputs;
        pooled.outputs += task.site.inputs.trace() * task.site.outputs;
    }
    const float count = static_cast<float>(tasks.size()), weight = pooled.inputs.trace();
    pooled.mean /= count;
    pooled.inputs /= count;
    if (weight > 0.0F) pooled.outputs /= weight;
    return pooled;
}

Rows mean_delta(std::span<const DeltaOfTask> tasks) {
    // From the plain mean on, so that directions without moments stay there.
    Rows mean = Rows::Zero(tasks.front().delta.rows(), tasks.front().delta.cols());
    for (const DeltaOfTask& task : tasks) mean += task.delta;
    mean /= static_cast<float>(tasks.size());
    Eigen::MatrixXf pull = Eigen::MatrixXf::Zero(mean.rows(), mean.cols());
    Rows inputs = Rows::Zero(mean.cols(), mean.cols());
    for (const DeltaOfTask& task : tasks) {
        pull += product(task.delta - mean, task.site.inputs.transpose());
        inputs += task.site.inputs;
    }
    return mean + Rows(damped(inputs).llt().solve(pull.transpose()).transpose());
}

}  // namespace berth::compressor
