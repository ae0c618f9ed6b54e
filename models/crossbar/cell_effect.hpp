// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/crossbar/cell_design.hpp"
#include "models/crossbar/cell_draws.hpp"
#include "models/crossbar/conductance_block.hpp"

#include <boost/json.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace berth::crossbar {

/// The cells of one array while they are being programmed. Shapes [rows, columns].
struct CellArray {
    int rows = 0, columns = 0;
    std::span<const std::uint8_t> numbers{};  ///< what the cells shall hold
    std::span<float> conductances{};          ///< siemens, or unit currents of cells without resistances
    std::span<std::uint16_t> pulses{};        ///< that each cell took
    const CellDraws* draws = nullptr;         ///< null for cells of which nothing is random
    ArrayProgramming* log = nullptr;

    template <class Value>
    [[nodiscard]] std::span<Value> row(std::span<Value> cells, int index) const {
        return cells.subspan(std::size_t(index) * std::size_t(columns), std::size_t(columns));
    }
};

/// One thing that befalls programmed cells. Const after construction; may be used from many threads.
class CellEffect {
public:
    virtual ~CellEffect() = default;

    virtual void apply(CellArray& array) const = 0;

    /// Whether a cell's conductance afterwards depends on nothing but its conductance before: levels then stay levels.
    [[nodiscard]] virtual bool keeps_levels() const { return false; }
};

/// One line of the registration table: effects in the order in which they befall an array.
struct CellEffectEntry {
    std::string_view section, meaning, source;
    boost::json::array (*parameters)();

    /// Null where the design does not have the effect.
    std::unique_ptr<const CellEffect> (*make)(const CellDesign& design);
};

[[nodiscard]] std::span<const CellEffectEntry> cell_effects();

/// Effects, what reads add and wires, as `berth list effects` shows them: [{name, meaning, parameters, source}], name the section's.
[[nodiscard]] boost::json::array describe_cell_effects();

}  // namespace berth::crossbar
