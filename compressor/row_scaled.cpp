// SPDX-License-Identifier: Apache-2.0
#include "compressor/row_scaled.hpp"

#include "compressor/error_feedback.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>

namespace berth::compressor {
namespace {

/// Takes note of a matrix's new codes: its precision and the channels that have any.
void settle(CodedDeltas& coded, std::size_t index) {
    const DeltaMatrix& delta = coded.deltas.deltas[index];
    coded.kept[index] = changed_channels(delta);
    coded.precision[index] = std::bit_width(static_cast<unsigned>(magnitudes_of(delta).largest()));
}

/// Magnitude that at least `count` of a row's elements reach.
int threshold(std::span<const std::int16_t> row, std::size_t count) {
    std::vector<int> magnitudes;
    for (const int value : row) magnitudes.push_back(std::abs(value));
    std::nth_element(magnitudes.begin(), magnitudes.begin() + static_cast<std::ptrdiff_t>(count - 1), magnitudes.end(), std::greater<>());
    return magnitudes[count - 1];
}

}  // namespace

void code_by_magnitude(CodedDeltas& coded, std::size_t index, const inference::Int8Matrix& base, double keep, int max_precision) {
    DeltaMatrix& delta = coded.deltas.deltas[index];
    const auto width = static_cast<std::size_t>(delta.in);
    const auto count = std::clamp<std::size_t>(static_cast<std::size_t>(std::ceil(keep * static_cast<double>(width))), 1, width);
    for (std::size_t channel = 0; channel < static_cast<std::size_t>(delta.out); ++channel) {
        const std::span row(delta.values.data() + channel * width, width);
        const int least = std::max(1, threshold(row, count));
        double sum = 0.0;
        std::size_t kept = 0;
        for (const int value : row)
            if (std::abs(value) >= least) {
                sum += std::abs(value);
                ++kept;
            }
        // Elements of a kept share that are zero pull the mean down: a sign of theirs would cost more than it gives.
        const double mean = keep >= 1.0 ? sum / static_cast<double>(width) : kept > 0 ? sum / static_cast<double>(kept) : 0.0;
        const int magnitude = std::min(static_cast<int>(std::lround(mean)), inference::largest_magnitude(max_precision));
        for (std::size_t i = 0; i < width; ++i) {
            const int sign = std::abs(row[i]) < least ? 0 : row[i] > 0 ? 1 : -1;
            row[i] = within_int8(sign * magnitude, base.values[channel * width + i]);
        }
    }
    settle(coded, index);
}

void code_with_feedback(CodedDeltas& coded, std::size_t index, const inference::Int8Matrix& base, const Rows& delta,
                        const Eigen::MatrixXf& inputs, int max_precision) {
    const auto width = static_cast<std::size_t>(base.in);
    const Eigen::Map<const Vector> steps(base.scales.data(), base.out);
    const Vector free = calibrated_scales(delta, 1, inputs.diagonal());
    const auto most = static_cast<float>(inference::largest_magnitude(max_precision));
    const Vector magnitudes = (free.array() / steps.array()).round().min(most).max(1.0F);
    const inference::Int8Matrix codes = round_with_feedback(delta, magnitudes.cwiseProduct(steps), 1, inputs);
    DeltaMatrix& coding = coded.deltas.deltas[index];
    for (std::size_t i = 0; i < coding.values.size(); ++i)
        coding.values[i] =
            within_int8(codes.values[i] * static_cast<int>(magnitudes(static_cast<Eigen::Index>(i / width))), base.values[i]);
    settle(coded, index);
}

}  // namespace berth::compressor
