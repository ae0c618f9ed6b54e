// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/cell_model.hpp"

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

}  // namespace

ConductanceBlock nominal_conductances(const ArrayLayout& layout, const ProgrammedBlock& block, const std::vector<double>& levels) {
    ConductanceBlock result;
    result.rows = block.rows;
    result.columns = ConductanceBlock::column_count(layout);
    result.cells.assign(std::size_t(block.rows) * result.columns, static_cast<float>(levels[0]));
    const auto out = std::size_t(layout.out);
    for (int row = 0; row < block.rows; ++row) {
        float* const cells = result.cells.data() + std::size_t(row) * result.columns;
        for (std::size_t column = 0; column < layout.columns(); ++column)
            cells[column] = static_cast<float>(levels[std::size_t(block.cell(column / out, column % out, row))]);
        for (int polarity = 0; polarity < layout.polarities; ++polarity)
            for (int group = 0; layout.unit_columns > 0 && group < layout.column_groups; ++group)
                cells[ConductanceBlock::unit_column(layout, polarity, group, row % layout.unit_columns)] = static_cast<float>(levels[1]);
    }
    return result;
}

std::shared_ptr<const CellModel> ideal_cells(int cell_bits) { return std::make_shared<const IdealCells>(cell_bits); }

}  // namespace berth::crossbar
