// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/constant_table.hpp"

#include <boost/json.hpp>

#include <string>

namespace berth::platform {

/// A table that comes with the presets, whether or not a platform lists it. @throws InputError when no preset folder has it beside it.
[[nodiscard]] ConstantTable load_table(const std::string& name);

/// Published cells, from cells.json beside the presets: [{name, r_on_ohm, r_off_ohm, on_off_ratio, mark, source}], by name.
/// @throws InputError when no preset folder has that table.
[[nodiscard]] boost::json::array describe_cells();

/// All that `cells.kind` can be: ideal and given cells, which are {name, meaning}, and the published ones.
[[nodiscard]] boost::json::array describe_cell_kinds();

}  // namespace berth::platform
