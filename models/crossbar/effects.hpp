// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/crossbar/cell_effect.hpp"

namespace berth::crossbar {

[[nodiscard]] std::unique_ptr<const CellEffect> make_programming_effect(const CellDesign& design);
[[nodiscard]] std::unique_ptr<const CellEffect> make_retention_effect(const CellDesign& design);
[[nodiscard]] std::unique_ptr<const CellEffect> make_read_disturb_effect(const CellDesign& design);
[[nodiscard]] std::unique_ptr<const CellEffect> make_endurance_effect(const CellDesign& design);
[[nodiscard]] std::unique_ptr<const CellEffect> make_fault_effect(const CellDesign& design);
[[nodiscard]] std::unique_ptr<const CellEffect> make_temperature_effect(const CellDesign& design);

}  // namespace berth::crossbar
