// SPDX-License-Identifier: Apache-2.0
// Parts of the chip that are dead: spares take their places when an image is loaded, or nobody is left in doubt about it.
#include "models/inference/crossbar_engine.hpp"
#include "platform/crossbar_design.hpp"
#include "platform/lost_columns.hpp"
#include "platform/plane_owners.hpp"
#include "platform/simulation.hpp"
#include "tests/tlm/soc_bench.hpp"

#include <random>
#include <string>
#include <vector>

namespace berth::test {
namespace {

/// Tiles of three IMAs of two arrays of sixteen columns, of which one IMA and two columns are spare.
std::vector<std::string> small_tiles(std::vector<std::string> more) {
    std::vector<std::string> settings{"hierarchy.tiles=256",    "hierarchy.imas_per_tile=3", "hierarchy.arrays_per_ima=2",
                                      "hierarchy.spare_imas=1", "hierarchy.spare_columns=2", "crossbar.cols=16"};
    settings.insert(settings.end(), more.begin(), more.end());
    return settings;
}

/// Two dead IMAs on a tile that has one spare, and three dead columns in an array that has two.
constexpr const char *kTwoImas = "dead_parts.imas=[[1,0],[1,2]]", *kThreeColumns = "dead_parts.columns=[[0,0,1,0],[0,0,1,5],[0,0,1,9]]";

void serve_and_compare(SocBench& soc) {
    for (std::uint64_t tag = 1; tag < 9; ++tag) {
        soc.post(tag % 2, tag);
        EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_DONE);
        EXPECT_TRUE(soc.answered(tag % 2, tag)) << tag;
    }
}

void load_slowly(SocBench& soc, std::uint32_t outcome) {
    soc.processor.check(berth_load_image(&soc.device, 0, soc.image_bytes.size(), 1000));
    berth_status waited = BERTH_TIMED_OUT;
    for (int tries = 0; tries < 100 && waited == BERTH_TIMED_OUT; ++tries) waited = berth_wait(&soc.device);
    ASSERT_EQ(waited, BERTH_OK);
    berth_completion said{};
    soc.processor.check(berth_take(&soc.device, &said));
    EXPECT_EQ(said.outcome, outcome);
}

TEST(DeadParts, ADeadImaIsReplacedByItsTilesSpare) {
    SocBench(
        "soc", tlm::View::lt,
        [](SocBench& soc) {
            soc.open();
            load_slowly(soc, BERTH_OUTCOME_DONE);
            const platform::Repair& repair = soc.accelerator.controller().repair();
            EXPECT_TRUE(repair.whole());
            EXPECT_EQ(repair.imas.dead, 2);
            EXPECT_EQ(repair.imas.replaced, 2);
            serve_and_compare(soc);
        },
        small_tiles({"dead_parts.imas=[[0,0],[2,1]]"}))
        .run();
}

TEST(DeadParts, ADeadColumnIsReplacedByItsArraysSpare) {
    SocBench(
        "soc", tlm::View::lt,
        [](SocBench& soc) {
            soc.open();
            load_slowly(soc, BERTH_OUTCOME_DONE);
            const platform::Repair& repair = soc.accelerator.controller().repair();
            EXPECT_TRUE(repair.whole());
            EXPECT_EQ(repair.columns.replaced, 3);
            serve_and_compare(soc);
        },
        small_tiles({"dead_parts.columns=[[0,0,1,0],[0,0,1,5],[1,1,0,9]]"}))
        .run();
}

class WithinSpares : public ::testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Seeds, WithinSpares, ::testing::Range(0, 6));

TEST_P(WithinSpares, AnswersAreThoseOfAChipThatIsWhole) {
    std::mt19937 random(static_cast<unsigned>(GetParam()));
    boost::json::array imas, columns;
    for (int tile = 0; tile < 256; ++tile) {
        if (random() % 2 == 0) imas.push_back(boost::json::array{tile, static_cast<int>(random() % 3)});
        for (int array = 0; array < 6; ++array)
            for (int i = static_cast<int>(random() % 3); i > 0; --i)
                columns.push_back(boost::json::array{tile, array / 2, array % 2, static_cast<int>(random() % 16)});
    }
    const char* mappers[] = {"separate", "packed", "banked"};
    SocBench(
        "soc", tlm::View::lt,
        [](SocBench& soc) {
            soc.open();
            load_slowly(soc, BERTH_OUTCOME_DONE);
            EXPECT_GT(soc.accelerator.controller().repair().imas.replaced, 0);
            EXPECT_GT(soc.accelerator.controller().repair().columns.replaced, 0);
            serve_and_compare(soc);
        },
        small_tiles({"dead_parts.imas=" + boost::json::serialize(imas), "dead_parts.columns=" + boost::json::serialize(columns),
                     std::string("hierarchy.mapper=") + mappers[GetParam() % 3]}))
        .run();
}

