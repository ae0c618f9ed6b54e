// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/noisy_path.hpp"

#include "models/crossbar/bit_plane_strip.hpp"
#include "models/crossbar/bit_planes.hpp"
#include "models/crossbar/code_distribution.hpp"
#include "models/crossbar/noisy_columns.hpp"
#include "models/crossbar/read_draws.hpp"
#include "models/crossbar/tile_counter.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <vector>

namespace berth::crossbar {
namespace {

constexpr int kTileTokens = 16;  // whose counts of all columns stay near the second cache

using Distributions = std::vector<std::shared_ptr<const CodeDistribution>>;  ///< by exponent

/// The counts themselves for codes.
CodeRule counting_rule() {
    CodeRule rule;
    rule.form = CodeRule::Form::identity;
    rule.largest_unclipped = rule.largest_code = std::numeric_limits<std::int16_t>::max();
    return rule;
}

/// Everything that the tiles and strips of one product share.
class NoisyReader {
public:
    NoisyReader(const ProgrammedArrays& arrays, const Distributions& distributions, const std::vector<std::vector<std::int32_t>>& weights,
                const ArrayProduct& product)
        : arrays_(arrays),
          layout_(arrays.layout),
          distributions_(distributions),
          weights_(weights),
          product_(product),
          reads_(arrays.reads.size()),
          rule_(counting_rule()),
          key_(draw_key(arrays.design.seed, arrays.component, product.key.request, ReadDraw::conversion)) {}

    std::uint64_t read_all() {
        return read_in_tiles(arrays_.blocks.size(), product_.tokens, kTileTokens,
                             [this](std::size_t block, int first, int tokens) { return read_tile(block, first, tokens); });
    }

private:
    std::uint64_t read_tile(std::size_t index, int first_token, int tokens) {
        count_ones(index, first_token, tokens);
        std::uint64_t clipped = 0;
        for (int token = 0; token < tokens; ++token) clipped += read_token(index, first_token, token);
        return clipped;
    }

    /// Counts of the tile's tokens: [polarities * slices, groups, tokens, reads, 64].
    void count_ones(std::size_t index, int first_token, int tokens) {
        const ProgrammedBlock& block = arrays_.blocks[index];
        spread_bits(layout_, block, product_, first_token, tokens, inputs_);
        const bool by_tiles = tokens >= TileCounter::kLeastTokens && TileCounter::available();
        if (by_tiles) counter_.take_inputs(inputs_, tokens, block.row_bytes);
        ones_of_token_ = reads_ * kLineColumns;
        ones_of_strip_ = std::size_t(tokens) * ones_of_token_;
        const std::size_t strips = arrays_.exponents.size() * block.channel_groups;
        ones_.resize(strips * ones_of_strip_);
        for (std::size_t strip = 0; strip < strips; ++strip) {
            const CellLine* const lines = block.lines.data() + strip * std::size_t(block.row_bytes);
            std::uint8_t* const ones = ones_.data() + strip * ones_of_strip_;
            if (by_tiles) std::copy_n(counter_.count(lines), ones_of_strip_, ones);
            if (!by_tiles) count_by_planes(lines, block.row_bytes, tokens, ones);
        }
    }

    void count_by_planes(const CellLine* lines, int row_bytes, int tokens, std::uint8_t* ones) {
        wide_ones_.resize(ones_of_strip_);
        unused_.resize(std::size_t(tokens) * kLineColumns);
        const std::int32_t weights[kLineColumns] = {};
        const BitPlaneStrip strip{.lines = lines,
                                  .cell_bits = 1,
                                  .row_bytes = row_bytes,
                                  .tokens = tokens,
                                  .inputs = inputs_.data(),
                                  .reads = arrays_.reads,
                                  .weights = weights,
                                  .sums = unused_.data(),
                                  .sums_stride = kLineColumns,
                                  .codes = wide_ones_.data()};
        (void)read_strip(strip, rule_);
        std::transform(wide_ones_.begin(), wide_ones_.end(), ones, [](std::uint16_t count) { return static_cast<std::uint8_t>(count); });
    }

