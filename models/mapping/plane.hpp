// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace berth::mapping {

inline constexpr std::string_view kBaseOwner = "base";
inline constexpr char kOwnerJoin = '+';  ///< between the tasks that have a plane in common; in no task's name

/// The owner of a plane that these tasks have in common: "cola+sst2"; of one task its name.
[[nodiscard]] std::string owner_of(const std::vector<std::string_view>& tasks);

/// Whether a plane is several tasks', and so stays on the chip whichever of them come and go: the base's, or one they have in common.
[[nodiscard]] bool is_common(std::string_view owner);

/// The tasks of an owner; of the base, the base.
[[nodiscard]] std::vector<std::string_view> tasks_of(std::string_view owner);

/// Whether a task's vectors are for a plane of this owner, if it is one of the task's matrices: the base's, the task's own, or one that
/// it has in common with others.
[[nodiscard]] bool is_for(std::string_view owner, std::string_view task);

/// Whether there is a task whose vectors are for planes of both.
[[nodiscard]] bool meet(std::string_view one, std::string_view other);

/// What a plane is to its matrix: the matrix or a delta on it, or one of the two factors of a low-rank delta.
enum class PlaneRole { matrix, down_factor, up_factor };

/// A signed integer matrix that wants cells: the base's, a task's own, the kept channels of a task's delta, or a factor.
struct Plane {
    std::string matrix;      ///< which matrix of the network: "layer.0.query"; a factor's ends in ".down" or ".up"
    std::string owner;       ///< "base", the task, or the tasks that have it in common: see owner_of
    int inputs = 0;          ///< wordlines it needs
    int outputs = 0;         ///< kept output channels
    int magnitude_bits = 0;  ///< bits of |value|: 7 for int8, 1 for a ternary delta
    PlaneRole role = PlaneRole::matrix;
    std::string stage{};   ///< of a factor: the first of the matrices that take the same vector; their down factors take it too
    bool digital = false;  ///< of a factor: kept in the tiles' memory for their digital units, and in no array
    int copy = 0;          ///< 0: the first; further copies of the same cells take tokens in turn with it
};

}  // namespace berth::mapping
