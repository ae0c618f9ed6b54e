// SPDX-License-Identifier: Apache-2.0
#include "compressor/adapter_delta.hpp"

#include "compressor/low_rank.hpp"

#include <cmath>

namespace berth::compressor {
namespace {

/// Half a step, and what sums of floats add to it.
constexpr float kHalfStep = 0.501F;

using Matrix = Eigen::Map<const Rows>;

Matrix down_of(const workloads::LowRankFactors& factors) { return {factors.down.data(), factors.rank, factors.in}; }
Matrix up_of(const workloads::LowRankFactors& factors) { return {factors.up.data(), factors.out, factors.rank}; }

Rows product_of(const workloads::LowRankFactors& factors) {
    Rows product = Rows::Zero(factors.out, factors.in);
    factors.add_to(values_of(product));
    return product;
}

}  // namespace

bool is_rounding_of(const Rows& real, const inference::Int8Matrix& stored) {
    if (stored.magnitude_bits != inference::kMatrixMagnitudeBits || real.rows() != stored.out || real.cols() != stored.in) return false;
    const auto largest = static_cast<float>(inference::largest_magnitude(stored.magnitude_bits));
    for (Eigen::Index row = 0; row < real.rows(); ++row) {
        const float scale = stored.scales[static_cast<std::size_t>(row)];
        for (Eigen::Index i = 0; i < real.cols(); ++i) {
            const float code = stored.values[static_cast<std::size_t>(row * real.cols() + i)], wanted = real(row, i) / scale;
            const bool clipped = std::abs(code) == largest && std::abs(wanted) >= largest && code * wanted > 0.0F;
            if (!clipped && std::abs(wanted - code) > kHalfStep) return false;
        }
    }
    return true;
}

bool is_adapter_alone(const Rows& weights, const workloads::LowRankFactors* added, const inference::Int8Matrix& stored) {
    if (!added) return is_rounding_of(weights, stored);
    if (added->out != stored.out || added->in != stored.in) return false;
    return is_rounding_of(weights - product_of(*added), stored);
}

std::shared_ptr<const inference::LowRankDelta> quantise_factors(const workloads::LowRankFactors& factors, const SiteCalibration& site,
                                                                int magnitude_bits, int rounds) {
    const Rows delta = product_of(factors);
    if (delta.isZero(0.0F)) return nullptr;
    const Eigen::MatrixXf up = factors.scale * up_of(factors), down = down_of(factors);
    return std::make_shared<const inference::LowRankDelta>(factorise(delta, site, balanced_down(up, down, site), magnitude_bits, rounds));
}

}  // namespace berth::compressor
