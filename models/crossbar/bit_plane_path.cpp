// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/bit_plane_path.hpp"

#include "models/crossbar/bit_plane_strip.hpp"
#include "models/crossbar/bit_planes.hpp"
#include "models/crossbar/byte_strip.hpp"
#include "models/crossbar/code_rule.hpp"
#include "models/crossbar/tile_counter.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace berth::crossbar {
namespace {

constexpr int kTileTokens = 16;  // whose inputs' bits stay in the first cache while the columns pass
constexpr int kMostCountedTokens = 128;

/// The rules of all conversions of ideal columns.
struct CodeRules {
    std::map<std::pair<const periphery::Adc*, int>, CodeRule> all;  ///< by converter and exponent of its range
    std::vector<const CodeRule*> of_columns;                        ///< [polarities * slices, reads]
    const CodeRule* of_units = nullptr;                             ///< unit columns'
};

void add_tile(std::span<const std::int32_t> from, std::size_t stride, std::size_t out, std::span<std::int64_t> sums) {
    for (std::size_t token = 0; token * stride < from.size(); ++token)
        for (std::size_t channel = 0; channel < out; ++channel) sums[token * out + channel] += from[token * stride + channel];
}

/// Everything that the tiles and strips of one product share.
class BitPlaneReader {
public:
    BitPlaneReader(const ProgrammedArrays& arrays, const CodeRules& rules, const ArrayProduct& product)
        : arrays_(arrays), layout_(arrays.layout), rules_(rules), product_(product), largest_input_(arrays.largest_input()) {}

    std::uint64_t read_all() {
        by_tiles_ = product_.tokens >= TileCounter::kLeastTokens && arrays_.reads.size() == periphery::kActivationBits &&
                    !arrays_.design.adc->adapts() && fits_all_bytes() && TileCounter::available();
        const int at_once = by_tiles_ ? kMostCountedTokens : kTileTokens;
        return read_in_tiles(arrays_.blocks.size(), product_.tokens, at_once,
                             [this](std::size_t block, int first, int tokens) { return read_tile(block, first, tokens); });
    }

private:
    [[nodiscard]] bool fits_all_bytes() const {
        return std::all_of(rules_.all.begin(), rules_.all.end(), [this](const auto& rule) {
            return fits_bytes(rule.second, layout_.cell_bits, arrays_.blocks.front().row_bytes);
        });
    }

    std::uint64_t read_tile(std::size_t index, int first_token, int tokens) {
        const ProgrammedBlock& block = arrays_.blocks[index];
        const auto out = std::size_t(layout_.out);
        const std::size_t stride = block.channel_groups * kLineColumns;
        spread_bits(layout_, block, product_, first_token, tokens, inputs_);
        if (by_tiles_) counter_.take_inputs(inputs_, tokens, block.row_bytes);
        sums_.assign(std::size_t(tokens) * stride, 0);
        BitPlaneStrip strip{.cell_bits = layout_.cell_bits,
                            .row_bytes = block.row_bytes,
                            .tokens = tokens,
                            .inputs = inputs_.data(),
                            .reads = {},
                            .sums_stride = stride};
        std::uint64_t clipped = 0;
        for (std::size_t k = 0; k < layout_.columns() / out; ++k)
            for (std::size_t group = 0; group < block.channel_groups; ++group) clipped += read_group(strip, index, k, group, first_token);
        add_tile(sums_, stride, out, product_.sums.subspan(std::size_t(first_token) * out));
        return clipped;
    }

    std::uint64_t read_group(BitPlaneStrip& strip, std::size_t index, std::size_t polarity_and_slice, std::size_t group, int first_token) {
        const ProgrammedBlock& block = arrays_.blocks[index];
        const auto out = std::size_t(layout_.out), reads = arrays_.reads.size();
        const std::size_t channel = group * kLineColumns, here = std::min<std::size_t>(kLineColumns, out - channel);
        const auto column = std::ptrdiff_t(polarity_and_slice * out + channel);
        const int exponent = arrays_.exponents[polarity_and_slice];
        std::int32_t weights[kLineColumns] = {};
        for (std::size_t i = 0; i < here; ++i) weights[i] = block.weights[std::size_t(column) + i] * (1 << exponent);
        const auto cell_sums = std::span(block.sums).subspan(std::size_t(column), here);
        const std::int64_t largest = std::int64_t{*std::max_element(cell_sums.begin(), cell_sums.end())} * largest_input_;
        strip.lines = block.lines.data() + block.line(polarity_and_slice, group, 0);
        strip.weights = weights;
        strip.sums = sums_.data() + channel;
        std::uint64_t clipped = 0;
        const auto rules = std::span(rules_.of_columns).subspan(polarity_and_slice * reads, reads);
        for (std::size_t first = 0, end = 0; first < reads; first = end) {
            while (end < reads && rules[end] == rules[first]) ++end;
            strip.reads = std::span(arrays_.reads).subspan(first, end - first);
            strip.may_clip = largest > rules[first]->largest_unclipped;
            clipped += read_alike(strip, *rules[first]);
            if (strip.codes) hand_over_codes(strip, index, first_token, first, std::size_t(column), here);
        }
        return clipped;
    }

    /// Reads of one rule.
    std::uint64_t read_alike(BitPlaneStrip& strip, const CodeRule& rule) {
        if (!product_.codes.empty()) {
            codes_.resize(std::size_t(strip.tokens) * strip.reads.size() * kLineColumns);
            strip.codes = codes_.data();
        }
        std::uint64_t clipped = 0;
        const std::uint8_t* const counts = by_tiles_ ? counter_.count(strip.lines) : nullptr;
        return read_byte_strip(strip, rule, counts, clipped) ? clipped : read_strip(strip, rule);
    }

