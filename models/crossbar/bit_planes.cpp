// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/bit_planes.hpp"

#include <algorithm>
#include <cstdlib>
#include <limits>

namespace berth::crossbar {

void spread_bits(const ArrayLayout& layout, const ProgrammedBlock& block, const ArrayProduct& product, int first_token, int tokens,
                 std::vector<std::uint32_t>& bits) {
    const auto row_bytes = std::size_t(block.row_bytes);
    bits.assign(std::size_t(tokens) * periphery::kActivationBits * row_bytes, 0);
    for (int token = 0; token < tokens; ++token) {
        const auto x = product.x.subspan(std::size_t(first_token + token) * std::size_t(layout.in) + std::size_t(block.first_row),
                                         std::size_t(block.rows));
        std::uint32_t* const planes = bits.data() + std::size_t(token) * periphery::kActivationBits * row_bytes;
        for (std::size_t i = 0; i < row_bytes; ++i) {
            std::uint64_t eight_rows = 0;
            for (std::size_t row = 8 * i; row < std::min(x.size(), 8 * i + 8); ++row)
                eight_rows |= std::uint64_t{static_cast<std::uint8_t>(x[row])} << (row % 8 * 8);
            for (std::size_t bit = 0; bit < periphery::kActivationBits; ++bit) {
                // The product moves the lowest bit of byte r to bit r of the highest byte.
                const std::uint64_t lowest = eight_rows >> bit & 0x0101010101010101u;
                planes[bit * row_bytes + i] = static_cast<std::uint32_t>(lowest * 0x0102040810204080u >> 56) * 0x01010101u;
            }
        }
    }
}

bool sums_fit(const ProgrammedArrays& arrays, std::span<const std::int64_t> largest_codes) {
    std::int64_t inputs = 0, largest = 0;
    for (const auto& read : arrays.reads) inputs += std::abs(read.weight());
    for (const ProgrammedBlock& block : arrays.blocks)
        for (std::size_t channel = 0; channel < std::size_t(arrays.layout.out); ++channel) {
            std::int64_t sum = 0;
            for (std::size_t k = 0; k < arrays.exponents.size(); ++k)
                sum += (std::abs(std::int64_t{block.weights[k * std::size_t(arrays.layout.out) + channel]}) << arrays.exponents[k]) *
                       largest_codes[std::size_t(arrays.exponents[k])];
            largest = std::max(largest, sum);
        }
    return largest * inputs <= std::numeric_limits<std::int32_t>::max();
}

}  // namespace berth::crossbar
