// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/effects.hpp"

namespace berth::crossbar {
namespace {

/// Stuck cells in squares. With rate r of both kinds together and density d, a square of an array is affected with probability r / d,
/// and a cell of an affected square is stuck with probability d: so each cell is with probability r, and two of one square have
/// covariance r (d - r).
class Faults final : public CellEffect {
public:
    explicit Faults(const CellDesign& design)
        : side_(design.faults.cluster_side),
          density_(static_cast<float>(design.faults.cluster_density)),
          low_(static_cast<float>(design.highest())),
          high_(static_cast<float>(design.lowest())) {
        const double rate = design.faults.stuck_low_resistance + design.faults.stuck_high_resistance;
        affected_ = static_cast<float>(rate / design.faults.cluster_density);
        low_part_ = static_cast<float>(design.faults.cluster_density * design.faults.stuck_low_resistance / rate);
    }

    void apply(CellArray& array) const override {
        std::vector<float> squares(std::size_t((array.columns + side_ - 1) / side_)), draws(std::size_t(array.columns));
        for (int row = 0; row < array.rows; ++row) {
            if (row % side_ == 0) array.draws->uniforms(CellDraw::fault_region, 0, row / side_, squares);
            array.draws->uniforms(CellDraw::fault_cell, 0, row, draws);
            const auto cells = array.row(array.conductances, row);
            for (std::size_t i = 0; i < cells.size(); ++i) {
                if (squares[i / std::size_t(side_)] >= affected_ || draws[i] >= density_) continue;
                cells[i] = draws[i] < low_part_ ? low_ : high_;
                ++array.log->stuck;
            }
        }
    }

private:
    int side_;
    float density_, low_, high_, affected_ = 0.0f, low_part_ = 0.0f;
};

}  // namespace

std::unique_ptr<const CellEffect> make_fault_effect(const CellDesign& design) {
    const bool any = design.faults.stuck_low_resistance + design.faults.stuck_high_resistance > 0;
    return any ? std::make_unique<Faults>(design) : nullptr;
}

}  // namespace berth::crossbar
