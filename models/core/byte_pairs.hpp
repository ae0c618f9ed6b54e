// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace berth {

/// An int8 matrix w[out, in] laid out for exact products on processors that multiply pairs of 16-bit numbers and have no dot product of
/// bytes: values widened, in panels of as many outputs as fill two vectors, and in a panel the pair of inputs 2i and 2i + 1 of every output
/// side by side. A multiplication takes two products a lane, where one in floats takes one, and its sums are whole numbers of 32 bits.
class BytePairs {
public:
    /// w.size() == out*in; in <= 2^17, so that no sum overflows.
    BytePairs(std::span<const std::int8_t> w, int in, int out);

    /// y[tokens, out] = x[tokens, in] * w^T, on the calling thread.
    void multiply(std::span<const std::int8_t> x, std::span<std::int32_t> y, int tokens) const;

private:
    std::size_t inputs_, outputs_, pairs_, panel_;  ///< panel_: outputs of a panel
    std::vector<std::int16_t> values_;              ///< [panel][pair][output of the panel][2]
};

/// The same product from w[out, in] as it is: for so few tokens that laying it out takes longer.
void multiply_few(std::span<const std::int8_t> x, std::span<const std::int8_t> w, std::span<std::int32_t> y, int tokens, int in, int out);

}  // namespace berth
