// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/effects.hpp"

#include <algorithm>
#include <cmath>

namespace berth::crossbar {
namespace {

/// After n reads a cell lacks (1 - fraction)^n of what it lacked to the low-resistance state. Cells above it stay.
class ReadDisturb final : public CellEffect {
public:
    explicit ReadDisturb(const CellDesign& design)
        : highest_(static_cast<float>(design.highest())),
          kept_(static_cast<float>(std::exp(design.read_disturb.reads * std::log1p(-design.read_disturb.fraction)))) {}

    void apply(CellArray& array) const override {
        for (float& cell : array.conductances) cell = cell < highest_ ? highest_ - kept_ * (highest_ - cell) : cell;
    }

    [[nodiscard]] bool keeps_levels() const override { return true; }

private:
    float highest_, kept_;
};

}  // namespace

std::unique_ptr<const CellEffect> make_read_disturb_effect(const CellDesign& design) {
    return design.read_disturb.reads * design.read_disturb.fraction > 0 ? std::make_unique<ReadDisturb>(design) : nullptr;
}

}  // namespace berth::crossbar
