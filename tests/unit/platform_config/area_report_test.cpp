// SPDX-License-Identifier: Apache-2.0
#include "platform/area_report.hpp"

#include "platform/cell_presets.hpp"
#include "platform/static_energy.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace berth::platform {
namespace {

double parts(const boost::json::object& block) {
    double sum = 0.0;
    for (const auto& entry : block.at("components").as_object()) sum += entry.value().to_number<double>();
    return sum;
}

TEST(AreaReport, AddsUpToItsTotalForAnyImage) {
    const PlatformConfig config = load_platform("reram-multitask");
    ASSERT_TRUE(rc::check("parts add up", [&] {
        const int tasks = *rc::gen::inRange(1, 9);
        std::vector<mapping::Plane> image{{"m", "base", 384, 384, 7}}, copies;
        for (int task = 0; task < tasks; ++task) {
            image.push_back({"m", std::to_string(task), 384, *rc::gen::inRange(0, 385), 1});
            copies.push_back({"m", std::to_string(task), 384, 384, 7});
        }
        const ImageOnChip on_chip =
            place_on_chip(config, image, copies, tasks, {*rc::gen::inRange(0, 1 << 25), *rc::gen::inRange(0, 1 << 25)});
        const auto area = area_block(config, &on_chip);
        const double total = area.at("total").as_double();
        RC_ASSERT(std::abs(parts(area) - total) <= 1e-9 * total);
        RC_ASSERT(area.at("ratio").as_double() == total / area.at("baseline_copies").as_double());
        const auto power = power_block(config, &on_chip);
        double peak = 0.0;
        for (const auto& entry : power.at("components").as_object()) peak += entry.value().at("peak").as_double();
        RC_ASSERT(std::abs(peak - power.at("peak").as_double()) <= 1e-9 * peak);
    }));
}

TEST(AreaReport, CountsTheTilesOfTheImageAndItsEmbeddingBanks) {
    const PlatformConfig config = load_platform("reram-multitask");
    const std::vector<mapping::Plane> planes{{"m", "base", 768, 768, 7}};  // 504 arrays, 63 IMAs, 6 tiles
    const ImageOnChip on_chip = place_on_chip(config, planes, planes, 1, {65537, 65537});
    EXPECT_EQ(on_chip.embedding_banks, 2);
    const auto area = area_block(config, &on_chip);
    EXPECT_NEAR(area.at("components").at("chip.embedding_memory").as_double(), 2 * 0.083, 1e-12);
    EXPECT_NEAR(area.at("components").at("tile.buffer").as_double(), 6 * 0.083, 1e-12);
    const auto arrays = arrays_block(config, &on_chip);
    EXPECT_EQ(arrays.at("needed").as_int64(), 504);
    EXPECT_EQ(arrays.at("imas").as_int64(), 63);
    EXPECT_EQ(arrays.at("tiles").as_int64(), 6);
    EXPECT_DOUBLE_EQ(arrays.at("utilisation").as_double(), 1.0);
}

TEST(StaticEnergy, LeavesOutTheArraysPeripheryWhileItIsPoweredDown) {
    const PlatformConfig config = load_platform("reram-multitask");
    const std::vector<mapping::Plane> planes{{"m", "base", 768, 768, 7}};
    const ImageOnChip on_chip = place_on_chip(config, planes, planes, 1, {65537, 65537});
    double all = 0.0, periphery = 0.0;
    for (const auto& [path, watts] : config.inventory.static_power(on_chip.extent(), config.hierarchy))
        (path.starts_with("tile.ima.") ? periphery : all) += watts;
    all += periphery;
    ASSERT_GT(periphery, 0.0);
    Ledger on, mixed, down;
    EXPECT_DOUBLE_EQ(book_static(on, config, on_chip, {.on_s = 2.0}), all);
    book_static(mixed, config, on_chip, {.on_s = 0.5, .down_s = 1.5});
    book_static(down, config, on_chip, {.down_s = 2.0});
    EXPECT_NEAR(on.static_total(), 2.0 * all, 1e-12);
    EXPECT_NEAR(mixed.static_total(), 2.0 * all - 1.5 * periphery, 1e-12);
    EXPECT_NEAR(down.static_total(), 2.0 * (all - periphery), 1e-12);
}

TEST(AreaReport, CountsSharedEmbeddingsOnce) {
    const auto table = [](int rows) { return inference::Int8Matrix{.out = rows, .in = 12, .values = {}, .scales = {}}; };
    const auto shared = std::make_shared<const inference::Embeddings>(inference::Embeddings{table(100), table(10), table(2)});
    const auto own = std::make_shared<const inference::Embeddings>(inference::Embeddings{table(50), table(10), table(2)});
    compressor::WeightImage image;
    image.tasks.resize(3);
    image.tasks[0].network.embeddings = shared;
    image.tasks[1].network.embeddings = shared;
    image.tasks[2].network.embeddings = own;
    EXPECT_EQ(embedding_bytes(image).image, (112 + 62) * (12 + 4));
    EXPECT_EQ(embedding_bytes(image).copies, (112 + 62) * (12 + 4));
}

/// Three tasks with low-rank deltas on one matrix; the tasks before `sharing` have the up factor in common.
TEST(AreaReport, CountsFactorsInCommonOnce) {
    const PlatformConfig config = load_platform("reram-multitask", {});
    const auto matrix = [](int out, int in, int bits) { return inference::Int8Matrix{out, in, {}, {}, bits}; };
    const auto image_with = [&](std::size_t sharing) {
        compressor::WeightImage image;
        image.shape.layers = 1;
        image.base.push_back(std::make_shared<const inference::Int8Matrix>(matrix(768, 768, 7)));
        const auto common = std::make_shared<const inference::Int8Matrix>(matrix(768, 128, 3));
        image.tasks.resize(3);
        for (std::size_t task = 0; task < 3; ++task) {
            image.tasks[task].name = "task" + std::to_string(task);
            const auto own = [&](int out, int in) { return std::make_shared<const inference::Int8Matrix>(matrix(out, in, 3)); };
            auto factors = std::make_shared<const inference::LowRankDelta>(own(128, 768), task < sharing ? common : own(768, 128));
            image.tasks[task].network.linears.push_back({image.base[0], nullptr, {}, std::move(factors)});
        }
        return place_on_chip(config, image);
    };
    const ImageOnChip apart = image_with(0), two = image_with(2), all = image_with(3);
    const std::int64_t factor = std::int64_t{768} * 128 * 3 * 2;  // bits of magnitude, polarities
    EXPECT_EQ(two.image.cells, apart.image.cells - factor);
    EXPECT_EQ(all.image.cells, apart.image.cells - 2 * factor);
    EXPECT_EQ(all.copies.cells, apart.copies.cells);
    // The closed form's cells an element: of all tasks' factors together, over all tasks' elements.
    EXPECT_NEAR(cells_per_element(all).delta, (3.0 + 1.0) * 768 * 128 * 3 / (3.0 * 768 * 768), 1e-12);
    const std::int64_t arrays = std::int64_t{768} * 3 / 128 * 2;  // of an up factor: columns of 128, polarities
    EXPECT_EQ(two.image.sites, apart.image.sites - arrays);
    EXPECT_EQ(all.image.sites, apart.image.sites - 2 * arrays);
}

TEST(AreaReport, MeasuresTheBaselineOnAChipThatHoldsIt) {
    const PlatformConfig config = load_platform("reram-multitask", {"hierarchy.tiles=6"});
    const std::vector<mapping::Plane> image{{"m", "base", 768, 768, 7}};
    const std::vector<mapping::Plane> copies{{"m", "a", 768, 768, 7}, {"m", "b", 768, 768, 7}};
    EXPECT_EQ(place_on_chip(config, image, copies, 2, {}).copies.arrays, 2 * 504);
    EXPECT_THROW((void)place_on_chip(config, copies, copies, 2, {}), InputError);
}

TEST(AreaReport, RefusesBanksThatNoPartIsCountedFor) {
    const std::vector<mapping::Plane> planes{{"m", "a", 768, 768, 7}, {"m", "b", 768, 768, 7}};
    EXPECT_THROW((void)place_on_chip(load_platform("puma", {"hierarchy.mapper=banked"}), planes, planes, 2, {}), InputError);
    EXPECT_NO_THROW((void)place_on_chip(load_platform("puma"), planes, planes, 2, {}));
    EXPECT_NO_THROW((void)place_on_chip(load_platform("reram-multitask", {"hierarchy.mapper=banked"}), planes, planes, 2, {}));
}

TEST(AreaReport, TakesCopiesApartByWhatTheyShare) {
    const PlatformConfig config = load_platform("reram-multitask", {"hierarchy.mapper=banked"});
    const std::vector<mapping::Plane> planes{{"m", "a", 768, 768, 7}, {"m", "b", 768, 768, 7}};
    const ImageOnChip on_chip = place_on_chip(config, planes, planes, 2, {});
    EXPECT_EQ(on_chip.copies.sites, 2 * 504);
    EXPECT_EQ(on_chip.copies_sharing.sites, 504);
    EXPECT_EQ(on_chip.copies_sharing.banks(), 504);
    const auto area = area_block(config, &on_chip);
    EXPECT_EQ(area.at("total"), area.at("copies_sharing"));
    // A bank: 16384 cells and 256 switches.
    const double bank =
        area.at("components").at("tile.ima.bank").as_double() + area.at("components").at("tile.ima.bank_select").as_double();
    EXPECT_NEAR(bank, 504 * (16384 * 0.00152588e-6 + 256 * 0.12288e-6), 1e-9);
    double groups = 0.0;
    for (const auto& entry : area.at("groups").as_object()) groups += entry.value().to_number<double>();
    EXPECT_NEAR(groups, area.at("total").as_double(), 1e-12);
}

TEST(CellPresets, HaveBothResistancesAndASource) {
    const auto cells = describe_cells();
    ASSERT_GE(cells.size(), 6u);
    for (const auto& cell : cells) {
        EXPECT_GT(cell.at("r_off_ohm").as_double(), cell.at("r_on_ohm").as_double());
        EXPECT_FALSE(cell.at("source").as_string().empty());
    }
}

}  // namespace
}  // namespace berth::platform
