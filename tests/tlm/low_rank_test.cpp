// SPDX-License-Identifier: Apache-2.0
// Low-rank deltas on the platform: in arrays behind shared converters, and on the tiles' digital units.
#include "compressor/image_file.hpp"
#include "models/inference/crossbar_engine.hpp"
#include "platform/crossbar_design.hpp"
#include "platform/estimate.hpp"
#include "platform/plane_owners.hpp"
#include "platform/simulation.hpp"
#include "tests/tlm/own_process.hpp"
#include "tests/unit/compressor/small_image.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>
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
        inference::Int8Matrix down = test::small_matrix(numbers, rank, linear.matrix->in, 3),
                              up = test::small_matrix(numbers, linear.matrix->out, rank, 3);
        down.magnitude_bits = up.magnitude_bits = 2;
        linear.low_rank = std::make_shared<const inference::LowRankDelta>(std::move(down), std::move(up));
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

/// The same image with factors that both tasks have in common: both of them, one, or none, by matrix.
compressor::WeightImage image_in_common() {
    compressor::WeightImage image = image_of_factors();
    auto& first = image.tasks[0].network.linears;
    const auto& second = image.tasks[1].network.linears;
    for (std::size_t index = 0; index < first.size(); ++index) {
        if (index % 4 == 3) continue;
        const inference::LowRankDelta& factors = *second[index].low_rank;
        const auto own = [&](const inference::Int8Matrix& like) {
            test::Numbers numbers(static_cast<std::uint32_t>(70 + index));
            inference::Int8Matrix matrix = test::small_matrix(numbers, like.out, like.in, 3);
            matrix.magnitude_bits = 2;
            return std::make_shared<const inference::Int8Matrix>(std::move(matrix));
        };
        first[index].low_rank = std::make_shared<const inference::LowRankDelta>(index % 4 == 1 ? own(*factors.down) : factors.down,
                                                                                index % 4 == 2 ? own(*factors.up) : factors.up);
    }
    return image;
}

struct Answers {
    std::vector<float> logits;
    std::uint64_t charged = 0, counted = 0;  ///< reads of cells, on the timing side and on that of the values
};

/// One simulation in a process of its own.
Answers answers_of(std::uint32_t task, const PlatformConfig& config, const compressor::WeightImage& image,
                   const std::vector<inference::Sentence>& input, tlm::View view) {
    const std::vector<std::byte> bytes = compressor::serialise(image);
    const std::string said = test::in_own_process([&] {
        SimulationInput simulation;
        simulation.config = &config;
        simulation.image = bytes;
        simulation.in_flight = 3;
        simulation.threads = 2;
        simulation.view = view;
        simulation.requests = requests_of(task, 2, input);
        const SimulationOutcome outcome = simulate(simulation);
        const std::uint64_t reads[] = {outcome.ledger.count("tile.ima.array", "cell_read"), outcome.cell_reads.cells};
        std::string out(sizeof reads + outcome.logits.size() * sizeof(float), '\0');
        std::memcpy(out.data(), reads, sizeof reads);
        std::memcpy(out.data() + sizeof reads, outcome.logits.data(), out.size() - sizeof reads);
        return out;
    });
    Answers answers;
    answers.logits.resize(input.size() * 2);
    if (said.size() != 2 * sizeof(std::uint64_t) + answers.logits.size() * sizeof(float)) throw std::runtime_error(said);
    std::memcpy(&answers.charged, said.data(), sizeof answers.charged);
    std::memcpy(&answers.counted, said.data() + sizeof answers.charged, sizeof answers.counted);
    std::memcpy(answers.logits.data(), said.data() + 2 * sizeof(std::uint64_t), answers.logits.size() * sizeof(float));
    return answers;
}

