// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/calibration.hpp"
#include "compressor/dense.hpp"
#include "models/inference/network.hpp"

namespace berth::compressor {

/// Singular values and vectors of a matrix in the norm of a calibration, sqrt(trace(outputs D inputs D^T)): keeping the first r
/// leaves a loss of the sum of squares of the others, the least that rank r can leave (Eckart and Young in the whitened space).
struct Spectrum {
    Vector values;         ///< all of them, descending; in Calibration's shares of variance, squared
    Eigen::MatrixXf up;    ///< [out, kept]
    Eigen::MatrixXf down;  ///< [kept, in]; up * down is the best approximation of rank `kept`
};

/// @param kept vectors wanted at most. @throws std::invalid_argument on moments that are not those of the matrix's shape.
[[nodiscard]] Spectrum spectrum_of(const Rows& delta, const SiteCalibration& site, int kept);

/// The values alone, which take a fraction of the time and none of the memory.
[[nodiscard]] Vector spectrum_values(const Rows& delta, const SiteCalibration& site);

/// What is left of `delta` in the calibrated norm, squared.
[[nodiscard]] double calibrated_loss(const Rows& delta, const SiteCalibration& site);

/// The first `rank` vectors with codes of `magnitude_bits`. Each factor in turn is solved for with the other as quantised, and
/// quantised with error feedback, `rounds` times over. @param rank in [1, kept of the spectrum].
[[nodiscard]] inference::LowRankDelta factorise(const Rows& delta, const SiteCalibration& site, const Spectrum& spectrum, int rank,
                                                int magnitude_bits, int rounds);

/// The same from first factors of the delta's own on: `down` [rank, in], whose rows span those of what is to be kept.
[[nodiscard]] inference::LowRankDelta factorise(const Rows& delta, const SiteCalibration& site, Eigen::MatrixXf down, int magnitude_bits,
                                                int rounds);

/// `down` of the product up * down, turned so that its vectors are those of the product's spectrum and `up` has columns of one size:
/// T * down, by decompositions of matrices of the rank alone. @param up [out, rank]. @param down [rank, in].
[[nodiscard]] Eigen::MatrixXf balanced_down(const Eigen::MatrixXf& up, const Eigen::MatrixXf& down, const SiteCalibration& site);

inline constexpr int kMostRank = 4096;  ///< of factors that a stage may be asked for

/// The delta's factors of this rank, from its spectrum.
[[nodiscard]] std::shared_ptr<const inference::LowRankDelta> low_rank_delta(const Rows& delta, const SiteCalibration& site, int rank,
                                                                            int magnitude_bits, int rounds);

/// up * down in real weights.
[[nodiscard]] Rows real_values(const inference::LowRankDelta& delta);

}  // namespace berth::compressor
