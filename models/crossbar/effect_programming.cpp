// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/effects.hpp"

#include <algorithm>
#include <cmath>

namespace berth::crossbar {
namespace {

/// A pulse leaves a cell at a normal distance from its level, never below no conductance. With verification a cell that is farther
/// away than the tolerance gets another pulse, until it passes or pulses run out; it then stays where the last pulse left it.
class Programming final : public CellEffect {
public:
    explicit Programming(const CellDesign& design) : most_pulses_(design.most_pulses) {
        const double tolerance = design.tolerance * design.scale.unit;
        for (const double level : design.levels) {
            targets_.push_back(static_cast<float>(level + design.programming->mean(level)));
            sigmas_.push_back(static_cast<float>(design.programming->sigma(level)));
            least_.push_back(static_cast<float>(level - tolerance));
            most_.push_back(static_cast<float>(level + tolerance));
        }
    }

    void apply(CellArray& array) const override {
        std::vector<float> normals(std::size_t(array.columns));
        for (int row = 0; row < array.rows; ++row) {
            write(array, row, normals);
            if (most_pulses_ > 1) verify(array, row, normals);
        }
    }

private:
    [[nodiscard]] float written(std::uint8_t number, float normal) const {
        return std::max(0.0f, targets_[number] + sigmas_[number] * normal);
    }

    [[nodiscard]] bool passes(std::uint8_t number, float conductance) const {
        return conductance >= least_[number] && conductance <= most_[number];
    }

    void write(CellArray& array, int row, std::span<float> normals) const {
        array.draws->normals(CellDraw::programming, 0, row, normals);
        const auto numbers = array.row(array.numbers, row);
        const auto cells = array.row(array.conductances, row);
        for (std::size_t i = 0; i < cells.size(); ++i) cells[i] = written(numbers[i], normals[i]);
    }

    void verify(CellArray& array, int row, std::span<float> normals) const {
        const auto numbers = array.row(array.numbers, row);
        const auto cells = array.row(array.conductances, row);
        const auto pulses = array.row(array.pulses, row);
        std::vector<std::size_t> failed;
        for (std::size_t i = 0; i < cells.size(); ++i)
            if (!passes(numbers[i], cells[i])) failed.push_back(i);
        for (int pulse = 1; pulse < most_pulses_ && !failed.empty(); ++pulse) {
            array.draws->normals(CellDraw::programming, pulse, row, normals);
            for (const std::size_t i : failed) {
                cells[i] = written(numbers[i], normals[i]);
                ++pulses[i];
            }
            std::erase_if(failed, [&](std::size_t i) { return passes(numbers[i], cells[i]); });
        }
        array.log->missed += failed.size();
    }

    int most_pulses_;
    std::vector<float> targets_, sigmas_, least_, most_;
};

}  // namespace

std::unique_ptr<const CellEffect> make_programming_effect(const CellDesign& design) {
    return design.programming ? std::make_unique<Programming>(design) : nullptr;
}

}  // namespace berth::crossbar
