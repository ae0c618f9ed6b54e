// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/weight_image.hpp"
#include "models/interconnect/topology.hpp"
#include "platform/accelerator/plan.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace berth::platform {

/// The stages, counted from the first, whose input vector is the same for two tasks whatever the sentence is: everything that makes it
/// (tables, norms, matrices, deltas, biases) is the same in both. 0 where already the embeddings part them.
[[nodiscard]] std::size_t stages_alike(const compressor::WeightImage& image, std::size_t one, std::size_t other);

/// How several tasks pass the chip for one sentence: a tree. Up to the stage at which they part they have one vector, which is read once
/// by the base. At that stage it is also read by each task's delta; from there on they go on branch by branch.
struct SharedWay {
    struct Branch;

    std::vector<std::size_t> tasks;  ///< numbers in the image; the plan of the first holds for all up to parts_at
    std::size_t parts_at = 0;        ///< the stage behind which they part; of no meaning where there is one task
    interconnect::Tree multicast;    ///< of that stage's vector, to the tiles of all
    std::vector<Branch> branches;    ///< none where there is one task
};

/// What a branch adds at the stage where it parts from those before it: the first has all planes of its tasks' stage, each further one
/// those that none before it has.
struct SharedWay::Branch {
    SharedWay way;
    std::vector<int> planes, tiles;
    ArrayActions actions;
    interconnect::Tree gather;  ///< of their partial sums
};

/// The ways of tasks that are asked for one sentence: one tree for all that begin together. Tasks are taken to go together only as long as
/// their vectors also lie at the same tiles.
/// @param tasks numbers in the image, none twice.
[[nodiscard]] std::vector<SharedWay> shared_ways(const compressor::WeightImage& image, const PlatformConfig& config,
                                                 const interconnect::Topology& topology, const ChipPlan& plan,
                                                 std::span<const std::size_t> tasks);

}  // namespace berth::platform