TEST(DeadParts, MoreThanTheSparesAreRefusedAndTheImageBeforeStays) {
    SocBench(
        "soc", tlm::View::lt,
        [](SocBench& soc) {
            soc.open();
            load_slowly(soc, BERTH_OUTCOME_NO_SPARE);
            berth_fault fault{};
            soc.processor.check(berth_read_fault(&soc.device, &fault));
            EXPECT_EQ(fault.outcome, BERTH_OUTCOME_NO_SPARE);
            EXPECT_FALSE(fault.halted);
            EXPECT_EQ(soc.status() & BERTH_STATUS_LOADED, 0u);
            soc.post(0, 3);
            EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_NO_IMAGE);
            EXPECT_EQ(soc.accelerator.controller().programming().arrays, 0) << "nothing was written";
            EXPECT_GT(soc.accelerator.controller().programming().energy_j, 0.0) << "but read";
        },
        small_tiles({kTwoImas}))
        .run();
}

TEST(DeadParts, RaiseTheErrorInterruptWhereAnImageIsRefused) {
    SocBench(
        "soc", tlm::View::lt,
        [](SocBench& soc) {
            soc.open();
            soc.processor.check(berth_load_image(&soc.device, 0, soc.image_bytes.size(), 1));
            while (!soc.irq.read()) soc.processor.sleep(sc_core::sc_time(1, sc_core::SC_US));
            EXPECT_NE(soc.processor.read_register(BERTH_REG_INTERRUPT_STATUS) & BERTH_INTERRUPT_STATUS_ERROR, 0u);
            EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_NO_SPARE);
        },
        small_tiles({kThreeColumns}))
        .run();
}

/// A chip whose last tile alone has more dead than spares: what does not reach so far is no matter.
TEST(DeadParts, HurtNobodyWhereNoImageReaches) {
    SocBench(
        "soc", tlm::View::lt,
        [](SocBench& soc) {
            soc.open();
            load_slowly(soc, BERTH_OUTCOME_DONE);
            EXPECT_EQ(soc.accelerator.controller().repair().imas.dead, 0);
            serve_and_compare(soc);
        },
        small_tiles({"dead_parts.imas=[[255,0],[255,1],[255,2]]"}))
        .run();
}

TEST(DeadParts, LeaveTheImageBeforeWhereTheNextOneReachesThem) {
    // The first image is the second without its second task, and so takes fewer tiles; the parts die on the last of the larger.
    compressor::WeightImage larger = small_image(), smaller = small_image();
    smaller.tasks.resize(1);
    const auto config = platform::load_platform("reram-multitask", small_tiles({}));
    const auto tiles = [&](const compressor::WeightImage& image) {
        return mapping::place(compressor::planes_of(image), config.array_shape(), config.hierarchy).tiles;
    };
    ASSERT_LT(tiles(smaller), tiles(larger));
    const std::string last = std::to_string(tiles(larger) - 2);
    SocBench(
        "soc", tlm::View::lt,
        [&larger](SocBench& soc) {
            soc.open();
            load_slowly(soc, BERTH_OUTCOME_DONE);
            const std::vector<std::byte> bytes = compressor::serialise(larger);
            soc.memory.load(0, bytes);
            soc.processor.check(berth_load_image(&soc.device, 0, bytes.size(), 7));
            EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_NO_SPARE);
            EXPECT_NE(soc.status() & BERTH_STATUS_LOADED, 0u);
            soc.post(0, 5);
            EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_DONE);
            EXPECT_TRUE(soc.answered(0, 5));
            soc.post(1, 6);
            EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_BAD_REQUEST) << "the smaller image has no such task";
        },
        small_tiles({"dead_parts.imas=[[" + last + ",0],[" + last + ",1]]"}), smaller)
        .run();
}

