// SPDX-License-Identifier: Apache-2.0
#include "compressor/weight_scale.hpp"

#include <Eigen/Core>

namespace berth::compressor {
namespace {

constexpr float kLargestWeight = 127.0F;
constexpr int kCandidates = 40;
constexpr float kStep = 1.0F / 80;
/// Adding and subtracting 1.5 * 2^23 rounds a float of magnitude below 2^22 to the nearest whole number, ties to even.
constexpr float kRounder = 12582912.0F;

float squared_error(const Eigen::Map<const Eigen::ArrayXf>& row, float scale) {
    const auto codes = ((row * (1.0F / scale) + kRounder) - kRounder).min(kLargestWeight).max(-kLargestWeight);
    return (codes * scale - row).square().sum();
}

}  // namespace

float least_error_scale(std::span<const float> values) {
    const Eigen::Map<const Eigen::ArrayXf> row(values.data(), static_cast<Eigen::Index>(values.size()));
    const float largest = row.abs().maxCoeff();
    if (largest == 0.0F) return 1.0F;
    // The reciprocal of a scale so small, and squares of weights so large, do not fit a float.
    constexpr float least = 1e-15F, most = 1e15F;
    const int candidates = largest < least || largest > most ? 1 : kCandidates;
    return best_scale(largest, kLargestWeight, candidates, kStep, [&](float scale) { return squared_error(row, scale); });
}

std::vector<float> least_error_scales(std::span<const float> values, int out) {
    std::vector<float> scales;
    const std::size_t in = out == 0 ? 0 : values.size() / static_cast<std::size_t>(out);
    for (std::size_t row = 0; row < static_cast<std::size_t>(out); ++row) scales.push_back(least_error_scale(values.subspan(row * in, in)));
    return scales;
}

}  // namespace berth::compressor
