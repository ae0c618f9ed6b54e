// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/crossbar/crossbar_matrix.hpp"
#include "models/inference/executor.hpp"
#include "models/inference/linear_engine.hpp"
#include "models/inference/network.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace berth::inference {

/// Component of a plane: keys what is random in its cells and reads. The planes of one owner are counted by the index of their linear
/// layer, so planes that are the same cells have the same component.
[[nodiscard]] constexpr std::uint64_t plane_component(std::uint32_t owner, std::size_t index) { return std::uint64_t{owner} << 32 | index; }

/// Where a low-rank delta's factors are counted among their owner's planes: behind the deltas of all `linears` layers.
[[nodiscard]] constexpr std::size_t down_plane(std::size_t index, std::size_t linears) { return linears + index; }
[[nodiscard]] constexpr std::size_t up_plane(std::size_t index, std::size_t linears) { return 2 * linears + index; }

/// Whose cells a network's planes are.
struct PlaneOwners {
    std::uint32_t matrices = 0;  ///< 0 is the base that tasks share; task t's own are 1 + t
    std::uint32_t deltas = 1;
    std::vector<bool> apart{};  ///< by linear layer: whether the matrix is the deltas' owner's: a head that the base lacks. Empty: none
    std::vector<std::uint32_t> downs{}, ups{};  ///< by linear layer, of factors that several tasks have in common. Empty: the deltas'

    [[nodiscard]] std::uint64_t matrix_component(std::size_t index) const {
        return plane_component(!apart.empty() && apart.at(index) ? deltas : matrices, index);
    }
    [[nodiscard]] std::uint64_t down_component(std::size_t index, std::size_t linears) const {
        return plane_component(downs.empty() ? deltas : downs.at(index), down_plane(index, linears));
    }
    [[nodiscard]] std::uint64_t up_component(std::size_t index, std::size_t linears) const {
        return plane_component(ups.empty() ? deltas : ups.at(index), up_plane(index, linears));
    }
};

/// Where the converters of a network's planes stand, by linear layer. Empty: all as the design has them.
struct PlaneRanges {
    std::vector<crossbar::ConverterRanges> matrices, deltas, downs, ups;  ///< the last two of low-rank deltas

    [[nodiscard]] bool none() const { return matrices.empty(); }
};

/// Products through crossbars: every linear layer's matrix, and the task's delta beside it, programmed into arrays. Both are read
/// by the same inputs and their codes join before anything is rounded.
class CrossbarEngine : public LinearEngine {
public:
    /// Programs the arrays. `network` must outlive the engine.
    /// @param digital by linear layer: whether a digital unit multiplies by its low-rank factors, exactly. Empty: none.
    /// @param ranges of the converters, plane by plane; none: a code stands for a step.
    CrossbarEngine(const Network& network, const crossbar::CrossbarDesign& design, const PlaneOwners& owners, int threads,
                   const std::vector<bool>& digital = {}, const PlaneRanges& ranges = {});

    void multiply(std::size_t index, std::span<const std::int8_t> x, int tokens, std::uint64_t request,
                  std::span<std::int32_t> accumulators) const override;

    void multiply_factor(std::size_t index, Factor factor, std::span<const std::int8_t> x, int tokens, std::uint64_t request,
                         std::span<std::int32_t> accumulators) const override;

    [[nodiscard]] int activation_bits() const override { return activation_bits_; }

    /// What all products so far made the arrays do; the same for any number of threads.
    [[nodiscard]] crossbar::Activity activity() const;

    /// The path that all matrices take, or those of the network in turn joined by '+': "int8_gemm", "bit_plane+int8_gemm".
    [[nodiscard]] std::string path_taken() const;

private:
    struct Planes {
        std::unique_ptr<const crossbar::CrossbarMatrix> matrix, delta;  ///< delta may be null
        bool exact = false;                                             ///< the effective matrix's integer product stands for both
    };

    struct FactorPlanes {
        std::unique_ptr<const crossbar::CrossbarMatrix> down, up;  ///< null where there is no low-rank delta in arrays
    };

    void book(const crossbar::Activity& activity) const;

    const Network& network_;
    int activation_bits_;
    std::vector<Planes> planes_;
    std::vector<FactorPlanes> factors_;
    std::optional<ExactEngine> exact_;
    mutable std::atomic<std::uint64_t> array_reads_{0}, adc_conversions_{0}, clipped_{0};
};

}  // namespace berth::inference
