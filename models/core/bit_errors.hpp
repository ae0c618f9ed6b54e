// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/draws.hpp"

#include <cmath>
#include <cstdint>
#include <limits>

namespace berth {

/// Where bits go wrong in a stream of independent bits, each with the same probability: distances between wrong bits are geometric,
/// so there are as many draws as errors, and one. A function of the key, as every draw is.
class BitErrors {
public:
    /// @param rate probability of a wrong bit, 0 to below 1.
    BitErrors(double rate, const DrawKey& key) : log_right_(-std::log1p(-rate)), key_(key) { advance(); }

    /// The next wrong bit, counted from the stream's beginning; as far as can be where there is none.
    [[nodiscard]] std::uint64_t position() const { return position_; }
    void next() {
        if (position_ == kNever) return;
        ++position_;
        advance();
    }

    static constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

private:
    void advance() {
        const auto words = philox({low_word(draw_), high_word(draw_), 0, 0}, key_);
        ++draw_;
        // 64 bits, so that rates far below 2^-32 are met as often as they should be.
        const double uniform = (static_cast<double>(words[0]) * 0x1.0p32 + static_cast<double>(words[1]) + 0.5) * 0x1.0p-64;
        const double right = std::floor(-std::log1p(-uniform) / log_right_);
        position_ = right < static_cast<double>(kNever - position_) ? position_ + static_cast<std::uint64_t>(right) : kNever;
    }

    double log_right_;
    DrawKey key_;
    std::uint64_t draw_ = 0, position_ = 0;
};

}  // namespace berth
