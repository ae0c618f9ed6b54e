// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/constant_table.hpp"

#include <boost/json.hpp>

#include <string>
#include <string_view>

namespace berth::cost {

/// Reads a number that a platform takes from the tables:
/// - "row";
/// - {"row": "...", "times": [number, ...]}, the row's value times the numbers;
/// - {"law": "...", attribute: number, ..., "times": [...]?}, a named scaling law (law.hpp);
/// - {"sum": [cost, ...], "times": [...]?}, several together.
/// @param dimension what it must measure: "area", "energy", "time", ...
/// @param where the JSON path of the cost, for messages.
/// @return in SI (areas: mm2). @throws InputError naming `where`.
[[nodiscard]] double read_cost(const boost::json::value& json, const ConstantTable& constants, std::string_view dimension,
                               const std::string& where);

}  // namespace berth::cost
