// SPDX-License-Identifier: Apache-2.0
#include "models/inference/workload.hpp"

#include "tests/unit/inference/random_network.hpp"

#include <gtest/gtest.h>

namespace berth::inference {
namespace {

TEST(Workload, OfTwoTokensCanBeCountedByHand) {
    const Shape shape{4, 1, 2, 8, 10, 10, 2, 0.0};
    LayerWork expected;
    expected.attention_macs = 2 * 2 * 2 * 4;         // two products, each of 2 x 2 tokens over 4 values
    expected.softmax_elements = 2 * 4;               // two heads of 2 x 2 scores
    expected.gelu_elements = 16;                     // 2 tokens of 8
    expected.layer_norm_elements = 16;               // twice 2 tokens of 4
    expected.requantised_elements = 2 * 28 + 8 + 8;  // linear outputs, scores, context
    expected.quantised_elements = 2 * 20 + 24;       // stream, context, stream, wide; and query, key, value
    expected.linear_macs = 2 * (4 * 16 + 2 * 32);
    expected.input_bytes = 2 * 20;
    expected.output_bytes = 4 * 2 * 28;
    EXPECT_EQ(layer_work(shape, 2), expected);
    EXPECT_EQ(head_work(shape, 3), (HeadWork{16, 12, 4}));
}

/// Adds up what the executor asks of the crossbars.
class CountingEngine : public LinearEngine {
public:
    explicit CountingEngine(const Network& network) : network_(network), exact_(network) {}
    void multiply(std::size_t index, std::span<const std::int8_t> x, int tokens, std::uint64_t request,
                  std::span<std::int32_t> accumulators) const override {
        macs += x.size() * static_cast<std::size_t>(network_.linears[index].matrix->out);
        output_bytes += accumulators.size_bytes();
        exact_.multiply(index, x, tokens, request, accumulators);
    }
    void multiply_factor(std::size_t index, Factor factor, std::span<const std::int8_t> x, int tokens, std::uint64_t request,
                         std::span<std::int32_t> accumulators) const override {
        exact_.multiply_factor(index, factor, x, tokens, request, accumulators);
    }
    mutable std::uint64_t macs = 0, output_bytes = 0;

private:
    const Network& network_;
    ExactEngine exact_;
};

TEST(Workload, IsWhatTheExecutorAsksOfTheCrossbars) {
    test::RandomNetwork random;
    const CountingEngine engine(random.network);
    const Sentence sentence = random.sentence(11);
    (void)Executor(random.network, engine, Arithmetic::integer).logits(std::span(&sentence, 1));
    const Shape& shape = random.network.shape;
    const LayerWork layer = layer_work(shape, 11);
    EXPECT_EQ(engine.macs, 2 * layer.linear_macs + head_work(shape, 3).linear_macs);
    EXPECT_EQ(engine.output_bytes, 2 * layer.output_bytes + 4u * 48u);
}

}  // namespace
}  // namespace berth::inference
