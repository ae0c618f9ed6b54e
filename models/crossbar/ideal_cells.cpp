// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/cell_model.hpp"

#include <algorithm>
#include <array>

namespace berth::crossbar {
namespace {

class IdealCells final : public CellModel {
public:
    explicit IdealCells(int cell_bits) {
        for (int level = 0; level < 1 << cell_bits; ++level) levels_.push_back(level);
    }

    [[nodiscard]] const std::vector<double>& levels() const override { return levels_; }
    [[nodiscard]] double digital_background() const override { return 0.0; }
    [[nodiscard]] bool nominal() const override { return true; }
    [[nodiscard]] const ReadNoise& noise() const override { return noise_; }

    [[nodiscard]] ConductanceBlock program(const ArrayLayout& layout, const ProgrammedBlock& block, int /*index*/,
                                           std::uint64_t /*component*/) const override {
        return nominal_conductances(layout, block, levels_);
    }

private:
    std::vector<double> levels_;
    ReadNoise noise_;
};

/// Sets the cells of a group of channels in one polarity and slice.
void set_channels(const ProgrammedBlock& block, const std::vector<float>& values, std::size_t polarity_and_slice, std::size_t group,
                  std::size_t out, ConductanceBlock& result) {
    const std::size_t channel = group * kLineColumns, here = std::min<std::size_t>(kLineColumns, out - channel);
    for (int row = 0; row < block.rows; ++row) {
        std::array<std::uint8_t, kLineColumns> numbers{};
        for (int plane = 0; plane < block.cell_bits; ++plane) {
            const CellLine& eight = block.lines[block.line(polarity_and_slice, group, plane) + std::size_t(row / 8)];
            for (std::size_t i = 0; i < kLineColumns; ++i)
                numbers[i] = static_cast<std::uint8_t>(numbers[i] | (eight.bytes[i] >> (row % 8) & 1) << plane);
        }
        float* const cells = result.cells.data() + std::size_t(row) * result.columns + polarity_and_slice * out + channel;
        for (std::size_t i = 0; i < here; ++i) cells[i] = values[numbers[i]];
    }
}

}  // namespace

ConductanceBlock nominal_conductances(const ArrayLayout& layout, const ProgrammedBlock& block, const std::vector<double>& levels) {
    const std::vector<float> values(levels.begin(), levels.end());
    ConductanceBlock result;
    result.rows = block.rows;
    result.columns = ConductanceBlock::column_count(layout);
    result.cells.assign(std::size_t(block.rows) * result.columns, values[0]);
    const auto out = std::size_t(layout.out);
    for (std::size_t k = 0; k < layout.columns() / out; ++k)
        for (std::size_t group = 0; group < block.channel_groups; ++group) set_channels(block, values, k, group, out, result);
    for (int row = 0; row < block.rows; ++row)
        for (int polarity = 0; polarity < layout.polarities; ++polarity)
            for (int group = 0; layout.unit_columns > 0 && group < layout.column_groups; ++group)
                result.cells[std::size_t(row) * result.columns +
                             ConductanceBlock::unit_column(layout, polarity, group, row % layout.unit_columns)] = values[1];
    return result;
}

std::shared_ptr<const CellModel> ideal_cells(int cell_bits) { return std::make_shared<const IdealCells>(cell_bits); }

}  // namespace berth::crossbar
