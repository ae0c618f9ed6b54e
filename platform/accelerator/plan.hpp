// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/weight_image.hpp"
#include "models/interconnect/network.hpp"
#include "models/mapping/placement.hpp"
#include "platform/accelerator/array_actions.hpp"
#include "platform/accelerator/digital_unit.hpp"
#include "platform/config.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace berth::platform {

/// The stages of an encoder layer that read crossbars; attention lies between the first and the second.
enum class Stage { query_key_value, attention_output, intermediate, output };
inline constexpr int kStagesPerLayer = 4;

/// A stage as one task's tokens pass it: matrices that the same vector is for. The vector lies in the buffer of the home
/// tile, goes to every tile that holds some of the planes, and the partial sums meet at the tile where the next stage's
/// vector is to lie, whose digital unit makes that vector.
struct StagePlan {
    std::string name;         ///< "layer.0.query_key_value"
    std::vector<int> planes;  ///< of the placement, read together
    std::vector<int> tiles;   ///< that hold some of them, ascending
    int home = 0;             ///< the first of the tiles
    int next_home = 0;        ///< where the result is made
    int residual_home = -1;   ///< where the vector is added to a later result; -1 where it is not
    std::int64_t input_bytes = 0, result_bytes = 0;
    std::int64_t residual_bytes = 0;  ///< of the vector on its way to that result, in the residual stream's width
    std::int64_t added_bytes = 0;     ///< of the vector that is added to this stage's result
    interconnect::Tree multicast, gather, residual;
    ArrayActions actions;
    DigitalWork work;

    /// The low-rank delta's way, where the stage has one. Down factors in arrays are among the stage's planes and take its vector with
    /// the base's; their sums meet at the home tile. Digital ones are the home tile's own, which works while the arrays are read.
    /// The home tile's digital unit makes the middle vector, and the up factors take that: in their arrays, or at the next home tile.
    struct LowRank {
        std::vector<int> planes;  ///< the up factors in arrays; none where the stage's factors are digital
        std::vector<int> tiles;   ///< that the middle vector goes to
        std::int64_t middle_bytes = 0;
        DigitalWork down_work, middle_work, up_work;
        ArrayActions actions;
        interconnect::Tree meet, spread, gather;

        [[nodiscard]] bool empty() const { return middle_bytes == 0; }
        [[nodiscard]] bool digital() const { return planes.empty(); }
    } low_rank;

    /// Further copies of the stage's arrays, which take tokens in turn with these: the same vectors, from the same home, to the same next
    /// one.
    std::vector<StagePlan> copies{};

    /// The copy that takes a token of a sentence, by its place there.
    [[nodiscard]] const StagePlan& of(int token) const {
        const int taken = token % (static_cast<int>(copies.size()) + 1);
        return taken == 0 ? *this : copies[static_cast<std::size_t>(taken) - 1];
    }
};

/// How a task's tokens pass the chip.
struct TaskPlan {
    std::vector<StagePlan> stages;  ///< layers * kStagesPerLayer, then the pooler
    interconnect::Tree embedding;   ///< from the chip's port to the first home
    interconnect::Tree logits;      ///< from the pooler's tile to the port
    DigitalWork embedding_work;
    std::int64_t logits_bytes = 0;
};

/// An image on a chip.
struct ChipPlan {
    inference::Shape shape;
    mapping::Placement placement;
    std::vector<TaskPlan> tasks;
    /// Where tasks take turns on fewer slots: [slot][task] the task's way while it is there, and where its planes then are.
    std::vector<std::vector<TaskPlan>> in_slot{};
    std::vector<std::vector<mapping::PlacedPlane>> slot_planes{};

    [[nodiscard]] const TaskPlan& way(std::size_t task, std::size_t slot) const {
        return in_slot.empty() ? tasks.at(task) : in_slot.at(slot).at(task);
    }
    /// All that the numbers in stages mean: the placement's planes, then each slot's.
    [[nodiscard]] std::vector<mapping::PlacedPlane> planes() const;
};

/// The serial links between chips, and what a byte on one of them is booked as.
inline constexpr const char *kChipLink = "chip.link", *kChipLinkAction = "byte";

inline constexpr int kPortTile = 0;       ///< the tile at which host data and embeddings come in
inline constexpr int kResidualBytes = 4;  ///< the residual stream keeps int32 fixed-point values

/// Work of a query against its sentence: both attention products, softmax of every head's scores, the context's values and
/// their quantisation.
[[nodiscard]] DigitalWork attention_work(const inference::Shape& shape, int sentence_tokens);

/// The way of planes' partial sums to the tile where they meet, each of the planes' tiles having an equal share of them.
[[nodiscard]] interconnect::Tree gather_sums(std::span<const int> planes, int to, const mapping::Placement& placement,
                                             const interconnect::Topology& topology);

/// How a platform's tiles are joined, on one chip or, with hierarchy.chips, several.
[[nodiscard]] std::shared_ptr<const interconnect::Topology> make_topology(const PlatformConfig& config);

/// The same in time.
[[nodiscard]] interconnect::NetworkDesign network_design(const PlatformConfig& config);

/// Places the image and plans the way of each task's tokens.
/// @throws InputError saying how many arrays are needed and there, when they do not fit.
[[nodiscard]] ChipPlan make_plan(const compressor::WeightImage& image, const PlatformConfig& config,
                                 const interconnect::Topology& topology);

/// One int8 matrix alone on the chip, as a plan of one task with one stage: vectors lie at its first tile, and so do results.
[[nodiscard]] ChipPlan make_layer_plan(int outputs, int inputs, const PlatformConfig& config, const interconnect::Topology& topology);

}  // namespace berth::platform
