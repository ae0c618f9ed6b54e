// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/effects.hpp"

#include <algorithm>

namespace berth::crossbar {
namespace {

/// g (1 + a(g) (T - T0)): a is interpolated between those of the two states by conductance, and theirs beyond them.
class Temperature final : public CellEffect {
public:
    explicit Temperature(const CellDesign& design)
        : lowest_(static_cast<float>(design.lowest())), range_(static_cast<float>(design.highest() - design.lowest())) {
        const double difference = design.temperature.kelvin - design.temperature.reference;
        high_resistance_ = static_cast<float>(design.temperature.high_resistance * difference);
        low_resistance_ = static_cast<float>(design.temperature.low_resistance * difference);
    }

    void apply(CellArray& array) const override {
        for (float& cell : array.conductances) {
            const float place = std::clamp((cell - lowest_) / range_, 0.0f, 1.0f);
            cell = std::max(0.0f, cell * (1.0f + high_resistance_ + (low_resistance_ - high_resistance_) * place));
        }
    }

    [[nodiscard]] bool keeps_levels() const override { return true; }

private:
    float lowest_, range_, high_resistance_ = 0.0f, low_resistance_ = 0.0f;
};

}  // namespace

std::unique_ptr<const CellEffect> make_temperature_effect(const CellDesign& design) {
    const auto& temperature = design.temperature;
    const bool changes =
        temperature.kelvin != temperature.reference && (temperature.low_resistance != 0 || temperature.high_resistance != 0);
    return changes ? std::make_unique<Temperature>(design) : nullptr;
}

}  // namespace berth::crossbar
