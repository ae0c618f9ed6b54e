// SPDX-License-Identifier: Apache-2.0
// Low-rank deltas on the platform: in arrays behind shared converters, and on the tiles' digital units.
#include "compressor/image_file.hpp"
#include "models/inference/crossbar_engine.hpp"
#include "platform/crossbar_design.hpp"
#include "platform/estimate.hpp"
#include "platform/simulation.hpp"
#include "tests/unit/compressor/small_image.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

namespace berth::platform {
namespace {

/// The small image with factors on every matrix of its second task, whose ranks differ.
compressor::WeightImage image_of_factors() {
    compressor::WeightImage image = test::small_image();
    test::Numbers numbers(31);
    int rank = 1;
    for (inference::Linear& linear : image.tasks[1].network.linears) {
        rank = rank % 5 + 1;
        inference::LowRankDelta delta{test::small_matrix(numbers, rank, linear.matrix->in, 3),
                                      test::small_matrix(numbers, linear.matrix->out, rank, 3)};
        delta.down.magnitude_bits = delta.up.magnitude_bits = 2;
        linear.low_rank = std::make_shared<const inference::LowRankDelta>(std::move(delta));
    }
    return image;
}

std::vector<inference::Sentence> sentences(std::size_t count) {
    std::vector<inference::Sentence> list;
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::size_t length = 1 + 5 * i % 16;
        list.push_back({i, std::vector<std::int32_t>(length, static_cast<std::int32_t>(4 + i % 4)), std::vector<std::int32_t>(length, 0)});
    }
    return list;
}

struct Choice {
    const char *mapper, *low_rank;
};

PlatformConfig platform_of(const Choice& choice, std::vector<std::string> settings = {}) {
    settings.insert(settings.end(), {"hierarchy.tiles=16", std::string("hierarchy.mapper=") + choice.mapper,
                                     std::string("hierarchy.low_rank=") + choice.low_rank});
    return load_platform("reram-multitask", settings);
}

SimulationOutcome run(const PlatformConfig& config, const compressor::WeightImage& image, const std::vector<inference::Sentence>& input,
                      tlm::View view, std::uint32_t in_flight) {
    const std::vector<std::byte> bytes = compressor::serialise(image);
    SimulationInput simulation;
    simulation.config = &config;
    simulation.image = bytes;
    simulation.in_flight = in_flight;
    simulation.threads = 2;
    simulation.view = view;
    simulation.requests = requests_of(1, 2, input);
    return simulate(simulation);
}

std::string name_of(const Choice& choice) { return std::string(choice.mapper) + "_" + choice.low_rank; }

class LowRankOnThePlatform : public ::testing::TestWithParam<std::tuple<Choice, tlm::View>> {};
INSTANTIATE_TEST_SUITE_P(
    Choices, LowRankOnThePlatform,
    ::testing::Combine(::testing::Values(Choice{"packed", "arrays"}, Choice{"banked", "arrays"}, Choice{"banked", "digital"}),
                       ::testing::Values(tlm::View::lt, tlm::View::at)),
    [](const auto& about) { return name_of(std::get<0>(about.param)) + (std::get<1>(about.param) == tlm::View::lt ? "_lt" : "_at"); });

TEST_P(LowRankOnThePlatform, GivesTheFunctionalExecutorsLogitsToTheBit) {
    const auto& [choice, view] = GetParam();
    // Converters of 4 bits lose something in every array, and nothing where no array is.
    const PlatformConfig config = platform_of(choice, {"adc.bits=4", "adc.step=2"});
    const compressor::WeightImage image = image_of_factors();
    const auto input = sentences(6);
    const SimulationOutcome outcome = run(config, image, input, view, 3);
    const inference::Network& network = image.tasks[1].network;
    const std::vector<bool> digital(network.linears.size(), std::string(choice.low_rank) == "digital");
    const inference::CrossbarEngine engine(network, crossbar_design(config), {.matrices = 0, .deltas = 2}, 1, digital);
    const inference::Executor executor(network, engine, inference::Arithmetic::integer);
    EXPECT_EQ(outcome.logits, executor.logits(input));
    EXPECT_EQ(outcome.ledger.count("tile.ima.array", "cell_read"), outcome.cell_reads.cells)
        << "the values' side counts the cells that the timing side is charged for";
}

class EstimatedLowRank : public ::testing::TestWithParam<std::tuple<Choice, int>> {};
INSTANTIATE_TEST_SUITE_P(
    Choices, EstimatedLowRank,
    ::testing::Combine(::testing::Values(Choice{"packed", "arrays"}, Choice{"banked", "arrays"}, Choice{"banked", "digital"}),
                       ::testing::Values(1, 5, 16)),
    [](const auto& about) { return name_of(std::get<0>(about.param)) + "_" + std::to_string(std::get<1>(about.param)); });

TEST_P(EstimatedLowRank, AgreesWithTheSimulatedSentence) {
    const auto& [choice, tokens] = GetParam();
    const PlatformConfig config = platform_of(choice);
    const compressor::WeightImage image = image_of_factors();
    const auto length = static_cast<std::size_t>(tokens);
    const std::vector<inference::Sentence> input{{0, std::vector<std::int32_t>(length, 4), std::vector<std::int32_t>(length, 0)}};
    const SentenceEstimate estimate = estimate_sentence(make_plan(image, config, *make_topology(config)), config, 1, tokens);
    const SimulationOutcome simulated = run(config, image, input, tlm::View::lt, 1);
    EXPECT_NEAR(estimate.latency_s, simulated.latency_s[0], 0.02 * simulated.latency_s[0]);
    EXPECT_EQ(estimate.array_reads, simulated.array_reads);
    Ledger ledger;
    book(estimate.actions, config.inventory, ledger);
    EXPECT_EQ(ledger.components(), simulated.ledger.components()) << "every action is counted exactly";
}

TEST(LowRankPlan, BooksProductsAndBytesOfDigitalFactors) {
    const PlatformConfig config = platform_of({"banked", "digital"});
    const compressor::WeightImage image = image_of_factors();
    const ChipPlan plan = make_plan(image, config, *make_topology(config));
    std::int64_t macs = 0, bytes = 0;
    for (const StagePlan& stage : plan.tasks[1].stages) {
        EXPECT_TRUE(stage.low_rank.digital()) << stage.name;
        macs += stage.low_rank.down_work.macs + stage.low_rank.up_work.macs;
        bytes += stage.low_rank.down_work.factor_bytes + stage.low_rank.up_work.factor_bytes;
    }
    std::int64_t products = 0, packed = 0;
    for (const inference::Linear& linear : image.tasks[1].network.linears)
        for (const inference::Int8Matrix* factor : {&linear.low_rank->down, &linear.low_rank->up}) {
            products += std::int64_t{factor->out} * factor->in;
            packed += (std::int64_t{factor->out} * factor->in * 3 + 7) / 8;
        }
    EXPECT_EQ(macs, products);
    EXPECT_EQ(bytes, packed);
    const ChipPlan arrays = make_plan(image, platform_of({"banked", "arrays"}), *make_topology(config));
    EXPECT_GT(arrays.placement.cells, plan.placement.cells);
}

}  // namespace
}  // namespace berth::platform
