// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/philox.hpp"
#include "models/crossbar/cell_model.hpp"
#include "models/crossbar/crossbar_design.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace berth::test {

/// Cells as a test wants them.
struct CellSettings {
    std::vector<double> levels;
    crossbar::ReadNoise noise;
    double digital_background = 0.0;
    double spread = 0.0;  ///< programmed cells lie evenly within this of their level; 0: nominal cells
};

class SomeCells final : public crossbar::CellModel {
public:
    explicit SomeCells(CellSettings settings) : settings_(std::move(settings)) {}

    [[nodiscard]] const std::vector<double>& levels() const override { return settings_.levels; }
    [[nodiscard]] double digital_background() const override { return settings_.digital_background; }
    [[nodiscard]] bool nominal() const override { return settings_.spread == 0.0; }
    [[nodiscard]] const crossbar::ReadNoise& noise() const override { return settings_.noise; }

    [[nodiscard]] crossbar::ConductanceBlock program(const crossbar::ArrayLayout& layout, const crossbar::ProgrammedBlock& block, int index,
                                                     std::uint64_t component) const override {
        auto programmed = nominal_conductances(layout, block, settings_.levels);
        for (std::size_t cell = 0; cell < programmed.cells.size(); ++cell) {
            const auto word = philox({static_cast<std::uint32_t>(cell), static_cast<std::uint32_t>(index), 0, 0},
                                     {static_cast<std::uint32_t>(component), 17})[0];
            programmed.cells[cell] += static_cast<float>(settings_.spread * (2.0 * unit_interval(word) - 1.0));
        }
        if (!settings_.noise.level_variances.empty())
            programmed.variances = nominal_conductances(layout, block, settings_.noise.level_variances).cells;
        return programmed;
    }

private:
    CellSettings settings_;
};

inline std::vector<double> whole_levels(int cell_bits) {
    std::vector<double> levels;
    for (int level = 0; level < 1 << cell_bits; ++level) levels.push_back(level);
    return levels;
}

/// Converters that differ from one array to the next: a nominal step, and thresholds moved by up to `spread` steps, so that some codes may
/// be missing.
class UnlikeAdc final : public periphery::Adc {
public:
    UnlikeAdc(int bits, double step, double spread) : bits_(bits), step_(step), spread_(spread) {}

    std::size_t convert(std::span<const double> currents, std::span<std::int32_t> codes) const override {
        return convert_with(thresholds(0, 0.0), currents, codes);
    }
    [[nodiscard]] bool lossless(std::int64_t) const override { return false; }
    [[nodiscard]] bool alike() const override { return false; }
    std::size_t convert_by(std::uint64_t instance, std::span<const double> currents, std::span<std::int32_t> codes) const override {
        return convert_with(thresholds(instance, spread_), currents, codes);
    }
    [[nodiscard]] std::optional<periphery::Transfer> transfer(std::uint64_t instance) const override {
        auto made = thresholds(instance, spread_);
        const double lowest = made.front() - step_, highest = made.back() + step_;
        return periphery::Transfer{.thresholds = std::move(made), .lowest = lowest, .highest = highest};
    }
    [[nodiscard]] double step() const override { return step_; }

private:
    [[nodiscard]] std::vector<double> thresholds(std::uint64_t instance, double spread) const {
        std::vector<double> made;
        for (int code = 1; code < 1 << bits_; ++code) {
            const auto word = philox({static_cast<std::uint32_t>(code), static_cast<std::uint32_t>(instance), 0, 0}, {3, 4})[0];
            made.push_back(step_ * (code - 0.5 + spread * (2.0 * unit_interval(word) - 1.0)));
        }
        std::sort(made.begin(), made.end());
        return made;
    }

    std::size_t convert_with(const std::vector<double>& thresholds, std::span<const double> currents, std::span<std::int32_t> codes) const {
        std::size_t clipped = 0;
        for (std::size_t i = 0; i < currents.size(); ++i) {
            codes[i] = static_cast<std::int32_t>(std::upper_bound(thresholds.begin(), thresholds.end(), currents[i]) - thresholds.begin());
            clipped += currents[i] < thresholds.front() - step_ || currents[i] >= thresholds.back() + step_;
        }
        return clipped;
    }

    int bits_;
    double step_, spread_;
};

}  // namespace berth::test
