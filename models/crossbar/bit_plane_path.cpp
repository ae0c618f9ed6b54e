// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/bit_plane_path.hpp"

#include "models/crossbar/bit_plane_strip.hpp"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <vector>

namespace berth::crossbar {
namespace {

constexpr int kTileTokens = 16;  // whose inputs' bits stay in the first cache while the columns pass

/// A tile's inputs on one block's rows, [tokens, 8, row_bytes], each byte repeated in the four of its word.
void spread_bits(const ArrayLayout& layout, const ProgrammedBlock& block, const ArrayProduct& product, int first_token, int tokens,
                 std::vector<std::uint32_t>& bits) {
    const auto row_bytes = std::size_t(block.row_bytes);
    bits.assign(std::size_t(tokens) * periphery::kActivationBits * row_bytes, 0);
    for (int token = 0; token < tokens; ++token) {
        const auto x = product.x.subspan(std::size_t(first_token + token) * std::size_t(layout.in) + std::size_t(block.first_row));
        std::uint32_t* const planes = bits.data() + std::size_t(token) * periphery::kActivationBits * row_bytes;
        for (int row = 0; row < block.rows; ++row)
            for (int bit = 0; bit < periphery::kActivationBits; ++bit)
                planes[std::size_t(bit) * row_bytes + std::size_t(row / 8)] |=
                    (static_cast<std::uint32_t>(static_cast<std::uint8_t>(x[std::size_t(row)])) >> bit & 1u) * (0x01010101u << (row % 8));
    }
}

std::int64_t largest_column(const ProgrammedBlock& block) { return *std::max_element(block.sums.begin(), block.sums.end()); }

void add_tile(std::span<const std::int32_t> from, std::size_t stride, std::size_t out, std::span<std::int64_t> sums) {
    for (std::size_t token = 0; token * stride < from.size(); ++token)
        for (std::size_t channel = 0; channel < out; ++channel) sums[token * out + channel] += from[token * stride + channel];
}

/// Everything that the tiles and strips of one product share.
class BitPlaneReader {
public:
    BitPlaneReader(const ArrayLayout& layout, std::span<const ProgrammedBlock> blocks, std::span<const periphery::InputSlice> reads,
                   const CodeRule& rule, const ArrayProduct& product)
        : layout_(layout), blocks_(blocks), reads_(reads), rule_(rule), product_(product) {
        for (const auto& read : reads) largest_input_ = std::max(largest_input_, read.largest());
    }

    std::uint64_t read_all() {
        std::uint64_t clipped = 0;
        for (std::size_t block = 0; block < blocks_.size(); ++block)
            for (int first = 0; first < product_.tokens; first += kTileTokens)
                clipped += read_tile(block, first, std::min(kTileTokens, product_.tokens - first));
        return clipped;
    }

private:
    std::uint64_t read_tile(std::size_t index, int first_token, int tokens) {
        const ProgrammedBlock& block = blocks_[index];
        const auto out = std::size_t(layout_.out);
        const std::size_t stride = block.channel_groups * kLineColumns;
        spread_bits(layout_, block, product_, first_token, tokens, inputs_);
        sums_.assign(std::size_t(tokens) * stride, 0);
        BitPlaneStrip strip{.cell_bits = layout_.cell_bits,
                            .row_bytes = block.row_bytes,
                            .tokens = tokens,
                            .inputs = inputs_.data(),
                            .reads = reads_,
                            .may_clip = largest_column(block) * largest_input_ > rule_.largest_unclipped,
                            .sums_stride = stride};
        std::uint64_t clipped = 0;
        for (std::size_t k = 0; k < layout_.columns() / out; ++k)
            for (std::size_t group = 0; group < block.channel_groups; ++group) clipped += read_group(strip, index, k, group, first_token);
        add_tile(sums_, stride, out, product_.sums.subspan(std::size_t(first_token) * out));
        return clipped;
    }

    std::uint64_t read_group(BitPlaneStrip& strip, std::size_t index, std::size_t polarity_and_slice, std::size_t group, int first_token) {
        const ProgrammedBlock& block = blocks_[index];
        const auto out = std::size_t(layout_.out);
        const std::size_t channel = group * kLineColumns, here = std::min<std::size_t>(kLineColumns, out - channel);
        std::int32_t weights[kLineColumns] = {};
        std::copy_n(block.weights.begin() + std::ptrdiff_t(polarity_and_slice * out + channel), here, weights);
        strip.lines = block.lines.data() + block.line(polarity_and_slice, group, 0);
        strip.weights = weights;
        strip.sums = sums_.data() + channel;
        if (!product_.codes.empty()) {
            codes_.resize(std::size_t(strip.tokens) * reads_.size() * kLineColumns);
            strip.codes = codes_.data();
        }
        const std::uint64_t clipped = read_strip(strip, rule_);
        if (strip.codes)
            for (std::size_t i = 0; i < std::size_t(strip.tokens) * reads_.size(); ++i) {
                const std::size_t read = (std::size_t(first_token) * reads_.size() + i) * blocks_.size() + index;
                std::copy_n(codes_.begin() + std::ptrdiff_t(i * kLineColumns), here,
                            product_.codes.begin() + std::ptrdiff_t(read * layout_.columns() + polarity_and_slice * out + channel));
            }
        return clipped;
    }

    const ArrayLayout& layout_;
    std::span<const ProgrammedBlock> blocks_;
    std::span<const periphery::InputSlice> reads_;
    const CodeRule& rule_;
    const ArrayProduct& product_;
    int largest_input_ = 0;
    std::vector<std::uint32_t> inputs_;
    std::vector<std::int32_t> sums_;
    std::vector<std::uint16_t> codes_;
};

}  // namespace

bool fits_bit_planes(const ArrayLayout& layout, const Encoding& encoding, std::span<const periphery::InputSlice> reads,
                     const CodeRule& rule) {
    std::int64_t inputs = 0, weights = 0;
    for (const auto& read : reads) inputs += std::abs(read.weight());
    for (int polarity = 0; polarity < layout.polarities; ++polarity)
        for (int slice = 0; slice < layout.slices; ++slice)
            weights += std::abs(encoding.column_weight(polarity, slice, layout.magnitude_bits, layout.cell_bits));
    return rule.largest_code * inputs * weights <= std::numeric_limits<std::int32_t>::max();
}

std::uint64_t read_by_bit_planes(const ArrayLayout& layout, std::span<const ProgrammedBlock> blocks,
                                 std::span<const periphery::InputSlice> reads, const periphery::Adc& adc, const CodeRule& rule,
                                 const ArrayProduct& product) {
    return BitPlaneReader(layout, blocks, reads, rule, product).read_all() + read_unit_columns(layout, blocks, reads, adc, product);
}

}  // namespace berth::crossbar
