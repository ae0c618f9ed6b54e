// SPDX-License-Identifier: Apache-2.0
#include "compressor/delta.hpp"

#include "compressor/quantise.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>

namespace berth::compressor {

std::span<const std::int16_t> DeltaMatrix::channel(std::size_t index) const {
    const auto width = static_cast<std::size_t>(in);
    return std::span(values).subspan(index * width, width);
}

DeltaMatrix subtract(std::span<const float> fine_tuned, const inference::Int8Matrix& base) {
    const auto integers = quantise_at(fine_tuned, base.scales);
    DeltaMatrix delta{base.out, base.in, std::vector<std::int16_t>(integers.size())};
    for (std::size_t i = 0; i < integers.size(); ++i) delta.values[i] = static_cast<std::int16_t>(integers[i] - base.values[i]);
    return delta;
}

void Magnitudes::add(std::span<const std::int16_t> values) {
    for (const std::int16_t value : values) ++counts_[static_cast<std::size_t>(std::abs(value))];
}

Magnitudes& Magnitudes::operator+=(const Magnitudes& other) {
    for (std::size_t magnitude = 0; magnitude < counts_.size(); ++magnitude) counts_[magnitude] += other.counts_[magnitude];
    return *this;
}

std::uint64_t Magnitudes::total() const { return std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0}); }

double Magnitudes::nonzero_share() const { return total() == 0 ? 0.0 : static_cast<double>(nonzero()) / static_cast<double>(total()); }

double Magnitudes::mean_magnitude() const {
    std::uint64_t sum = 0;
    for (std::size_t magnitude = 0; magnitude < counts_.size(); ++magnitude) sum += magnitude * counts_[magnitude];
    return nonzero() == 0 ? 0.0 : static_cast<double>(sum) / static_cast<double>(nonzero());
}

double Magnitudes::clipped_cosine(int limit) const {
    std::uint64_t product = 0, whole = 0, clipped = 0;
    for (std::uint64_t magnitude = 0; magnitude < counts_.size(); ++magnitude) {
        const std::uint64_t kept = std::min(magnitude, static_cast<std::uint64_t>(limit));
        product += counts_[magnitude] * magnitude * kept;
        whole += counts_[magnitude] * magnitude * magnitude;
        clipped += counts_[magnitude] * kept * kept;
    }
    if (whole == 0) return 1.0;
    return clipped == 0 ? 0.0 : static_cast<double>(product) / std::sqrt(static_cast<double>(whole) * static_cast<double>(clipped));
}

int Magnitudes::largest() const {
    int magnitude = kLargest;
    while (magnitude > 0 && counts_[static_cast<std::size_t>(magnitude)] == 0) --magnitude;
    return magnitude;
}

Magnitudes magnitudes_of(const DeltaMatrix& delta) {
    Magnitudes magnitudes;
    magnitudes.add(delta.values);
    return magnitudes;
}

std::vector<int> precision_steps(int cell_bits) {
    std::vector<int> steps;
    for (int bits = cell_bits; bits < kMostMagnitudeBits; bits += cell_bits) steps.push_back(bits);
    steps.push_back(kMostMagnitudeBits);
    return steps;
}

int lowest_precision(const Magnitudes& magnitudes, int cell_bits) {
    if (magnitudes.nonzero() == 0) return 0;
    for (const int bits : precision_steps(cell_bits))
        if (magnitudes.clipped_cosine(inference::largest_magnitude(bits)) >= kLeastCosine) return bits;
    return kMostMagnitudeBits;
}

std::vector<double> channel_importance(const DeltaMatrix& delta, std::span<const float> scales) {
    std::vector<double> importance(scales.size());
    for (std::size_t channel = 0; channel < scales.size(); ++channel) {
        std::int64_t square = 0;
        for (const std::int64_t value : delta.channel(channel)) square += value * value;
        importance[channel] = static_cast<double>(scales[channel]) * std::sqrt(static_cast<double>(square));
    }
    return importance;
}

std::int16_t within_int8(int code, std::int8_t base) {
    constexpr int largest = inference::largest_magnitude(inference::kMatrixMagnitudeBits);
    return static_cast<std::int16_t>(std::clamp(base + code, -largest, largest) - base);
}

inference::MatrixDelta encode(const DeltaMatrix& delta, int magnitude_bits, std::vector<std::int32_t> channels) {
    const int limit = inference::largest_magnitude(magnitude_bits);
    inference::MatrixDelta code{magnitude_bits, std::move(channels), {}};
    code.codes.reserve(code.channels.size() * static_cast<std::size_t>(delta.in));
    for (const std::int32_t channel : code.channels)
        for (const int value : delta.channel(static_cast<std::size_t>(channel)))
            code.codes.push_back(static_cast<std::int8_t>(std::clamp(value, -limit, limit)));
    return code;
}

}  // namespace berth::compressor
