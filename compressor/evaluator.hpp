// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/probe.hpp"

#include <optional>
#include <span>
#include <vector>

namespace berth::compressor {

/// The first layer in which two networks of one shape differ, the last one where only what lies behind it does; none where they differ
/// before it, in what makes vectors of tokens. Matrices count as equal that are one object.
[[nodiscard]] std::optional<int> first_difference(const inference::Network& a, const inference::Network& b);

/// Logits of networks that differ little from a reference, on the same sentences, by the functional executor with exact products.
/// What the reference makes of the sentences on the way is kept: a candidate goes on from the first layer in which it differs.
class Evaluator {
public:
    /// All that is referred to must outlive it. Memory: 4 bytes for every layer, token of the probe and element of a vector.
    Evaluator(const inference::Network& reference, const Probe& probe, Threads& threads);

    /// Of the reference, [sentences, labels].
    [[nodiscard]] const std::vector<float>& reference() const { return reference_logits_; }

    /// Of every candidate, [sentences, labels], all of them side by side.
    /// @param progress advances by the sentences of each.
    [[nodiscard]] std::vector<std::vector<float>> logits(std::span<const inference::Network> candidates, Progress& progress) const;

private:
    /// Calls body(time, block, first sentence, sentences) for every block of the probe, `times` over, side by side.
    template <class Body>
    void for_blocks(std::size_t times, const Body& body) const;

    const inference::Network& network_;
    const Probe& probe_;
    Threads& threads_;
    std::vector<float> reference_logits_;
    std::vector<std::vector<inference::Prefix>> prefixes_;  ///< by block, then by layer
};

}  // namespace berth::compressor