    std::uint64_t read_token(std::size_t index, int first_token, int token) {
        const ProgrammedBlock& block = arrays_.blocks[index];
        const auto out = std::size_t(layout_.out), place = std::size_t(first_token + token);
        count_active(index, place);
        sums_.assign(block.channel_groups * kLineColumns, 0);
        NoisyColumns columns{.reads = arrays_.reads,
                             .key = key_,
                             .block = static_cast<std::uint32_t>(index),
                             .token = product_.key.first_token + static_cast<std::uint32_t>(place)};
        std::uint64_t clipped = 0;
        for (std::size_t k = 0; k < arrays_.exponents.size(); ++k) {
            set_range(columns, arrays_.exponents[k]);
            for (std::size_t group = 0; group < block.channel_groups; ++group) {
                columns.ones = ones_.data() + (k * block.channel_groups + group) * ones_of_strip_ + std::size_t(token) * ones_of_token_;
                clipped += read_group(columns, index, k, group, place);
            }
        }
        const auto sums = product_.sums.subspan(place * out, out);
        for (std::size_t channel = 0; channel < out; ++channel) sums[channel] += sums_[channel];
        return layout_.unit_columns == 0 ? clipped : clipped + read_unit_columns(columns, index, sums);
    }

    /// Inputs that each read of a token drives.
    void count_active(std::size_t index, std::size_t token) {
        const ProgrammedBlock& block = arrays_.blocks[index];
        x_ = product_.x.subspan(token * std::size_t(layout_.in) + std::size_t(block.first_row), std::size_t(block.rows));
        active_.assign(reads_, 0);
        for (std::size_t r = 0; r < reads_; ++r)
            for (const std::int8_t x : x_) active_[r] += arrays_.reads[r].of(x);
    }

    void set_range(NoisyColumns& columns, int exponent) {
        columns.distribution = distributions_[std::size_t(exponent)].get();
        states_.resize(reads_);
        background_.resize(reads_);
        for (std::size_t r = 0; r < reads_; ++r) {
            states_[r] = &columns.distribution->columns(active_[r]);
            background_[r] = arrays_.background_codes(active_[r], exponent);
        }
        columns.states = states_.data();
        columns.background = background_.data();
    }

    std::uint64_t read_group(NoisyColumns& columns, std::size_t index, std::size_t k, std::size_t group, std::size_t token) {
        const ProgrammedBlock& block = arrays_.blocks[index];
        const auto out = std::size_t(layout_.out), channel = group * kLineColumns, column = k * out + channel;
        const std::size_t here = std::min<std::size_t>(kLineColumns, out - channel);
        columns.weights = weights_[index].data() + (k * block.channel_groups + group) * kLineColumns;
        columns.columns = static_cast<int>(here);
        columns.first_column = static_cast<std::uint32_t>(column);
        columns.sums = sums_.data() + channel;
        codes_.resize(reads_ * kLineColumns);
        columns.codes = product_.codes.empty() ? nullptr : codes_.data();
        const std::uint64_t clipped = read_columns(columns);
        for (std::size_t r = 0; columns.codes && r < reads_; ++r) {
            const std::size_t place = arrays_.first_code(token * reads_ + r, index) + column;
            std::copy_n(codes_.begin() + std::ptrdiff_t(r * kLineColumns), here, product_.codes.begin() + std::ptrdiff_t(place));
        }
        return clipped;
    }

