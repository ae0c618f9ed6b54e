// SPDX-License-Identifier: Apache-2.0
#include "compressor/evaluator.hpp"

#include "tests/unit/inference/random_network.hpp"

#include <gtest/gtest.h>

namespace berth::compressor {
namespace {

class Evaluating : public testing::Test {
protected:
    Evaluating() {
        for (std::uint64_t i = 0; i < 11; ++i) probe_.sentences.push_back(random_.sentence(3 + i, i));
    }

    [[nodiscard]] std::vector<float> whole(const inference::Network& network) {
        Progress progress("", 0, true);
        return logits_of(network, probe_, threads_, progress);
    }
    /// The network with a low-rank delta at one matrix.
    [[nodiscard]] inference::Network changed(std::size_t index) {
        test::RandomNetwork other;
        other.network = random_.network;
        other.add_low_rank(index, 4);
        return other.network;
    }

    test::RandomNetwork random_;
    Probe probe_;
    Threads threads_{2};
};

TEST_F(Evaluating, FindsTheFirstLayerThatDiffers) {
    const inference::Network& network = random_.network;
    EXPECT_EQ(first_difference(network, changed(4)), 0);
    EXPECT_EQ(first_difference(network, changed(6)), 1);
    EXPECT_EQ(first_difference(network, changed(12)), 1) << "the pooler lies behind the last layer";
    inference::Network other = network;
    other.output_norms[0].beta[3] += 1.0F;
    EXPECT_EQ(first_difference(network, other), 0);
    other = network;
    other.linears[11].bias[0] += 1.0F;
    EXPECT_EQ(first_difference(network, other), 1);
    other = network;
    other.embedding_norm.gamma[0] += 1.0F;
    EXPECT_FALSE(first_difference(network, other));
    other = network;
    other.embeddings = std::make_shared<const inference::Embeddings>(*network.embeddings);
    EXPECT_FALSE(first_difference(network, other)) << "equal, but not known to be";
}

TEST_F(Evaluating, GivesTheLogitsOfEveryCandidate) {
    std::vector<inference::Network> candidates;
    for (const std::size_t index : {0U, 5U, 6U, 11U, 12U}) candidates.push_back(changed(index));
    candidates.push_back(random_.network);
    candidates.back().embedding_norm.beta[7] += 0.5F;
    for (const int kept : {1, 2}) {
        const Evaluator evaluator(random_.network, probe_, kept, threads_);
        EXPECT_EQ(evaluator.reference(), whole(random_.network));
        Progress progress("", 0, true);
        const auto logits = evaluator.logits(candidates, progress);
        ASSERT_EQ(logits.size(), candidates.size());
        for (std::size_t i = 0; i < candidates.size(); ++i) {
            EXPECT_EQ(logits[i], whole(candidates[i])) << i;
            EXPECT_NE(logits[i], evaluator.reference()) << i;
        }
    }
}

}  // namespace
}  // namespace berth::compressor