/// What the platform should say where nothing stands in for what is lost: the arrays' own product with those columns at 0.
std::vector<float> degraded_logits(const SocBench& soc, std::uint32_t task, std::uint64_t tag) {
    const auto plan = platform::make_plan(soc.image, soc.config, *platform::make_topology(soc.config));
    const platform::Repair repair = platform::repair_of(plan.planes(), plan.placement.tiles, soc.config);
    const auto changed = platform::without_lost_columns(soc.image, repair, soc.config);
    const inference::Network& network = changed->tasks[task].network;
    const inference::CrossbarEngine engine(network, platform::crossbar_design(soc.config), platform::plane_owners(*changed, task), 1);
    const inference::Executor executor(network, engine, inference::Arithmetic::integer);
    const auto asked = SocBench::sentence(tag);
    return executor.logits(std::span(&asked, 1));
}

TEST(DeadParts, WithoutASpareFlagEveryResultThatUsedThem) {
    SocBench(
        "soc", tlm::View::lt,
        [](SocBench& soc) {
            soc.open();
            load_slowly(soc, BERTH_OUTCOME_DONE);
            const platform::Repair& repair = soc.accelerator.controller().repair();
            EXPECT_FALSE(repair.whole());
            EXPECT_EQ(repair.columns.lost, 1);
            std::uint64_t degraded = 0;
            for (std::uint64_t tag = 1; tag < 9; ++tag) {
                const auto task = static_cast<std::uint32_t>(tag % 2);
                soc.post(task, tag);
                const berth_completion said = soc.finish();
                EXPECT_EQ(said.outcome, BERTH_OUTCOME_DEGRADED) << "the base is everybody's";
                degraded += said.outcome == BERTH_OUTCOME_DEGRADED;
                std::vector<float> got(2);
                soc.processor.read_memory(SocBench::kResults + tag % 128 * SocBench::kSlot, got.data(), 8);
                EXPECT_EQ(got, degraded_logits(soc, task, tag));
            }
            EXPECT_EQ(soc.accelerator.controller().degraded(), degraded);
            berth_counters counters{};
            soc.processor.check(berth_read_counters(&soc.device, &counters));
            EXPECT_EQ(counters.requests, degraded) << "the results were written";
            EXPECT_EQ(counters.failed, 0u);
            EXPECT_EQ(soc.processor.read_register(BERTH_REG_ERROR_CODE), BERTH_OUTCOME_DEGRADED);
        },
        small_tiles({kThreeColumns, "dead_parts.policy=run"}))
        .run();
}

TEST(DeadParts, ReadZeroWhereverTheyAre) {
    SocBench(
        "soc", tlm::View::lt,
        [](SocBench& soc) {
            soc.open();
            load_slowly(soc, BERTH_OUTCOME_DONE);
            EXPECT_GT(soc.accelerator.controller().repair().columns.lost, 100);
            EXPECT_GT(soc.accelerator.controller().repair().imas.lost, 5);
            int changed = 0;
            for (std::uint64_t tag = 1; tag < 9; ++tag) {
                const auto task = static_cast<std::uint32_t>(tag % 2);
                soc.post(task, tag);
                EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_DEGRADED);
                std::vector<float> got(2);
                soc.processor.read_memory(SocBench::kResults + tag % 128 * SocBench::kSlot, got.data(), 8);
                EXPECT_EQ(got, degraded_logits(soc, task, tag));
                changed += !soc.answered(task, tag);
            }
            EXPECT_GT(changed, 4) << "so much of it must show";
        },
        small_tiles({"dead_parts.column_probability=0.25", "dead_parts.ima_probability=0.3", "dead_parts.policy=run"}))
        .run();
}

TEST(DeadParts, WithoutASpareFlagNoResultOfAnotherTask) {
    // With the mapper separate the last planes placed are the second task's own: kill the last tile that they reach.
    const std::string separate = "hierarchy.mapper=separate";
    const auto config = platform::load_platform("reram-multitask", small_tiles({separate}));
    const auto image = small_image();
    const auto placed = mapping::place(compressor::planes_of(image), config.array_shape(), config.hierarchy);
    const mapping::PlacedPlane* last = nullptr;
    for (const auto& plane : placed.planes)
        if (plane.plane.owner == image.tasks[1].name && !plane.tiles.empty() &&
            (last == nullptr || plane.tiles.back() >= last->tiles.back()))
            last = &plane;
    ASSERT_NE(last, nullptr);
    const std::int64_t tile = last->tiles.back();
    for (const auto& plane : placed.planes) {
        const bool there = std::find(plane.tiles.begin(), plane.tiles.end(), tile) != plane.tiles.end();
        ASSERT_TRUE(!there || plane.plane.owner == image.tasks[1].name) << "the test wants a tile of the second task's alone";
    }
    const std::string at = std::to_string(tile);
    SocBench(
        "soc", tlm::View::lt,
        [](SocBench& soc) {
            soc.open();
            load_slowly(soc, BERTH_OUTCOME_DONE);
            for (std::uint64_t tag = 1; tag < 7; ++tag) {
                const auto task = static_cast<std::uint32_t>(tag % 2);
                soc.post(task, tag);
                EXPECT_EQ(soc.finish().outcome, task == 1 ? BERTH_OUTCOME_DEGRADED : BERTH_OUTCOME_DONE);
                if (task == 0) {
                    EXPECT_TRUE(soc.answered(0, tag));
                }
            }
            berth_request request = soc.stage(2, 9);
            const std::vector<std::uint32_t> tasks{0, 1};
            soc.processor.write_memory(request.tokens + request.length * 8, tasks.data(), tasks.size() * 4);
            soc.processor.check(berth_run_tasks(&soc.device, &request));
            EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_DEGRADED) << "one of the two";
        },
        small_tiles({separate, "dead_parts.imas=[[" + at + ",0],[" + at + ",1],[" + at + ",2]]", "dead_parts.policy=run"}))
        .run();
}

