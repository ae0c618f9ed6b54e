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
/// What the reference makes of the sentences on the way is kept: a candidate goes on from the first layer in which it differs, or from the
/// last one that is kept before it.
class Evaluator {
public:
    /// All that is referred to must outlive it. Memory: 4 bytes for every layer kept, token of the probe and element of a vector.
    /// @param kept layers before which what the reference makes is kept: 1 where every candidate differs in the first one.
    Evaluator(const inference::Network& reference, const Probe& probe, int kept, Threads& threads);

    /// Of the reference, [sentences, labels].
    [[nodiscard]] const std::vector<float>& reference() const { return reference_logits_; }

    /// Of every candidate, [sentences, labels], all of them side by side.
    /// @param progress advances by the sentences of each.
    [[nodiscard]] std::vector<std::vector<float>> logits(std::span<const inference::Network> candidates, Progress& progress) const;

private:
    const inference::Network& network_;
    const Probe& probe_;
    ProbeBlocks blocks_;
    Threads& threads_;
    std::vector<float> reference_logits_;
    std::vector<std::vector<inference::Prefix>> prefixes_;  ///< by block, then by layer
};

}  // namespace berth::compressor
