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
    /// @param digital by linear layer: whether its low-rank factors are in no cells. Empty: none of them.
    MeteredEngine(const inference::Network& network, const inference::LinearEngine& inner, const crossbar::CrossbarParams& crossbar,
                  const periphery::DacParams& dac, const std::vector<bool>& digital = {});

    void multiply(std::size_t index, std::span<const std::int8_t> x, int tokens, std::uint64_t request,
                  std::span<std::int32_t> accumulators) const override;

    void multiply_factor(std::size_t index, inference::Factor factor, std::span<const std::int8_t> x, int tokens, std::uint64_t request,
                         std::span<std::int32_t> accumulators) const override;

    [[nodiscard]] int activation_bits() const override { return inner_.activation_bits(); }

    [[nodiscard]] CellReads reads() const { return {cells_.load(), driven_.load(), levels_.load()}; }

private:
    struct Factors {
        WordlineLevels down, up;  ///< without wordlines where no low-rank delta is in arrays
    };

    void count(const WordlineLevels& wordlines, std::span<const std::int8_t> x, int tokens) const;

    const inference::LinearEngine& inner_;
    periphery::DacParams dac_;
    std::vector<WordlineLevels> wordlines_;  ///< by matrix of the network
    std::vector<Factors> factors_;
    mutable std::atomic<std::uint64_t> cells_{0}, driven_{0}, levels_{0};
};

}  // namespace berth::platform