/// Loading time of a chip that may have to repair itself, over that of one without spares of the same room for weights.
TEST(DeadParts, CostTheTestsReadingAndNothingMore) {
    SocBench(
        "soc", tlm::View::lt,
        [](SocBench& soc) {
            soc.open();
            load_slowly(soc, BERTH_OUTCOME_DONE);
            const platform::Programming& programming = soc.accelerator.controller().programming();
            const auto placed = mapping::place(compressor::planes_of(soc.image), soc.config.array_shape(), soc.config.hierarchy);
            const auto written = platform::programming_of(soc.image, placed, soc.config, 1);
            const auto read = platform::reading_back(written, soc.config);
            EXPECT_GT(read.time_s, 0.0);
            EXPECT_DOUBLE_EQ(programming.time_s, written.time_s + read.time_s);
            EXPECT_NEAR(programming.energy_j, written.energy_j + read.energy_j, 1e-9 * programming.energy_j);
            EXPECT_EQ(programming.arrays, written.arrays);
        },
        small_tiles({"dead_parts.imas=[[0,0]]"}))
        .run();
}

platform::SimulationOutcome simulated(const platform::PlatformConfig& config) {
    const std::vector<std::byte> bytes = compressor::serialise(small_image());
    platform::SimulationInput input;
    input.config = &config;
    input.image = bytes;
    input.in_flight = 2;
    input.threads = 1;
    for (std::uint64_t i = 0; i < 6; ++i)
        input.requests.push_back({1, 2, {i, std::vector<std::int32_t>(9, static_cast<std::int32_t>(i)), std::vector<std::int32_t>(9, 0)}});
    return platform::simulate(input);
}

TEST(DeadPartsReport, SaysWhatIsDeadAndWhatIsLeft) {
    const auto config = platform::load_platform("reram-multitask", small_tiles({kThreeColumns, "dead_parts.policy=run"}));
    const auto outcome = simulated(config);
    EXPECT_EQ(outcome.degraded_results, 6u);
    const auto block = platform::repair_block(outcome.repair, config);
    EXPECT_EQ(block.at("columns").at("dead").to_number<int>(), 3);
    EXPECT_EQ(block.at("columns").at("replaced").to_number<int>(), 2);
    EXPECT_EQ(block.at("columns").at("lost").to_number<int>(), 1);
    EXPECT_GT(block.at("imas").at("spares_left").to_number<int>(), 0);
}

TEST(DeadPartsReport, IsNoneWhereNothingCanDieOrBeSpare) {
    const auto config = platform::load_platform("reram-multitask", {"hierarchy.tiles=16"});
    const auto outcome = simulated(config);
    EXPECT_EQ(outcome.degraded_results, 0u);
    EXPECT_TRUE(platform::repair_block(outcome.repair, config).is_null());
}

TEST(DeadPartsReport, IsAnErrorForTheUserWhereAnImageIsRefused) {
    const auto config = platform::load_platform("reram-multitask", small_tiles({kTwoImas}));
    try {
        (void)simulated(config);
        FAIL() << "it was loaded";
    } catch (const InputError& error) {
        EXPECT_STREQ(
            error.what(),
            "reram-multitask:dead_parts: leave 1 IMAs and 0 columns that the image needs without a spare, on tile 1 for one; expected "
            "more of hierarchy.spare_imas or hierarchy.spare_columns, or dead_parts.policy run");
    }
}

}  // namespace
}  // namespace berth::test