    /// The unit columns of every array, one by one; their codes join the sums of the channels that have columns there.
    std::uint64_t read_unit_columns(NoisyColumns& columns, std::size_t index, std::span<std::int64_t> sums) {
        set_range(columns, 0);
        const CodeDistribution& distribution = *columns.distribution;
        const auto units = std::size_t(layout_.unit_columns);
        std::uint64_t clipped = 0;
        std::vector<std::int64_t> array_sums(std::size_t(layout_.polarities) * std::size_t(layout_.column_groups));
        for (std::size_t r = 0; r < reads_; ++r)
            for (std::size_t unit = 0; unit < units; ++unit) {
                int ones = 0;
                for (std::size_t row = unit; row < x_.size(); row += units) ones += arrays_.reads[r].of(x_[row]);
                for (std::size_t array = 0; array < array_sums.size(); ++array) {
                    const auto column = static_cast<std::uint32_t>(layout_.columns() + array * units + unit);
                    const std::uint32_t word =
                        CodeDistribution::word(column, static_cast<std::uint32_t>(r), columns.block, columns.token, key_);
                    const int outcome = distribution.outcome(*states_[r], ones, word);
                    clipped += distribution.clips(outcome);
                    array_sums[array] += arrays_.reads[r].weight() * (distribution.code(outcome) - background_[r]);
                }
            }
        arrays_.join_unit_columns(index, array_sums, sums);
        return clipped;
    }

    const ProgrammedArrays& arrays_;
    const ArrayLayout& layout_;
    const Distributions& distributions_;
    const std::vector<std::vector<std::int32_t>>& weights_;  ///< see NoisyPath
    const ArrayProduct& product_;
    std::size_t reads_;
    CodeRule rule_;
    std::array<std::uint32_t, 2> key_;
    std::vector<std::uint32_t> inputs_;
    TileCounter counter_;
    std::vector<std::uint8_t> ones_;
    std::vector<std::uint16_t> wide_ones_;
    std::size_t ones_of_token_ = 0, ones_of_strip_ = 0;
    std::span<const std::int8_t> x_;
    std::vector<int> active_;  ///< [reads]
    std::vector<const CodeDistribution::Columns*> states_;
    std::vector<std::int32_t> background_, sums_, codes_, unused_;
};

class NoisyPath final : public ReadPath {
public:
    NoisyPath(std::shared_ptr<const ProgrammedArrays> arrays, Distributions distributions)
        : arrays_(std::move(arrays)), distributions_(std::move(distributions)) {
        const auto out = std::size_t(arrays_->layout.out);
        for (const ProgrammedBlock& block : arrays_->blocks) {
            auto& padded = weights_.emplace_back(arrays_->exponents.size() * block.channel_groups * kLineColumns);
            for (std::size_t column = 0; column < block.weights.size(); ++column)
                padded[column / out * block.channel_groups * kLineColumns + column % out] =
                    block.weights[column] * (1 << arrays_->exponents[column / out]);
        }
    }

    [[nodiscard]] std::string_view name() const override { return "noisy"; }

    [[nodiscard]] std::uint64_t read(const ArrayProduct& product) const override {
        return NoisyReader(*arrays_, distributions_, weights_, product).read_all();
    }

private:
    std::shared_ptr<const ProgrammedArrays> arrays_;
    Distributions distributions_;
    std::vector<std::vector<std::int32_t>>
        weights_;  ///< [blocks][polarities * slices, groups, 64], what one unit of a column's code counts
};

/// The largest magnitude of a code, the background's taken away or not.
std::int64_t largest_code(const ProgrammedArrays& arrays, const CodeDistribution& distribution, int exponent) {
    const std::int64_t code =
        std::max(std::abs(std::int64_t{distribution.lowest_code()}), std::abs(std::int64_t{distribution.largest_code()}));
    return code + std::abs(std::int64_t{arrays.background_codes(arrays.layout.rows, exponent)});
}

}  // namespace

std::unique_ptr<const ReadPath> make_noisy_path(std::shared_ptr<const ProgrammedArrays> arrays) {
    if (!arrays->noisy() || arrays->design.adc->adapts()) return nullptr;
    Distributions distributions;
    std::vector<std::int64_t> codes;
    for (int exponent = 0; exponent <= *std::max_element(arrays->exponents.begin(), arrays->exponents.end()); ++exponent) {
        distributions.push_back(CodeDistribution::make(arrays->design, arrays->layout.rows_in(0), exponent));
        if (!distributions.back()) return nullptr;
        codes.push_back(largest_code(*arrays, *distributions.back(), exponent));
    }
    if (!sums_fit(*arrays, codes)) return nullptr;
    return std::make_unique<const NoisyPath>(std::move(arrays), std::move(distributions));
}

}  // namespace berth::crossbar
