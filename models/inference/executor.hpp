// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/gemm.hpp"
#include "models/inference/linear_engine.hpp"
#include "models/inference/network.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <variant>
#include <vector>

namespace berth::inference {

/// Tokens of one sentence. `request` is its number in the run.
struct Sentence {
    std::uint64_t request = 0;
    std::vector<std::int32_t> ids;
    std::vector<std::int32_t> segments;
};

/// What a network makes of sentences on the way to a layer: its residual stream there. A network that is equal up to that layer goes on
/// from it to the same logits.
struct Prefix {
    int layer = 0;  ///< the first that is still to come
    /// [tokens of all sentences, hidden], as the arithmetic has values.
    std::variant<std::vector<std::int32_t>, std::vector<float>> stream;
};

/// How softmax, GELU, LayerNorm and requantisation are computed: in integers as the digital unit does, or in fp32, to
/// separate the two sources of error.
enum class Arithmetic { integer, fp32 };

/// The functional truth: the values that the accelerator computes. The platform calls this and adds time; see docs/numerics.md.
class Executor {
public:
    /// `network` and `engine` must outlive the executor.
    Executor(const Network& network, const LinearEngine& engine, Arithmetic arithmetic);
    ~Executor();

    /// Logits of each sentence, [sentences, labels] row-major. Const, and may be called from many threads; the result of a
    /// sentence depends on nothing but that sentence. Runs on the calling thread.
    [[nodiscard]] std::vector<float> logits(std::span<const Sentence> sentences) const;

    /// The prefixes of these sentences before each of the first so many layers, at least one.
    [[nodiscard]] std::vector<Prefix> prefixes(std::span<const Sentence> sentences, int count) const;

    /// The same logits, from a prefix of these sentences on, which a network made that is equal to this one up to there, in the
    /// same arithmetic.
    [[nodiscard]] std::vector<float> logits(std::span<const Sentence> sentences, const Prefix& prefix) const;

private:
    struct Prepared;
    std::unique_ptr<const Prepared> prepared_;
};

/// Exact integer products of the effective matrices: what lossless converters give.
class ExactEngine : public LinearEngine {
public:
    /// @throws InputError where a matrix is missing or does not fill its shape; the rest of the network is not looked at.
    explicit ExactEngine(const Network& network);
    void multiply(std::size_t index, std::span<const std::int8_t> x, int tokens, std::uint64_t request,
                  std::span<std::int32_t> accumulators) const override;
    void multiply_factor(std::size_t index, Factor factor, std::span<const std::int8_t> x, int tokens, std::uint64_t request,
                         std::span<std::int32_t> accumulators) const override;
    [[nodiscard]] bool pure() const override { return true; }

private:
    /// A matrix and how its products are taken.
    struct Product {
        std::shared_ptr<const Int8Matrix> matrix;
        PreparedWeights weights;
    };
    static Product product_of(std::shared_ptr<const Int8Matrix> matrix);

    std::vector<Product> effective_;
    std::vector<std::optional<std::array<Product, 2>>> factors_;  ///< of a low-rank delta, by Factor
};

}  // namespace berth::inference
