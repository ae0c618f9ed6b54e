// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

namespace berth::crossbar {

/// Standard normal numbers from 32-bit words by inversion, the same in every bit on every processor. A word's top bit is the sign, the
/// 31 others, the last of them set, over 2^32 the probability of lying farther from zero on that side. Quantiles are interpolated
/// linearly in a table of 64 segments to each halving of the probability: within 1e-4 of the exact ones, none beyond 6.3.
class NormalTable {
public:
    static constexpr int kSegmentBits = 17;  ///< of a float's mantissa that lie within a segment
    static constexpr std::int32_t kFirstSegment = 127 << (23 - kSegmentBits);
    static constexpr std::int32_t kWithinSegment = (1 << kSegmentBits) - 1;
    static constexpr float kFarthest = 6.3f;

    /// The one table.
    [[nodiscard]] static const NormalTable& shared();

    [[nodiscard]] float operator()(std::uint32_t word) const {
        const auto rank = static_cast<float>(static_cast<std::int32_t>((word & 0x7fffffffu) | 1u));
        const auto bits = std::bit_cast<std::int32_t>(rank);
        const auto segment = std::size_t((bits >> kSegmentBits) - kFirstSegment);
        const float quantile = starts_[segment] + slopes_[segment] * static_cast<float>(bits & kWithinSegment);
        return std::bit_cast<float>(std::bit_cast<std::uint32_t>(quantile) ^ (word & 0x80000000u));
    }

    /// Distance from zero at each segment's beginning, and what a unit of the bits within it adds.
    [[nodiscard]] const float* starts() const { return starts_.data(); }
    [[nodiscard]] const float* slopes() const { return slopes_.data(); }

private:
    NormalTable();

    std::vector<float> starts_, slopes_;
};

}  // namespace berth::crossbar
