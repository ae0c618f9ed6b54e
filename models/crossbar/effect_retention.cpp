// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/effects.hpp"

#include <algorithm>

namespace berth::crossbar {
namespace {

/// Adds what time does to a cell of its level; no conductance falls below none.
class Retention final : public CellEffect {
public:
    explicit Retention(const CellDesign& design) {
        for (const double level : design.levels) {
            means_.push_back(static_cast<float>(design.retention->mean(level)));
            sigmas_.push_back(static_cast<float>(design.retention->sigma(level)));
        }
    }

    void apply(CellArray& array) const override {
        std::vector<float> normals(std::size_t(array.columns));
        for (int row = 0; row < array.rows; ++row) {
            array.draws->normals(CellDraw::retention, 0, row, normals);
            const auto numbers = array.row(array.numbers, row);
            const auto cells = array.row(array.conductances, row);
            for (std::size_t i = 0; i < cells.size(); ++i)
                cells[i] = std::max(0.0f, cells[i] + means_[numbers[i]] + sigmas_[numbers[i]] * normals[i]);
        }
    }

private:
    std::vector<float> means_, sigmas_;
};

}  // namespace

std::unique_ptr<const CellEffect> make_retention_effect(const CellDesign& design) {
    return design.retention ? std::make_unique<Retention>(design) : nullptr;
}

}  // namespace berth::crossbar