    void hand_over_codes(const BitPlaneStrip& strip, std::size_t index, int first_token, std::size_t first_read, std::size_t column,
                         std::size_t columns) {
        const std::size_t reads = arrays_.reads.size(), here = strip.reads.size();
        for (std::size_t i = 0; i < std::size_t(strip.tokens) * here; ++i) {
            const std::size_t read = (std::size_t(first_token) + i / here) * reads + first_read + i % here;
            std::copy_n(codes_.begin() + std::ptrdiff_t(i * kLineColumns), columns,
                        product_.codes.begin() + std::ptrdiff_t(arrays_.first_code(read, index) + column));
        }
    }

    const ProgrammedArrays& arrays_;
    const ArrayLayout& layout_;
    const CodeRules& rules_;
    const ArrayProduct& product_;
    int largest_input_ = 0;
    bool by_tiles_ = false;
    std::vector<std::uint32_t> inputs_;
    TileCounter counter_;
    std::vector<std::int32_t> sums_;
    std::vector<std::uint16_t> codes_;
};

class BitPlanePath final : public ReadPath {
public:
    BitPlanePath(std::shared_ptr<const ProgrammedArrays> arrays, CodeRules rules) : arrays_(std::move(arrays)), rules_(std::move(rules)) {
        const ArrayLayout& layout = arrays_->layout;
        for (const ProgrammedBlock& block : arrays_->blocks) {
            auto& weights = unit_weights_.emplace_back(std::size_t(layout.out));
            for (std::size_t column = 0; column < block.unit_weights.size(); ++column)
                weights[column % weights.size()] += block.unit_weights[column];
        }
    }

    [[nodiscard]] std::string_view name() const override { return "bit_plane"; }

    [[nodiscard]] std::uint64_t read(const ArrayProduct& product) const override {
        const std::uint64_t clipped = BitPlaneReader(*arrays_, rules_, product).read_all();
        return arrays_->layout.unit_columns == 0 ? clipped : clipped + read_unit_columns(product);
    }

private:
    /// The unit columns, whose cells are ideal and so carry the same in every array of a block.
    [[nodiscard]] std::uint64_t read_unit_columns(const ArrayProduct& product) const {
        const ArrayLayout& layout = arrays_->layout;
        const auto in = std::size_t(layout.in), out = std::size_t(layout.out);
        std::uint64_t clipped = 0;
        for (std::size_t block = 0; block < arrays_->blocks.size(); ++block)
            for (std::size_t token = 0; token < std::size_t(product.tokens); ++token) {
                const auto x =
                    product.x.subspan(token * in + std::size_t(arrays_->blocks[block].first_row), std::size_t(arrays_->blocks[block].rows));
                std::int64_t input_sum = 0;
                for (const auto& read : arrays_->reads) input_sum += read.weight() * unit_code(x, read, clipped);
                for (std::size_t channel = 0; channel < out; ++channel)
                    product.sums[token * out + channel] += input_sum * unit_weights_[block][channel];
            }
        return clipped;
    }

    /// The sum of the unit columns' codes in one read.
    [[nodiscard]] std::int64_t unit_code(std::span<const std::int8_t> x, const periphery::InputSlice& read, std::uint64_t& clipped) const {
        const CodeRule& rule = *rules_.of_units;
        const auto units = std::size_t(arrays_->layout.unit_columns);
        std::int64_t sum = 0;
        for (std::size_t unit = 0; unit < units; ++unit) {
            int current = 0;
            for (std::size_t row = unit; row < x.size(); row += units) current += read.of(x[row]);
            if (current > rule.largest_unclipped) clipped += arrays_->layout.arrays() / std::uint64_t(arrays_->layout.row_blocks);
            sum += rule.code(static_cast<std::uint16_t>(std::min<int>(current, rule.largest_unclipped)));
        }
        return sum;
    }

    std::shared_ptr<const ProgrammedArrays> arrays_;
    CodeRules rules_;
    std::vector<std::vector<std::int64_t>> unit_weights_;  ///< [blocks][out], of all columns of a channel
};

/// Nothing where a converter has no rule, or sums would not fit.
std::optional<CodeRules> code_rules(const ProgrammedArrays& arrays) {
    CodeRules rules;
    const std::int64_t largest = arrays.largest_current();
    std::vector<std::int64_t> largest_codes(std::size_t(*std::max_element(arrays.exponents.begin(), arrays.exponents.end())) + 1);
    const auto rule_of = [&](const periphery::Adc& adc, int exponent) -> const CodeRule* {
        const auto known = rules.all.find({&adc, exponent});
        if (known != rules.all.end()) return &known->second;
        auto rule = code_rule(adc, largest, exponent);
        if (!rule) return nullptr;
        auto& code = largest_codes[std::size_t(exponent)];
        code = std::max(code, std::int64_t{rule->largest_code});
        return &rules.all.emplace(std::pair(&adc, exponent), std::move(*rule)).first->second;
    };
    for (std::size_t k = 0; k < arrays.exponents.size(); ++k)
        for (const auto& read : arrays.reads) {
            rules.of_columns.push_back(rule_of(arrays.adc(k, read), arrays.exponents[k]));
            if (!rules.of_columns.back()) return std::nullopt;
        }
    rules.of_units = rule_of(*arrays.design.adc, 0);
    if (!rules.of_units || !sums_fit(arrays, largest_codes)) return std::nullopt;
    return rules;
}

}  // namespace

std::unique_ptr<const ReadPath> make_bit_plane_path(std::shared_ptr<const ProgrammedArrays> arrays) {
    if (!arrays->ideal()) return nullptr;
    auto rules = code_rules(*arrays);
    if (!rules) return nullptr;
    return std::make_unique<const BitPlanePath>(std::move(arrays), std::move(*rules));
}

}  // namespace berth::crossbar
