// SPDX-License-Identifier: Apache-2.0
#include "models/mapping/low_rank.hpp"

#include "models/core/error.hpp"
#include "tests/unit/core/scratch.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace berth::mapping {
namespace {

const ArrayShape kShape{128, 128, 1, "differential"};

HierarchyParams hierarchy(const std::string& low_rank) { return {8, 12, 1, "banked", low_rank}; }

/// A base and so many tasks with factors of one rank on two stages, the first of them with two matrices.
std::vector<Plane> family(int tasks, int rank) {
    std::vector<Plane> planes;
    const std::pair<const char*, const char*> matrices[] = {{"query", "query"}, {"key", "query"}, {"output", "output"}};
    for (const auto& [matrix, stage] : matrices) planes.push_back({matrix, "base", 128, 128, 7});
    for (int task = 0; task < tasks; ++task)
        for (const auto& [matrix, stage] : matrices) {
            const std::string owner = "t" + std::to_string(task), name = matrix;
            planes.push_back({name + ".down", owner, 128, rank, 2, PlaneRole::down_factor, stage});
            planes.push_back({name + ".up", owner, rank, 128, 2, PlaneRole::up_factor, stage});
        }
    return planes;
}

/// A parts list of one area a site, a bank and a byte, in um2.
Inventory inventory(int site, int bank, double bytes) {
    const test::Scratch folder;
    const auto file = folder.file("table.json", R"({"table": "t", "node_nm": 32, "source": "test", "rows": [
        {"id": "area", "value": 1, "unit": "um2", "per": "part", "mark": "C", "source": "test"},
        {"id": "energy", "value": 1, "unit": "pJ", "per": "byte", "mark": "C", "source": "test"}]})");
    ConstantTable constants;
    constants.load(file);
    boost::json::object parts{{"chip.shared", {{"scope", "chip"}, {"count", 1000}, {"area", "t.area"}}},
                              {"site", {{"scope", "array"}, {"count", site}, {"area", "t.area"}}},
                              {"bank", {{"scope", "bank"}, {"count", bank}, {"area", "t.area"}}}};
    if (bytes > 0)
        parts[kFactorMemory] = {{"scope", "factor_byte"}, {"count", bytes}, {"area", "t.area"}, {"energy", {{"read_byte", "t.energy"}}}};
    return {parts, constants, "inventory"};
}

std::size_t digital(const std::vector<Plane>& planes) {
    return static_cast<std::size_t>(std::count_if(planes.begin(), planes.end(), [](const Plane& plane) { return plane.digital; }));
}

TEST(LowRank, TakesBytesOfASignAndItsMagnitude) {
    EXPECT_EQ(factor_bytes(Plane{"m.up", "t", 16, 128, 2, PlaneRole::up_factor, "m"}), 16 * 128 * 3 / 8);
    EXPECT_EQ(factor_bytes(Plane{"m.up", "t", 3, 3, 2, PlaneRole::up_factor, "m"}), 4);
    EXPECT_EQ(factor_bytes(Plane{"m.up", "t", 3, 3, 7, PlaneRole::up_factor, "m"}), 9);
}

TEST(LowRank, KeepsNoneOrAllOfTheFactorsDigital) {
    const auto planes = family(3, 16);
    EXPECT_EQ(digital(allot_low_rank(planes, kShape, hierarchy("arrays"), inventory(1, 1, 0))), 0u);
    const auto all = allot_low_rank(planes, kShape, hierarchy("digital"), inventory(1, 1, 1000));
    EXPECT_EQ(digital(all), 3u * 6);
    for (const Plane& plane : all) EXPECT_EQ(plane.digital, plane.role != PlaneRole::matrix);
    const Placement placement = place(all, kShape, hierarchy("digital"));
    EXPECT_EQ(factor_bytes(placement), 3 * 6 * 16 * 128 * 3 / 8);
}

TEST(LowRank, WeighsSitesAndBanksAgainstMemory) {
    // Of rank 16 a factor takes 768 B. The first stage's first factors are 64 columns wide: two tasks side by side, one site and a
    // polarity. Its second factors are 2 arrays wide each and 16 rows high. Nine tasks: 5 arrays of two polarities for the first, and
    // 2 x 2 with a second bank for the second: 2 + 2 x 4 sites, and 2 x 4 + 2 x 4 banks.
    const auto planes = family(9, 16);
    const double arrays = 10 * 1000 + 16 * 50, bytes = 9 * 4 * 768;
    const auto cheaper = [&](double byte) { return allot_low_rank(planes, kShape, hierarchy("cheaper"), inventory(1000, 50, byte)); };
    const auto first_stage = [](const std::vector<Plane>& allotted) {
        return std::all_of(allotted.begin(), allotted.end(), [](const Plane& plane) { return plane.stage != "query" || plane.digital; });
    };
    EXPECT_TRUE(first_stage(cheaper(arrays / bytes * 0.999)));
    EXPECT_FALSE(first_stage(cheaper(arrays / bytes * 1.001)));
    // The second stage's first factors are half as wide: 9 tasks in 3 arrays. 2 + 4 sites, 2 x 2 + 4 banks, for half the bytes.
    const double second = 6 * 1000 + 8 * 50, second_bytes = 9 * 2 * 768;
    EXPECT_EQ(digital(cheaper(second / second_bytes * 0.999)), first_stage(cheaper(second / second_bytes * 0.999)) ? 54u : 18u);
    EXPECT_EQ(digital(cheaper(second / second_bytes * 1.001)), 0u);
}

TEST(LowRank, AsksForAMemoryInThePartsList) {
    EXPECT_NO_THROW((void)allot_low_rank(family(0, 16), kShape, hierarchy("digital"), inventory(1, 1, 0)));
    for (const char* rule : {"digital", "cheaper"}) {
        try {
            (void)allot_low_rank(family(1, 16), kShape, hierarchy(rule), inventory(1, 1, 0));
            FAIL() << rule;
        } catch (const InputError& error) {
            EXPECT_STREQ(error.what(), "inventory.tile.factor_memory: is missing; expected a component that can pay for \"read_byte\"");
        }
    }
}

}  // namespace
}  // namespace berth::mapping
