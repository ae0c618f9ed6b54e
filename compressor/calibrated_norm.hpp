// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/calibration.hpp"
#include "compressor/dense.hpp"

#include <span>

namespace berth::compressor {

// The moments of a calibration with shares of their mean added, for few sentences say little of rare directions.

[[nodiscard]] Eigen::MatrixXf damped_inputs(const SiteCalibration& site);
[[nodiscard]] Eigen::MatrixXf damped_outputs(const SiteCalibration& site);
/// Of the vectors between two factors, [rank, rank].
[[nodiscard]] Eigen::MatrixXf damped_middle(const Eigen::MatrixXf& moments);

/// L of moments = L L^T. @throws std::invalid_argument on moments that are not positive definite.
[[nodiscard]] Eigen::MatrixXf lower_factor(const Eigen::MatrixXf& moments);

/// Eigenvectors of the largest eigenvalues first; none of these is negative.
struct EigenPairs {
    Vector values;
    Eigen::MatrixXf vectors;
};
[[nodiscard]] EigenPairs descending(const Eigen::MatrixXf& gram);

/// A task's delta at one matrix, or all of its weights there, [out, in], and the norm that it counts in.
struct DeltaOfTask {
    const Rows& delta;
    const SiteCalibration& site;
};

/// One calibration for several tasks: the mean of their inputs' moments, and of their outputs', each task having the weight of its inputs.
[[nodiscard]] SiteCalibration pooled_site(std::span<const DeltaOfTask> tasks);

/// The one that loses least over the tasks in their input norms, sum_t |(D_t - D) A_t^(1/2)|^2 (RegMean, Jin et al. 2022,
/// DOI 10.48550/arXiv.2212.09849).
[[nodiscard]] Rows mean_delta(std::span<const DeltaOfTask> tasks);

}  // namespace berth::compressor
