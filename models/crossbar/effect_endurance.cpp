// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/effects.hpp"

#include <algorithm>
#include <cmath>

namespace berth::crossbar {
namespace {

/// A cell endures a log-normal number of pulses; those that have had more are stuck in one state or the other.
class Endurance final : public CellEffect {
public:
    explicit Endurance(const CellDesign& design)
        : params_(design.endurance), low_(static_cast<float>(design.highest())), high_(static_cast<float>(design.lowest())) {}

    void apply(CellArray& array) const override {
        std::vector<float> normals(std::size_t(array.columns)), states(std::size_t(array.columns));
        for (int row = 0; row < array.rows; ++row) {
            array.draws->normals(CellDraw::endurance, 0, row, normals);
            array.draws->uniforms(CellDraw::worn_state, 0, row, states);
            const auto pulses = array.row(array.pulses, row);
            const auto cells = array.row(array.conductances, row);
            for (std::size_t i = 0; i < cells.size(); ++i) {
                if (std::log10(params_.earlier_pulses + pulses[i]) <= std::log10(params_.median) + params_.log10_sigma * normals[i])
                    continue;
                cells[i] = states[i] < params_.low_resistance_share ? low_ : high_;
                ++array.log->worn;
            }
        }
    }

private:
    EnduranceParams params_;
    float low_, high_;
};

}  // namespace

std::unique_ptr<const CellEffect> make_endurance_effect(const CellDesign& design) {
    return design.endurance.model == "lognormal" ? std::make_unique<Endurance>(design) : nullptr;
}

}  // namespace berth::crossbar
