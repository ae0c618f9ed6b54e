// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/weight_image.hpp"
#include "models/inference/network.hpp"
#include "platform/area_report.hpp"

#include <boost/json.hpp>

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
    int delta_bits = 0;      ///< of the codes of a delta, sign included: 2 is ternary; 0: none
    double kept = 1.0;       ///< share of a matrix's output channels that such a delta keeps
    int embedding_bits = 8;  ///< of a value of the embedding tables, sign included: 2 to 8
};

/// Names of published models.
[[nodiscard]] std::vector<std::string> shape_names();

/// @throws InputError naming the models there are.
[[nodiscard]] inference::Shape shape_of(const std::string& model);

/// The image of such tasks without weights (compressor::read_outline): enough for placement, area, time and energy.
/// @throws InputError where a task would have nothing in arrays.
[[nodiscard]] compressor::WeightImage outline_of(const FamilyShape& family);

/// The family's outline on as many chips as it takes; the platform's become so many.
[[nodiscard]] ImageOnChip place_family(PlatformConfig& config, const compressor::WeightImage& outline);

/// The family as a report names it.
[[nodiscard]] boost::json::object describe(const FamilyShape& family);

}  // namespace berth::platform
