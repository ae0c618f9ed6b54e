// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/analog_path.hpp"

#include "models/crossbar/analog_block.hpp"
#include "models/crossbar/read_draws.hpp"

#include <algorithm>

namespace berth::crossbar {
namespace {

constexpr int kTileTokens = 16;  // whose inputs stay near while the columns pass

/// What a tile's tokens put on the wordlines of one block.
struct DrivenTile {
    int first_token = 0, tokens = 0;
    std::vector<std::int32_t> inputs, squares;          ///< as AnalogStrip has them
    std::vector<std::vector<std::int32_t>> background;  ///< by exponent, [tokens, reads]
};

/// Everything that the tiles and strips of one product share.
class AnalogReader {
public:
    AnalogReader(const ProgrammedArrays& arrays, const std::vector<AnalogBlock>& blocks, const ArrayProduct& product)
        : arrays_(arrays),
          layout_(arrays.layout),
          blocks_(blocks),
          product_(product),
          weight_columns_(layout_.columns()),
          stride_(std::size_t(layout_.out) + kStripColumns),
          unit_stride_(ConductanceBlock::column_count(layout_) - weight_columns_ + kStripColumns),
          key_(draw_key(arrays.design.seed, arrays.component, product.key.request, ReadDraw::conversion)),
          telegraph_key_(draw_key(arrays.design.seed, arrays.component, product.key.request, ReadDraw::telegraph)) {}

    std::uint64_t read_all() {
        return read_in_tiles(blocks_.size(), product_.tokens, kTileTokens,
                             [this](std::size_t block, int first, int tokens) { return read_tile(block, first, tokens); });
    }

private:
    std::uint64_t read_tile(std::size_t index, int first_token, int tokens) {
        drive(index, first_token, tokens);
        sums_.assign(std::size_t(tokens) * stride_, 0);
        unit_sums_.assign(std::size_t(tokens) * unit_stride_, 0);
        std::uint64_t clipped = 0;
        for (std::size_t strip = 0; strip < blocks_[index].strips.size(); ++strip) clipped += read_one(index, strip);
        join(blocks_[index]);
        return clipped;
    }

    void drive(std::size_t index, int first_token, int tokens) {
        const ProgrammedBlock& block = arrays_.blocks[index];
        const std::size_t pairs = std::size_t(blocks_[index].pairs), reads = arrays_.reads.size();
        tile_.first_token = first_token;
        tile_.tokens = tokens;
        tile_.inputs.assign(std::size_t(tokens) * pairs * reads, 0);
        tile_.squares.assign(blocks_[index].variances.empty() ? 0 : tile_.inputs.size(), 0);
        driven_.assign(std::size_t(tokens) * reads, 0);
        for (std::size_t token = 0; token < std::size_t(tokens); ++token) {
            const auto x = product_.x.subspan((std::size_t(first_token) + token) * std::size_t(layout_.in) + std::size_t(block.first_row));
            for (std::size_t row = 0; row < std::size_t(block.rows); ++row)
                for (std::size_t r = 0; r < reads; ++r) {
                    const std::int32_t number = arrays_.reads[r].of(x[row]);
                    const std::size_t place = (token * pairs + row / 2) * reads + r;
                    tile_.inputs[place] |= number << (row % 2 * 16);
                    if (!tile_.squares.empty()) tile_.squares[place] |= number * number << (row % 2 * 16);
                    driven_[token * reads + r] += number;
                }
        }
        tile_.background.assign(std::size_t(*std::max_element(arrays_.exponents.begin(), arrays_.exponents.end())) + 1, {});
        for (std::size_t exponent = 0; exponent < tile_.background.size(); ++exponent)
            for (const std::int64_t driven : driven_)
                tile_.background[exponent].push_back(arrays_.background_codes(driven, static_cast<int>(exponent)));
    }

