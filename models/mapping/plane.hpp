// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace berth::mapping {

inline constexpr std::string_view kBaseOwner = "base";

/// A signed integer matrix that wants cells: the base's, a task's own, or the kept channels of a task's delta.
struct Plane {
    std::string matrix;      ///< which matrix of the network: "layer.0.query"
    std::string owner;       ///< "base" or a task's name
    int inputs = 0;          ///< wordlines it needs
    int outputs = 0;         ///< kept output channels
    int magnitude_bits = 0;  ///< bits of |value|: 7 for int8, 1 for a ternary delta
    std::string vector{};    ///< the input vector it shares with planes of other matrices: "layer.0.input.down"; empty: none
};

}  // namespace berth::mapping
