// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/crossbar/crossbar_params.hpp"
#include "models/inference/linear_engine.hpp"
#include "models/inference/network.hpp"
#include "platform/read_energy.hpp"

#include <atomic>
#include <cstdint>
#include <vector>

namespace berth::platform {

/// An engine that counts what its products drive and sense, cell by cell (CellReads), and leaves the products to another. The base's
/// cells and those of the task's delta are read by the same inputs. Counts are whole numbers: they are the same for any number
/// of threads.
class MeteredEngine : public inference::LinearEngine {
public:
    /// `inner` must outlive it; of the network only what its cells conduct is kept.
    MeteredEngine(const inference::Network& network, const inference::LinearEngine& inner, const crossbar::CrossbarParams& crossbar,
                  int dac_bits);

    void multiply(std::size_t index, std::span<const std::int8_t> x, int tokens, std::uint64_t request,
                  std::span<std::int32_t> accumulators) const override;

    void multiply_factor(std::size_t index, inference::Factor factor, std::span<const std::int8_t> x, int tokens, std::uint64_t request,
                         std::span<std::int32_t> accumulators) const override;

    [[nodiscard]] CellReads reads() const { return {cells_.load(), driven_.load(), levels_.load()}; }

private:
    struct Factors {
        WordlineLevels down, up;  ///< without wordlines where the matrix has no low-rank delta
    };

    void count(const WordlineLevels& wordlines, std::span<const std::int8_t> x, int tokens) const;

    const inference::LinearEngine& inner_;
    int dac_bits_;
    std::vector<WordlineLevels> wordlines_;  ///< by matrix of the network
    std::vector<Factors> factors_;
    mutable std::atomic<std::uint64_t> cells_{0}, driven_{0}, levels_{0};
};

}  // namespace berth::platform
