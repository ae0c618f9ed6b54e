// SPDX-License-Identifier: Apache-2.0
// The closed form against the simulation of the same sentences, one at a time.
#include "platform/estimate.hpp"

#include "compressor/image_file.hpp"
#include "models/core/error.hpp"
#include "platform/simulation.hpp"
#include "tests/unit/compressor/small_image.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

namespace berth::platform {
namespace {

SimulationOutcome simulate_alone(const PlatformConfig& config, const compressor::WeightImage& image, std::uint32_t task, int tokens) {
    const std::vector<std::byte> bytes = compressor::serialise(image);
    SimulationInput input;
    input.config = &config;
    input.image = bytes;
    input.in_flight = 1;
    input.threads = 1;
    const auto length = static_cast<std::size_t>(tokens);
    input.requests = requests_of(task, 2, {{0, std::vector<std::int32_t>(length, 4), std::vector<std::int32_t>(length, 0)}});
    return simulate(input);
}

/// Of the same sentence.
std::vector<float> executors_logits(const inference::Network& network, std::size_t tokens) {
    const inference::ExactEngine engine(network);
    const inference::Executor executor(network, engine, inference::Arithmetic::integer);
    const inference::Sentence sentence{0, std::vector<std::int32_t>(tokens, 4), std::vector<std::int32_t>(tokens, 0)};
    return executor.logits(std::span(&sentence, 1));
}

class EstimatedSentence : public ::testing::TestWithParam<std::tuple<std::string, int>> {};
INSTANTIATE_TEST_SUITE_P(Presets, EstimatedSentence,
                         ::testing::Combine(::testing::Values(std::string("reram-multitask"), std::string("puma"),
                                                              std::string("neurram-like"), std::string("sram-cim")),
                                            ::testing::Values(1, 2, 5, 9, 16)),
                         [](const auto& about) {
                             std::string name = std::get<0>(about.param);
                             std::replace(name.begin(), name.end(), '-', '_');
                             return name + "_" + std::to_string(std::get<1>(about.param)) + "_tokens";
                         });

TEST_P(EstimatedSentence, AgreesWithTheSimulatedOne) {
    const auto [preset, tokens] = GetParam();
    const PlatformConfig config = load_platform(preset, {"hierarchy.tiles=16"});
    const compressor::WeightImage image = test::small_image();
    const ChipPlan plan = make_plan(image, config, *make_topology(config));
    const std::uint32_t task = 1;
    const SentenceEstimate estimate = estimate_sentence(plan, config, task, tokens);
    const SimulationOutcome simulated = simulate_alone(config, image, task, tokens);
    // Nothing meets anything here, so the form is exact but for the rounding of times to picoseconds.
    EXPECT_NEAR(estimate.latency_s, simulated.latency_s[0], 1e-4 * simulated.latency_s[0]);
    Ledger ledger;
    book(estimate.actions, config.inventory, ledger);
    EXPECT_EQ(estimate.array_reads, simulated.array_reads);
    EXPECT_EQ(ledger.components(), simulated.ledger.components()) << "every action is counted exactly";
    EXPECT_LE(estimate.interval_s, simulated.latency_s[0]) << "the busiest part cannot be busy longer than the sentence is there";
    EXPECT_GE(estimate.stay_s, estimate.latency_s * (tokens == 1 ? 0.99 : 0.5));
}

class EveryTopology : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Topologies, EveryTopology, ::testing::ValuesIn(interconnect::topology_names()),
                         [](const auto& about) { return about.param; });

TEST_P(EveryTopology, GivesTheExecutorsLogitsInTheEstimatedTime) {
    // Tiles of two arrays: the image is on many of them.
    const PlatformConfig config =
        load_platform("reram-multitask", {"hierarchy.tiles=64", "hierarchy.imas_per_tile=1", "hierarchy.arrays_per_ima=2",
                                          "hierarchy.mapper=separate", "interconnect.topology=" + GetParam()});
    const compressor::WeightImage image = test::small_image();
    const ChipPlan plan = make_plan(image, config, *make_topology(config));
    ASSERT_GT(plan.placement.tiles, 8);
    const SimulationOutcome simulated = simulate_alone(config, image, 1, 9);
    const SentenceEstimate estimate = estimate_sentence(plan, config, 1, 9);
    EXPECT_NEAR(estimate.latency_s, simulated.latency_s[0], 1e-3 * simulated.latency_s[0]);
    Ledger ledger;
    book(estimate.actions, config.inventory, ledger);
    EXPECT_EQ(ledger.components(), simulated.ledger.components());
    EXPECT_EQ(simulated.logits, executors_logits(image.tasks[1].network, 9));
}

class Replication : public ::testing::TestWithParam<std::tuple<std::string, int>> {};
INSTANTIATE_TEST_SUITE_P(Mappers, Replication,
                         ::testing::Combine(::testing::Values(std::string("packed"), std::string("banked")), ::testing::Values(2, 3)),
                         [](const auto& about) { return std::get<0>(about.param) + "_" + std::to_string(std::get<1>(about.param)); });

TEST_P(Replication, GivesTheSameLogitsSoonerAndCountsTheSameReads) {
    const auto [mapper, copies] = GetParam();
    const std::vector<std::string> settings{"hierarchy.tiles=256", "hierarchy.imas_per_tile=1", "hierarchy.arrays_per_ima=4",
                                            "hierarchy.mapper=" + mapper};
    std::vector<std::string> copied = settings;
    copied.insert(copied.end(), {"hierarchy.replication=fixed", "hierarchy.copies=" + std::to_string(copies)});
    const PlatformConfig one = load_platform("reram-multitask", settings), many = load_platform("reram-multitask", copied);
    const compressor::WeightImage image = test::small_image();
    const ChipPlan plan = make_plan(image, many, *make_topology(many)), alone = make_plan(image, one, *make_topology(one));
    for (std::size_t stage = 0; stage + 1 < plan.tasks[1].stages.size(); ++stage)
        EXPECT_EQ(plan.tasks[1].stages[stage].copies.size() + 1, std::size_t(copies)) << plan.tasks[1].stages[stage].name;
    EXPECT_TRUE(plan.tasks[1].stages.back().copies.empty()) << "the pooler takes one vector";

    constexpr int kTokens = 13;
    const SimulationOutcome simulated = simulate_alone(many, image, 1, kTokens);
    EXPECT_EQ(simulated.logits, executors_logits(image.tasks[1].network, kTokens));
    const SentenceEstimate estimate = estimate_sentence(plan, many, 1, kTokens), before = estimate_sentence(alone, one, 1, kTokens);
    EXPECT_NEAR(estimate.latency_s, simulated.latency_s[0], 2e-3 * simulated.latency_s[0]);
    EXPECT_LT(estimate.latency_s, before.latency_s);
    EXPECT_EQ(estimate.array_reads, before.array_reads);
    EXPECT_EQ(estimate.array_reads, simulated.array_reads);
    Ledger ledger;
    book(estimate.actions, many.inventory, ledger);
    EXPECT_EQ(ledger.components(), simulated.ledger.components()) << "flits too, though copies lie at different distances";
}

TEST(Replication, DividesTheTimeBetweenTokensWhereArraysSetIt) {
    const auto interval = [](const std::string& copies) {
        PlatformConfig config = load_platform("reram-multitask", {"hierarchy.replication=fixed", "hierarchy.copies=" + copies,
                                                                  "interconnect.flit_bits=1024", "digital.mac_lanes=65536"});
        config.digital.vector_lanes = 4096;
        const compressor::WeightImage image = test::small_image();
        const SentenceEstimate estimate = estimate_sentence(make_plan(image, config, *make_topology(config)), config, 1, 12);
        EXPECT_TRUE(estimate.bottleneck.starts_with("arrays of")) << estimate.bottleneck;
        return estimate.interval_s;
    };
    const double one = interval("1");
    EXPECT_NEAR(interval("2"), one / 2, 1e-9 * one);
    EXPECT_NEAR(interval("3"), one / 3, 1e-9 * one);
}

TEST(Replication, IsRefusedWhereCopiesDoNotFitOrTasksTakeTurns) {
    const compressor::WeightImage image = test::small_image();
    const auto plan = [&](const std::vector<std::string>& settings) {
        const PlatformConfig config = load_platform("reram-multitask", settings);
        return make_plan(image, config, *make_topology(config));
    };
    EXPECT_THROW((void)plan({"hierarchy.tiles=2", "hierarchy.imas_per_tile=1", "hierarchy.replication=fixed", "hierarchy.copies=64"}),
                 InputError);
    EXPECT_THROW((void)plan({"residency.eviction=lru", "residency.slots=1", "hierarchy.replication=fixed", "hierarchy.copies=2"}),
                 InputError);
}

TEST(SeveralChips, GiveTheExecutorsLogitsLaterAndPayForTheirLinks) {
    const auto chips_of = [](const std::string& tiles, const std::string& chips) {
        return load_platform("reram-multitask", {"hierarchy.tiles=" + tiles, "hierarchy.chips=" + chips, "hierarchy.imas_per_tile=1",
                                                 "hierarchy.arrays_per_ima=2", "hierarchy.mapper=separate"});
    };
    const compressor::WeightImage image = test::small_image();
    const PlatformConfig one = chips_of("64", "1"), many = chips_of("7", "9");
    const ChipPlan plan = make_plan(image, many, *make_topology(many));
    ASSERT_GT(plan.placement.tiles, 14) << "of more than two chips";
    const SimulationOutcome simulated = simulate_alone(many, image, 1, 9);
    EXPECT_EQ(simulated.logits, executors_logits(image.tasks[1].network, 9));

    const SentenceEstimate estimate = estimate_sentence(plan, many, 1, 9);
    EXPECT_NEAR(estimate.latency_s, simulated.latency_s[0], 1e-3 * simulated.latency_s[0]);
    Ledger ledger;
    book(estimate.actions, many.inventory, ledger);
    EXPECT_EQ(ledger.components(), simulated.ledger.components());
    EXPECT_GT(simulated.ledger.count(kChipLink, kChipLinkAction), 0u);

    const SentenceEstimate together = estimate_sentence(make_plan(image, one, *make_topology(one)), one, 1, 9);
    EXPECT_LT(together.latency_s, estimate.latency_s);
    EXPECT_EQ(together.array_reads, estimate.array_reads);
    EXPECT_FALSE(together.actions.contains({kChipLink, kChipLinkAction}));

    const PlatformConfig few = chips_of("7", "2");
    EXPECT_THROW((void)make_plan(image, few, *make_topology(few)), InputError);
}

TEST(Estimate, GivesOneLayersClosedForm) {
    const PlatformConfig config = load_platform("reram-multitask");
    const ChipPlan plan = make_layer_plan(64, 128, config, *make_topology(config));  // 4 column blocks and 2 polarities on one tile
    const SentenceEstimate one = estimate_layer(plan, config, 1), many = estimate_layer(plan, config, 100);
    // Into the buffer and out 128 B at 32 B a cycle, the bus 384 b a cycle; 8 reads and 3 stages of 128 conversions at 1.2 GS/s;
    // 2 x 64 elements on 8 lanes; the result into the buffer.
    const double cycles = 4 + 4 + 3 + (8 + 3) * 128 + 16 + 2;
    EXPECT_NEAR(one.latency_s, cycles / 1.2e9, 1e-15);
    EXPECT_NEAR(many.latency_s, (cycles + 99 * 8 * 128) / 1.2e9, 1e-12);
    EXPECT_NEAR(many.interval_s, 8 * 128 / 1.2e9, 1e-15);
    EXPECT_EQ(many.bottleneck, "arrays of layer");
    for (const auto& [action, count] : many.actions) EXPECT_EQ(count, 100 * one.actions.at(action)) << action.first << " " << action.second;
    EXPECT_EQ(one.array_reads, 8u * 4 * 2);
    EXPECT_EQ(many.array_reads, 100u * 8 * 4 * 2);
    EXPECT_EQ(one.actions.at({"tile.ima.array", "cell_read"}), 8u * 128 * 64 * 7 * 2);
    EXPECT_EQ(one.actions.at({"tile.ima.adc", "convert"}), 8u * 64 * 7 * 2);
}

TEST(Estimate, ChargesCellsThatAreDrivenAndSensedAlone) {
    // 70 inputs and 3 outputs in one array of each polarity: 70 wordlines by 21 columns, not 128 by 128.
    const PlatformConfig config = load_platform("reram-multitask");
    const SentenceEstimate part = estimate_layer(make_layer_plan(3, 70, config, *make_topology(config)), config, 1);
    EXPECT_EQ(part.actions.at({"tile.ima.array", "cell_read"}), 8u * 70 * 21 * 2);
    // 130 inputs stand in two row blocks, of 128 and 2 wordlines.
    const SentenceEstimate tall = estimate_layer(make_layer_plan(3, 130, config, *make_topology(config)), config, 1);
    EXPECT_EQ(tall.actions.at({"tile.ima.array", "cell_read"}), 8u * 130 * 21 * 2);
    EXPECT_EQ(tall.array_reads, 8u * 2 * 2);
}

TEST(Estimate, RefusesASentenceThatTheModelCannotTake) {
    const PlatformConfig config = load_platform("reram-multitask", {"hierarchy.tiles=16"});
    const compressor::WeightImage image = test::small_image();
    const ChipPlan plan = make_plan(image, config, *make_topology(config));
    EXPECT_THROW((void)estimate_sentence(plan, config, 0, 0), InputError);
    EXPECT_THROW((void)estimate_sentence(plan, config, 0, image.shape.positions + 1), InputError);
    EXPECT_THROW((void)estimate_layer(make_layer_plan(8, 8, config, *make_topology(config)), config, 0), InputError);
}

}  // namespace
}  // namespace berth::platform