    std::uint64_t read_one(std::size_t index, std::size_t number) {
        const AnalogBlock& block = blocks_[index];
        const AnalogBlock::Strip& cut = block.strips[number];
        const bool of_weights = cut.first_column < weight_columns_;
        AnalogStrip strip{.cells = block.cells[number].data(),
                          .offsets = block.offsets.empty() ? nullptr : block.offsets[number].data(),
                          .pairs = block.pairs,
                          .columns = cut.columns,
                          .tokens = tile_.tokens,
                          .inputs = tile_.inputs.data(),
                          .squares = tile_.squares.data(),
                          .reads = arrays_.reads,
                          .background = tile_.background[std::size_t(cut.exponent)].data(),
                          .may_clip = cut.may_clip,
                          .weights = cut.weights,
                          .sums = of_weights ? sums_.data() + cut.first_column % std::size_t(layout_.out)
                                             : unit_sums_.data() + (cut.first_column - weight_columns_),
                          .sums_stride = of_weights ? stride_ : unit_stride_};
        for (std::size_t r = 0; r < arrays_.reads.size(); ++r) strip.rules[r] = &block.rules[cut.rules[r]];
        StripNoise noise;
        TelegraphNoise telegraph = block.telegraph.value_or(TelegraphNoise{});
        telegraph.key = telegraph_key_;
        if (block.largest_noise > 0.0f || block.telegraph) {
            noise = {.variances = block.variances.empty() ? nullptr : block.variances[number].data(),
                     .cell_variance = block.cell_variance,
                     .sense_variance = block.sense_variance,
                     .largest = block.largest_noise,
                     .telegraph = block.telegraph ? &telegraph : nullptr,
                     .key = key_,
                     .first_column = static_cast<std::uint32_t>(cut.first_column),
                     .block = static_cast<std::uint32_t>(index),
                     .first_token = product_.key.first_token + static_cast<std::uint32_t>(tile_.first_token)};
            strip.noise = &noise;
        }
        if (product_.codes.empty() || !of_weights) return read_strip(strip);
        codes_.resize(std::size_t(tile_.tokens) * arrays_.reads.size() * kStripColumns);
        strip.codes = codes_.data();
        const std::uint64_t clipped = read_strip(strip);
        hand_over_codes(index, cut);
        return clipped;
    }

    void hand_over_codes(std::size_t index, const AnalogBlock::Strip& cut) {
        const std::size_t passes = std::size_t(tile_.tokens) * arrays_.reads.size();
        for (std::size_t i = 0; i < passes; ++i) {
            const std::size_t place =
                arrays_.first_code(std::size_t(tile_.first_token) * arrays_.reads.size() + i, index) + cut.first_column;
            std::copy_n(codes_.begin() + std::ptrdiff_t(i * kStripColumns), cut.columns, product_.codes.begin() + std::ptrdiff_t(place));
        }
    }

    /// Adds the tile's sums, and those of unit columns where they count, to the product's.
    void join(const AnalogBlock& block) {
        const auto out = std::size_t(layout_.out), units = std::size_t(layout_.unit_columns);
        for (std::size_t token = 0; token < std::size_t(tile_.tokens); ++token) {
            const auto sums = product_.sums.subspan((std::size_t(tile_.first_token) + token) * out, out);
            for (std::size_t channel = 0; channel < out; ++channel) sums[channel] += sums_[token * stride_ + channel];
            for (const auto& [channel, array, weight] : block.unit_weights)
                for (std::size_t unit = 0; unit < units; ++unit)
                    sums[channel] += weight * unit_sums_[token * unit_stride_ + array * units + unit];
        }
    }

    const ProgrammedArrays& arrays_;
    const ArrayLayout& layout_;
    const std::vector<AnalogBlock>& blocks_;
    const ArrayProduct& product_;
    std::size_t weight_columns_, stride_, unit_stride_;
    std::array<std::uint32_t, 2> key_, telegraph_key_;
    DrivenTile tile_;
    std::vector<std::int64_t> driven_;  ///< [tokens, reads], the sum of the numbers on a block's wordlines
    std::vector<std::int32_t> sums_, unit_sums_, codes_;
};

class AnalogPath final : public ReadPath {
public:
    AnalogPath(std::shared_ptr<const ProgrammedArrays> arrays, std::vector<AnalogBlock> blocks)
        : arrays_(std::move(arrays)), blocks_(std::move(blocks)) {}

    [[nodiscard]] std::string_view name() const override { return arrays_->noisy() ? "analog_noise" : "analog"; }

    [[nodiscard]] std::uint64_t read(const ArrayProduct& product) const override {
        return AnalogReader(*arrays_, blocks_, product).read_all();
    }

private:
    std::shared_ptr<const ProgrammedArrays> arrays_;
    std::vector<AnalogBlock> blocks_;
};

}  // namespace

std::unique_ptr<const ReadPath> make_analog_path(std::shared_ptr<const ProgrammedArrays> arrays) {
    if (!arrays->design.dac.linear()) return nullptr;
    std::vector<AnalogBlock> blocks;
    for (std::size_t index = 0; index < arrays->blocks.size(); ++index) {
        auto block = analog_block(*arrays, index);
        if (!block) return nullptr;
        blocks.push_back(std::move(*block));
    }
    return std::make_unique<const AnalogPath>(std::move(arrays), std::move(blocks));
}

}  // namespace berth::crossbar
