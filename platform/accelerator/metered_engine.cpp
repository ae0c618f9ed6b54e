// SPDX-License-Identifier: Apache-2.0
#include "platform/accelerator/metered_engine.hpp"

namespace berth::platform {

MeteredEngine::MeteredEngine(const inference::Network& network, const inference::LinearEngine& inner,
                             const crossbar::CrossbarParams& crossbar, int dac_bits)
    : inner_(inner), dac_bits_(dac_bits) {
    for (const inference::Linear& linear : network.linears) {
        const inference::Int8Matrix& matrix = *linear.matrix;
        WordlineLevels wordlines;
        wordlines.add(matrix.values, matrix.out, matrix.in, inference::kMatrixMagnitudeBits, crossbar);
        if (const inference::MatrixDelta* delta = linear.delta.get(); delta && !delta->channels.empty())
            wordlines.add(delta->codes, static_cast<int>(delta->channels.size()), matrix.in, delta->magnitude_bits, crossbar);
        wordlines_.push_back(std::move(wordlines));
    }
}

void MeteredEngine::multiply(std::size_t index, std::span<const std::int8_t> x, int tokens, std::uint64_t request,
                             std::span<std::int32_t> accumulators) const {
    inner_.multiply(index, x, tokens, request, accumulators);
    const CellReads reads = count_cell_reads(wordlines_.at(index), x, tokens, dac_bits_);
    cells_.fetch_add(reads.cells, std::memory_order_relaxed);
    driven_.fetch_add(reads.driven, std::memory_order_relaxed);
    levels_.fetch_add(reads.levels, std::memory_order_relaxed);
}

}  // namespace berth::platform
