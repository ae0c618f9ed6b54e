// SPDX-License-Identifier: Apache-2.0
#include "platform/accelerator/metered_engine.hpp"

namespace berth::platform {

MeteredEngine::MeteredEngine(const inference::Network& network, const inference::LinearEngine& inner,
                             const crossbar::CrossbarParams& crossbar, const periphery::DacParams& dac, const std::vector<bool>& digital)
    : inner_(inner), dac_(dac) {
    for (const inference::Linear& linear : network.linears) {
        const inference::Int8Matrix& matrix = *linear.matrix;
        WordlineLevels wordlines;
        wordlines.add(matrix.values, matrix.out, matrix.in, matrix.magnitude_bits, crossbar);
        if (const inference::MatrixDelta* delta = linear.delta.get(); delta && !delta->channels.empty())
            wordlines.add(delta->codes, static_cast<int>(delta->channels.size()), matrix.in, delta->magnitude_bits, crossbar);
        wordlines_.push_back(std::move(wordlines));
        Factors factors;
        const bool in_arrays = digital.empty() || !digital[factors_.size()];
        if (const inference::LowRankDelta* low_rank = linear.low_rank.get(); low_rank && in_arrays) {
            const auto levels = [&](WordlineLevels& of, const inference::Int8Matrix& factor) {
                of.add(factor.values, factor.out, factor.in, factor.magnitude_bits, crossbar);
            };
            levels(factors.down, *low_rank->down);
            levels(factors.up, *low_rank->up);
        }
        factors_.push_back(std::move(factors));
    }
}

void MeteredEngine::multiply(std::size_t index, std::span<const std::int8_t> x, int tokens, std::uint64_t request,
                             std::span<std::int32_t> accumulators) const {
    inner_.multiply(index, x, tokens, request, accumulators);
    count(wordlines_.at(index), x, tokens);
}

void MeteredEngine::multiply_factor(std::size_t index, inference::Factor factor, std::span<const std::int8_t> x, int tokens,
                                    std::uint64_t request, std::span<std::int32_t> accumulators) const {
    inner_.multiply_factor(index, factor, x, tokens, request, accumulators);
    const Factors& factors = factors_.at(index);
    count(factor == inference::Factor::down ? factors.down : factors.up, x, tokens);
}

void MeteredEngine::count(const WordlineLevels& wordlines, std::span<const std::int8_t> x, int tokens) const {
    const CellReads reads = count_cell_reads(wordlines, x, tokens, dac_);
    cells_.fetch_add(reads.cells, std::memory_order_relaxed);
    driven_.fetch_add(reads.driven, std::memory_order_relaxed);
    levels_.fetch_add(reads.levels, std::memory_order_relaxed);
}

}  // namespace berth::platform
