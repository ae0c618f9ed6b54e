// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace berth::inference {

/// The two matrices of a low-rank delta, in the order in which a vector passes them.
enum class Factor { down, up };

/// How the products of a network's linear layers are taken: exactly in integers, or through crossbars with converters.
/// Implementations are const and may be called from many threads.
class LinearEngine {
public:
    virtual ~LinearEngine() = default;

    /// accumulators[tokens, out] = x[tokens, in] * (W + delta)^T for matrix `index` of the network (see matrix_index).
    /// @param request number of the sentence in the run; with the token's place in it, it keys every random draw.
    virtual void multiply(std::size_t index, std::span<const std::int8_t> x, int tokens, std::uint64_t request,
                          std::span<std::int32_t> accumulators) const = 0;

    /// The same for one of the two matrices of the task's low-rank delta on matrix `index`.
    /// accumulators[tokens, out of the factor] = x[tokens, in of the factor] * factor^T.
    virtual void multiply_factor(std::size_t index, Factor factor, std::span<const std::int8_t> x, int tokens, std::uint64_t request,
                                 std::span<std::int32_t> accumulators) const = 0;

    /// Whether a product is a function of its operands alone, and nobody counts who asked for what. Then those of many sentences are asked
    /// for at once, and those that no logit depends on not at all.
    [[nodiscard]] virtual bool pure() const { return false; }

    /// Bits that the elements of x have, the sign among them: the executor makes them within +-(2^(bits - 1) - 1).
    [[nodiscard]] virtual int activation_bits() const { return 8; }
};

}  // namespace berth::inference
