// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace berth::mapping {

inline constexpr std::string_view kBaseOwner = "base";

/// What a plane is to its matrix: the matrix or a delta on it, or one of the two factors of a low-rank delta.
enum class PlaneRole { matrix, down_factor, up_factor };

/// A signed integer matrix that wants cells: the base's, a task's own, the kept channels of a task's delta, or a factor.
struct Plane {
    std::string matrix;      ///< which matrix of the network: "layer.0.query"; a factor's ends in ".down" or ".up"
    std::string owner;       ///< "base" or the task
    int inputs = 0;          ///< wordlines it needs
    int outputs = 0;         ///< kept output channels
    int magnitude_bits = 0;  ///< bits of |value|: 7 for int8, 1 for a ternary delta
    PlaneRole role = PlaneRole::matrix;
    std::string stage{};   ///< of a factor: the first of the matrices that take the same vector; their down factors take it too
    bool digital = false;  ///< of a factor: kept in the tiles' memory for their digital units, and in no array
    int copy = 0;          ///< 0: the first; further copies of the same cells take tokens in turn with it
};

}  // namespace berth::mapping