/// Reads are drawn anew by component, so a task that took a common factor's planes for its own would see others.
TEST_P(LowRankOnThePlatform, GivesTheExecutorsLogitsWhereTasksHaveFactorsInCommon) {
    const auto& [choice, view] = GetParam();
    const PlatformConfig config = platform_of(choice, {"adc.bits=4", "adc.step=2", "read_noise.model=constant", "read_noise.sigma=0.1"});
    const compressor::WeightImage image = image_in_common();
    const auto input = sentences(4);
    for (std::uint32_t task = 0; task < 2; ++task) {
        const Answers answers = answers_of(task, config, image, input, view);
        const inference::Network& network = image.tasks[task].network;
        const std::vector<bool> digital(network.linears.size(), std::string(choice.low_rank) == "digital");
        const inference::CrossbarEngine engine(network, crossbar_design(config), plane_owners(image, task), 1, digital);
        const inference::Executor executor(network, engine, inference::Arithmetic::integer);
        EXPECT_EQ(answers.logits, executor.logits(input));
        EXPECT_EQ(answers.charged, answers.counted);
    }
}

TEST(FactorsInCommon, AreTheSameCellsForEveryTask) {
    const compressor::WeightImage image = image_in_common();
    const inference::PlaneOwners first = plane_owners(image, 0), second = plane_owners(image, 1);
    const std::size_t linears = image.tasks[0].network.linears.size();
    for (std::size_t index = 0; index < linears; ++index) {
        const bool down = index % 4 == 0 || index % 4 == 2, up = index % 4 == 0 || index % 4 == 1;
        EXPECT_EQ(first.down_component(index, linears) == second.down_component(index, linears), down) << index;
        EXPECT_EQ(first.up_component(index, linears) == second.up_component(index, linears), up) << index;
    }
}

/// The same factors apart, each task's in cells of its own.
compressor::WeightImage apart(compressor::WeightImage image) {
    for (compressor::TaskImage& task : image.tasks)
        for (inference::Linear& linear : task.network.linears)
            if (linear.low_rank)
                linear.low_rank = std::make_shared<const inference::LowRankDelta>(*linear.low_rank->down, *linear.low_rank->up);
    return image;
}

TEST(FactorsInCommon, TakeTheirCellsOnceAndChangeNoAnswer) {
    const compressor::WeightImage image = image_in_common(), copies = apart(image);
    for (const char* mapper : {"separate", "packed", "banked"}) {
        const PlatformConfig config = platform_of({mapper, "arrays"});
        const ChipPlan plan = make_plan(image, config, *make_topology(config)),
                       of_copies = make_plan(copies, config, *make_topology(config));
        std::int64_t common = 0;
        for (const auto& placed : plan.placement.planes)
            if (placed.plane.owner == "first+second") common += placed.cells;
        EXPECT_GT(common, 0);
        EXPECT_EQ(plan.placement.cells, of_copies.placement.cells - common) << mapper;
        // Behind shared converters what tasks have in common stands apart from their own, which may open an array.
        if (std::string(mapper) != "banked") {
            EXPECT_LE(plan.placement.arrays, of_copies.placement.arrays) << mapper;
        }
        for (std::uint32_t task = 0; task < 2; ++task)
            EXPECT_EQ(answers_of(task, config, image, sentences(3), tlm::View::lt).logits,
                      answers_of(task, config, copies, sentences(3), tlm::View::lt).logits);
    }
}

/// With one slot for two tasks the common factors stay, and what is brought in is the task's own.
TEST(FactorsInCommon, StayWhereTasksTakeTurns) {
    const compressor::WeightImage image = image_in_common();
    const PlatformConfig all = platform_of({"banked", "arrays"}),
                         turns = platform_of({"banked", "arrays"}, {"residency.eviction=lru", "residency.slots=1"});
    const ChipPlan plan = make_plan(image, turns, *make_topology(turns));
    ASSERT_EQ(plan.slot_planes.size(), 1u);
    for (std::size_t i = 0; i < plan.placement.planes.size(); ++i) {
        const auto &placed = plan.placement.planes[i], &in_slot = plan.slot_planes[0][i];
        EXPECT_EQ(placed.plane.owner, in_slot.plane.owner);
        EXPECT_EQ(placed.tiles, in_slot.tiles) << placed.plane.matrix;
    }
    for (std::uint32_t task = 0; task < 2; ++task)
        EXPECT_EQ(answers_of(task, turns, image, sentences(3), tlm::View::lt).logits,
                  answers_of(task, all, image, sentences(3), tlm::View::lt).logits);
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
        for (const inference::Int8Matrix* factor : {linear.low_rank->down.get(), linear.low_rank->up.get()}) {
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
