// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/array_writes.hpp"

#include "models/crossbar/encoding.hpp"
#include "models/crossbar/programmed_block.hpp"

namespace berth::crossbar {

ArrayProgramming programming_of(std::span<const std::int8_t> weights, int out, int in, int magnitude_bits, const CrossbarDesign& design,
                                std::uint64_t component) {
    const auto encoding = make_encoding(design.crossbar.encoding);
    const ArrayLayout layout(out, in, magnitude_bits, design.crossbar, *encoding);
    ArrayProgramming all;
    for (int block = 0; block < layout.row_blocks; ++block) {
        const ConductanceBlock programmed = design.cells->program(layout, program(layout, *encoding, weights, block), block, component);
        for (const ArrayProgramming& array : programmed.arrays) all += array;
    }
    return all;
}

}  // namespace berth::crossbar
