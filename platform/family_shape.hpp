// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/inference/network.hpp"
#include "models/mapping/plane.hpp"
#include "platform/area_report.hpp"

#include <boost/json.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace berth::platform {

/// Tasks on one base that nobody has weights of: what they would take is known from shapes alone. Every matrix of every task has the
/// same kind of delta.
struct FamilyShape {
    std::string model;  ///< one of shape_names()
    int tasks = 8;
    int base_bits = 8;       ///< of a weight of the base, sign included: 2 to 8; 0: none, and a delta is a copy
    int rank = 16;           ///< of every low-rank delta; 0: none
    int factor_bits = 3;     ///< of a factor's values, sign included: 2 to 8
    int delta_bits = 0;      ///< of the codes of a delta on every channel, sign included: 2 is ternary; 0: none
    int embedding_bits = 8;  ///< of a value of the embedding tables, sign included: 2 to 8
};

/// Names of published models.
[[nodiscard]] std::vector<std::string> shape_names();

/// @throws InputError naming the models there are.
[[nodiscard]] inference::Shape shape_of(const std::string& model);

[[nodiscard]] std::vector<mapping::Plane> planes_of(const FamilyShape& family);
[[nodiscard]] std::vector<mapping::Plane> planes_of_copies(const FamilyShape& family);

/// Of tables that all tasks share, with a 4-byte scale a row. @param bits of a value.
[[nodiscard]] std::int64_t embedding_bytes(const inference::Shape& shape, int bits);

/// The family on the platform, whose tiles become as many as it takes.
[[nodiscard]] ImageOnChip place_family(PlatformConfig& config, const FamilyShape& family);

/// The family as a report names it.
[[nodiscard]] boost::json::object describe(const FamilyShape& family);

}  // namespace berth::platform
