// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/array_cells.hpp"
#include "models/crossbar/cell_design.hpp"
#include "models/crossbar/cell_effect.hpp"
#include "models/crossbar/wire_solver.hpp"

#include <algorithm>
#include <stdexcept>

namespace berth::crossbar {
namespace {

class RealCells final : public CellModel {
public:
    explicit RealCells(CellDesign design) : design_(std::move(design)), solve_(wire_solver(design_.wire_solver)) {
        if (solve_ && !design_.in_siemens) throw std::invalid_argument("wires want cells that have resistances");
        for (const CellEffectEntry& entry : cell_effects())
            if (auto effect = entry.make(design_)) effects_.push_back(std::move(effect));
        nominal_ = !solve_ && std::all_of(effects_.begin(), effects_.end(), [](const auto& effect) { return effect->keeps_levels(); });
        take_levels();
        noise_.telegraph_probability = design_.telegraph.probability;
        noise_.telegraph_amplitude = design_.telegraph.amplitude;
        noise_.removed = design_.scale.removed / design_.scale.unit;
    }

    [[nodiscard]] const std::vector<double>& levels() const override { return levels_; }
    [[nodiscard]] double digital_background() const override { return design_.scale.background; }
    [[nodiscard]] bool nominal() const override { return nominal_; }
    [[nodiscard]] const ReadNoise& noise() const override { return noise_; }

    [[nodiscard]] ConductanceBlock program(const ArrayLayout& layout, const ProgrammedBlock& block, int index,
                                           std::uint64_t component) const override {
        ConductanceBlock result;
        result.rows = block.rows;
        result.columns = ConductanceBlock::column_count(layout);
        result.cells.resize(std::size_t(result.rows) * result.columns);
        if (design_.read_noise) result.variances.resize(result.cells.size());
        for (int polarity = 0; polarity < layout.polarities; ++polarity)
            for (int group = 0; group < layout.column_groups; ++group) {
                const CellDraws draws(design_.seed, component, index, polarity * layout.column_groups + group);
                result.arrays.push_back(program_array(array_columns(layout, polarity, group), layout, block, draws, result));
            }
        return result;
    }

private:
    /// Levels as effects that keep levels leave them.
    void take_levels() {
        std::vector<float> conductances(design_.levels.begin(), design_.levels.end());
        CellArray array{.rows = 1, .columns = static_cast<int>(conductances.size()), .conductances = conductances};
        for (const auto& effect : effects_)
            if (effect->keeps_levels()) effect->apply(array);
        const bool changed = std::any_of(effects_.begin(), effects_.end(), [](const auto& effect) { return effect->keeps_levels(); });
        for (std::size_t k = 0; k < conductances.size(); ++k) {
            const double conductance = changed ? double{conductances[k]} : design_.levels[k];
            levels_.push_back(design_.scale.level_units(conductance));
            if (design_.read_noise) noise_.level_variances.push_back(variance(conductance));
        }
    }

    /// Of one read at unit input, in unit currents squared.
    [[nodiscard]] double variance(double conductance) const {
        const double sigma = design_.read_noise->sigma(conductance) / design_.scale.unit;
        return sigma * sigma;
    }

    ArrayProgramming program_array(const ArrayColumns& columns, const ArrayLayout& layout, const ProgrammedBlock& block,
                                   const CellDraws& draws, ConductanceBlock& result) const {
        const std::vector<std::uint8_t> numbers = numbers_of(columns, layout, block);
        std::vector<float> conductances(numbers.size());
        std::vector<std::uint16_t> pulses(numbers.size(), 1);
        ArrayProgramming log;
        CellArray array{.rows = block.rows,
                        .columns = columns.count(),
                        .numbers = numbers,
                        .conductances = conductances,
                        .pulses = pulses,
                        .draws = &draws,
                        .log = &log};
        for (std::size_t i = 0; i < numbers.size(); ++i) conductances[i] = static_cast<float>(design_.levels[numbers[i]]);
        for (const auto& effect : effects_) effect->apply(array);
        count_pulses(array);
        const std::vector<float> seen = through_wires(array);
        for (int row = 0; row < block.rows; ++row) store_row(columns, array, seen, row, result);
        return log;
    }

    static void count_pulses(const CellArray& array) {
        ArrayProgramming& log = *array.log;
        log.cells = array.pulses.size();
        log.rows = static_cast<std::uint64_t>(array.rows);
        for (int row = 0; row < array.rows; ++row) {
            std::uint32_t slowest = 0;
            for (const std::uint16_t pulses : array.row(array.pulses, row)) {
                log.pulses += pulses;
                slowest = std::max<std::uint32_t>(slowest, pulses);
            }
            log.row_pulses += slowest;
            log.most_pulses = std::max(log.most_pulses, slowest);
        }
    }

    /// Conductances as drivers and sense amplifiers see them; empty on ideal wires.
    [[nodiscard]] std::vector<float> through_wires(const CellArray& array) const {
        if (!solve_) return {};
        const std::vector<double> cells(array.conductances.begin(), array.conductances.end());
        const std::vector<double> effective = solve_(cells, array.rows, array.columns, design_.wires);
        return {effective.begin(), effective.end()};
    }

    void store_row(const ArrayColumns& columns, const CellArray& array, const std::vector<float>& seen, int row,
                   ConductanceBlock& result) const {
        const std::size_t first = std::size_t(row) * std::size_t(array.columns);
        for (int i = 0; i < array.columns; ++i) {
            const float own = array.conductances[first + std::size_t(i)];
            const float conductance = seen.empty() ? own : seen[first + std::size_t(i)];
            const std::size_t place = std::size_t(row) * result.columns + columns.place(i);
            result.cells[place] = static_cast<float>(design_.scale.units(conductance));
            // A cell's noise reaches the sense amplifier as its current does.
            if (design_.read_noise && own > 0.0f) {
                const double reaching = conductance / own;
                result.variances[place] = static_cast<float>(variance(own) * reaching * reaching);
            }
        }
    }

    CellDesign design_;
    WireSolver solve_;
    std::vector<std::unique_ptr<const CellEffect>> effects_;
    std::vector<double> levels_;
    ReadNoise noise_;
    bool nominal_ = false;
};

}  // namespace

CellDesign ideal_design(int cell_bits) {
    CellDesign design;
    for (int level = 0; level < 1 << cell_bits; ++level) design.levels.push_back(level);
    return design;
}

std::shared_ptr<const CellModel> make_cells(CellDesign design) { return std::make_shared<const RealCells>(std::move(design)); }

}  // namespace berth::crossbar
