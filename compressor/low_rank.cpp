// SPDX-License-Identifier: Apache-2.0
#include "compressor/low_rank.hpp"

#include "compressor/calibrated_norm.hpp"
#include "compressor/error_feedback.hpp"

#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace berth::compressor {
namespace {

/// out^T delta in, whose plain norm is the calibrated one of the delta, and the two factors.
struct Whitened {
    Eigen::MatrixXf in, out, delta;
};
Whitened whiten(const Rows& delta, const SiteCalibration& site) {
    if (site.inputs.rows() != delta.cols() || site.outputs.rows() != delta.rows())
        throw std::invalid_argument("the calibration is of another matrix");
    Whitened white{lower_factor(damped_inputs(site)), lower_factor(damped_outputs(site)), {}};
    white.delta = white.out.transpose() * Eigen::MatrixXf(delta) * white.in;
    return white;
}

/// Of rows or of columns, whichever are fewer: its eigenvalues are the squares of the singular values.
Eigen::MatrixXf smaller_gram(const Eigen::MatrixXf& matrix) {
    if (matrix.rows() <= matrix.cols()) return matrix * matrix.transpose();
    return matrix.transpose() * matrix;
}

}  // namespace

Spectrum spectrum_of(const Rows& delta, const SiteCalibration& site, int kept) {
    const Whitened white = whiten(delta, site);
    const bool wide = white.delta.rows() <= white.delta.cols();
    const EigenPairs pairs = descending(smaller_gram(white.delta));
    Spectrum spectrum;
    spectrum.values = pairs.values.cwiseSqrt();
    const Eigen::Index count = std::min<Eigen::Index>(kept, spectrum.values.size());
    const Vector inverse = spectrum.values.head(count).cwiseMax(std::numeric_limits<float>::min()).cwiseInverse();
    const auto vectors = pairs.vectors.leftCols(count);
    // up holds left vectors of norm 1, so that its columns are of one size; down has the singular values.
    const Eigen::MatrixXf left = wide ? Eigen::MatrixXf(vectors) : Eigen::MatrixXf(white.delta * vectors * inverse.asDiagonal());
    const Eigen::MatrixXf right = left.transpose() * white.delta;
    spectrum.up = white.out.transpose().triangularView<Eigen::Upper>().solve(left);
    spectrum.down = white.in.transpose().triangularView<Eigen::Upper>().solve(right.transpose()).transpose();
    return spectrum;
}

Vector spectrum_values(const Rows& delta, const SiteCalibration& site) {
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXf> solver(smaller_gram(whiten(delta, site).delta), Eigen::EigenvaluesOnly);
    return solver.eigenvalues().reverse().cwiseMax(0.0F).cwiseSqrt();
}

double calibrated_loss(const Rows& delta, const SiteCalibration& site) {
    return static_cast<double>((site.outputs * delta).cwiseProduct(product(delta, site.inputs)).sum());
}

inference::LowRankDelta factorise(const Rows& delta, const SiteCalibration& site, const Spectrum& spectrum, int rank, int magnitude_bits,
                                  int rounds) {
    return factorise(delta, site, spectrum.down.topRows(rank), magnitude_bits, rounds);
}

inference::LowRankDelta factorise(const Rows& delta, const SiteCalibration& site, Eigen::MatrixXf down, int magnitude_bits, int rounds) {
    const Eigen::MatrixXf inputs = damped_inputs(site), outputs = damped_outputs(site);
    const Eigen::MatrixXf target_by_inputs = (Eigen::MatrixXf(delta) * inputs).transpose();  // [in, out]
    const Eigen::MatrixXf outputs_by_target = outputs * Eigen::MatrixXf(delta);              // [out, in]
    inference::Int8Matrix coded_up, coded_down;
    for (int round = 0; round < rounds; ++round) {
        const Eigen::MatrixXf middle = damped_middle(down * inputs * down.transpose());
        const Rows up = middle.llt().solve(down * target_by_inputs).transpose();
        coded_up = quantise_with_feedback(up, magnitude_bits, middle);
        const Eigen::MatrixXf above = real_values(coded_up);
        const Eigen::MatrixXf gram = damped_middle(above.transpose() * outputs * above);
        coded_down = quantise_with_feedback(gram.llt().solve(above.transpose() * outputs_by_target), magnitude_bits, inputs);
        down = real_values(coded_down);
    }
    return {std::move(coded_down), std::move(coded_up)};
}

std::shared_ptr<const inference::LowRankDelta> low_rank_delta(const Rows& delta, const SiteCalibration& site, int rank, int magnitude_bits,
                                                              int rounds) {
    return std::make_shared<const inference::LowRankDelta>(
        factorise(delta, site, spectrum_of(delta, site, rank), rank, magnitude_bits, rounds));
}

Eigen::MatrixXf balanced_down(const Eigen::MatrixXf& up, const Eigen::MatrixXf& down, const SiteCalibration& site) {
    // With up = left * sides in the norm of the outputs, left having orthonormal columns, left^T * up * down is sides * down.
    const EigenPairs of_up = descending(up.transpose() * damped_outputs(site) * up);
    const Eigen::MatrixXf sides = of_up.values.cwiseSqrt().asDiagonal() * of_up.vectors.transpose();
    const Eigen::MatrixXf turned = sides * down;
    return descending(turned * damped_inputs(site) * turned.transpose()).vectors.transpose() * turned;
}

Rows real_values(const inference::LowRankDelta& delta) {
    const Rows turned = real_values(*delta.down).transpose();
    return product(real_values(*delta.up), turned);
}

}  // namespace berth::compressor
