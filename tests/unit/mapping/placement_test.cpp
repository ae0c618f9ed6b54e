// SPDX-License-Identifier: Apache-2.0
#include "models/mapping/placement.hpp"

#include "models/core/error.hpp"
#include "models/mapping/mapper.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <limits>
#include <set>

namespace berth::mapping {
namespace {

HierarchyParams hierarchy(const std::string& mapper, int tiles = 1 << 20) { return {8, 12, tiles, mapper}; }

const ArrayShape kKang{128, 128, 1, "differential"};

TEST(Placement, TakesTheArraysThatArithmeticSays) {
    // 768 x 768 int8, 7 slices: 6 row blocks, 768 * 7 / 128 = 42 column blocks, two polarities.
    const Placement placement = place({{"m", "base", 768, 768, 7}}, kKang, hierarchy("separate"));
    EXPECT_EQ(placement.arrays, 6 * 42 * 2);
    EXPECT_EQ(placement.cells, 768LL * 768 * 7 * 2);
    EXPECT_EQ(placement.imas, 63);
    EXPECT_EQ(placement.tiles, 6);
    EXPECT_DOUBLE_EQ(placement.utilisation, 1.0);
    const PlacedPlane& plane = placement.planes.front();
    EXPECT_EQ(plane.row_blocks, 6);
    EXPECT_EQ(plane.slices, 7);
    EXPECT_EQ(plane.polarities, 2);
    EXPECT_EQ(plane.array_reads, 504);
    EXPECT_EQ(plane.columns, 768LL * 7 * 6 * 2);
    EXPECT_EQ(plane.tiles, (std::vector<std::int32_t>{0, 1, 2, 3, 4, 5}));
}

TEST(Placement, RoundsRowsAndColumnsUpToWholeArrays) {
    const Placement placement = place({{"m", "base", 129, 19, 7}}, kKang, hierarchy("separate"));
    EXPECT_EQ(placement.arrays, 2 * 2 * 2);  // 129 rows and 19 * 7 = 133 columns
    EXPECT_EQ(placement.cells, 129LL * 19 * 7 * 2);
    EXPECT_DOUBLE_EQ(placement.utilisation, 129.0 * 19 * 7 * 2 / (8 * 16384));
}

TEST(Placement, GivesEveryArrayOfAnOffsetEncodingItsUnitColumn) {
    // 8 slices of 1 bit; 16 output channels would fill 128 columns, of which the unit column takes one.
    const ArrayShape offset{128, 128, 1, "offset"};
    const Placement placement = place({{"m", "base", 128, 16, 7}}, offset, hierarchy("separate"));
    EXPECT_EQ(placement.arrays, 2);
    EXPECT_EQ(placement.planes.front().polarities, 1);
    EXPECT_EQ(placement.planes.front().columns, 16 * 8 + 2);
    EXPECT_EQ(place({{"m", "base", 128, 15, 7}}, offset, hierarchy("separate")).arrays, 1);
}

TEST(Placement, PacksPlanesOfOneMatrixSideBySide) {
    const std::vector<Plane> planes{{"m", "base", 128, 10, 7}, {"m", "a", 128, 30, 1}, {"m", "b", 128, 28, 1}, {"n", "a", 128, 1, 1}};
    // 70 + 30 + 28 columns fill one array a polarity; the other matrix has another input.
    const Placement packed = place(planes, kKang, hierarchy("packed"));
    EXPECT_EQ(packed.arrays, 2 + 2);
    EXPECT_EQ(place(planes, kKang, hierarchy("separate")).arrays, 4 * 2);
    for (const PlacedPlane& plane : packed.planes) EXPECT_EQ(plane.array_reads, 2);
    EXPECT_EQ(packed.cells, place(planes, kKang, hierarchy("separate")).cells);
}

TEST(Placement, CountsEveryArrayThatAPackedPlaneReaches) {
    const Placement placement = place({{"m", "base", 128, 17, 7}, {"m", "a", 128, 20, 1}}, kKang, hierarchy("packed"));
    EXPECT_EQ(placement.arrays, 4);                 // 119 + 20 = 139 columns
    EXPECT_EQ(placement.planes[1].array_reads, 4);  // columns 119 to 138 stand in both blocks
    EXPECT_EQ(placement.planes[1].columns, 20 * 2);
}

TEST(Placement, LeavesOutWhatHasNoChannels) {
    const Placement placement = place({{"m", "a", 128, 0, 1}}, kKang, hierarchy("packed"));
    EXPECT_EQ(placement.arrays, 0);
    EXPECT_EQ(placement.tiles, 0);
    EXPECT_EQ(placement.utilisation, 0.0);
    EXPECT_TRUE(placement.planes.front().tiles.empty());
}

TEST(Placement, SaysHowManyArraysAreNeededAndThere) {
    try {
        (void)place({{"m", "base", 768, 768, 7}}, kKang, hierarchy("separate", 5));
        FAIL() << "504 arrays do not fit in 480";
    } catch (const InputError& error) {
        EXPECT_STREQ(error.what(),
                     "hierarchy.tiles: the weights need 504 arrays of 128 x 128 and the chip has 480; expected at least 6 tiles, "
                     "hierarchy.chips of 2, or an "
                     "image with fewer cells");
    }
    EXPECT_NO_THROW((void)place({{"m", "base", 768, 768, 7}}, kKang, hierarchy("separate", 6)));
}

TEST(Placement, RefusesAPlaneWithoutInputs) {
    EXPECT_THROW((void)place({{"m", "base", 0, 4, 7}}, kKang, hierarchy("separate")), InputError);
    EXPECT_THROW((void)place({{"m", "base", 4, -1, 7}}, kKang, hierarchy("separate")), InputError);
}

/// BERT-large, eight full copies: 24 layers of four 1024 x 1024 and two 1024 x 4096 matrices.
std::vector<Plane> eight_bert_large() {
    std::vector<Plane> planes;
    for (int task = 0; task < 8; ++task)
        for (int layer = 0; layer < 24; ++layer)
            for (int matrix = 0; matrix < 6; ++matrix)
                planes.push_back({std::to_string(layer) + "." + std::to_string(matrix), std::to_string(task), matrix == 5 ? 4096 : 1024,
                                  matrix == 4 ? 4096 : 1024, 7});
    return planes;
}

TEST(Placement, CountsBertLargeEightTimesInSixtyFourBits) {
    const Placement placement = place(eight_bert_large(), kKang, hierarchy("separate"));
    EXPECT_EQ(placement.cells, 8LL * 24 * (4 * 1024LL * 1024 + 2 * 1024LL * 4096) * 14);
    EXPECT_GT(placement.cells, std::numeric_limits<std::int32_t>::max());
    EXPECT_EQ(placement.arrays * 16384, placement.cells);  // every dimension is a multiple of 128
}

std::vector<Plane> any_planes() {
    const auto count = *rc::gen::inRange(1, 12);
    std::vector<Plane> planes;
    for (int i = 0; i < count; ++i) {
        const int matrix = *rc::gen::inRange(0, 4);
        planes.push_back(
            {"m" + std::to_string(matrix), "t" + std::to_string(i), 40 + 97 * matrix, *rc::gen::inRange(0, 400), *rc::gen::inRange(1, 8)});
    }
    return planes;
}

ArrayShape any_shape() {
    return {*rc::gen::element(32, 64, 128, 100), *rc::gen::element(32, 64, 128, 100), *rc::gen::element(1, 2, 4),
            *rc::gen::element(std::string("differential"), std::string("offset"), std::string("twos_complement"))};
}

TEST(Placement, HoldsItsPromisesForAnyPlanes) {
    ASSERT_TRUE(rc::check("invariants of a placement", [] {
        const std::vector<Plane> planes = any_planes();
        const ArrayShape shape = any_shape();
        const Placement separate = place(planes, shape, hierarchy("separate"));
        const Placement packed = place(planes, shape, hierarchy("packed"));
        for (const Placement* placement : {&separate, &packed}) {
            std::int64_t cells = 0;
            std::set<std::int32_t> tiles;
            for (std::size_t i = 0; i < planes.size(); ++i) {
                const PlacedPlane& placed = placement->planes[i];
                RC_ASSERT(placed.cells == std::int64_t{planes[i].inputs} * planes[i].outputs * placed.slices * placed.polarities);
                RC_ASSERT(placed.array_reads * shape.rows * shape.cols >= placed.cells);
                RC_ASSERT(std::is_sorted(placed.tiles.begin(), placed.tiles.end()));
                cells += placed.cells;
                tiles.insert(placed.tiles.begin(), placed.tiles.end());
            }
            RC_ASSERT(cells == placement->cells);
            RC_ASSERT(placement->utilisation <= 1.0);
            RC_ASSERT(static_cast<std::int64_t>(tiles.size()) == placement->tiles);
            if (!tiles.empty()) RC_ASSERT(*tiles.rbegin() == placement->tiles - 1);
        }
        RC_ASSERT(packed.arrays <= separate.arrays);
        RC_ASSERT(packed.cells == separate.cells);
    }));
}

TEST(Placement, NeverShrinksWhenAPlaneIsAdded) {
    ASSERT_TRUE(rc::check("monotone in planes", [] {
        std::vector<Plane> planes = any_planes();
        const ArrayShape shape = any_shape();
        const std::string mapper = *rc::gen::elementOf(mapper_names());
        const std::int64_t all = place(planes, shape, hierarchy(mapper)).arrays;
        planes.pop_back();
        RC_ASSERT(place(planes, shape, hierarchy(mapper)).arrays <= all);
    }));
}

TEST(Mapper, IsListedWithItsMeaning) {
    ASSERT_EQ(describe_mappers().size(), mapper_names().size());
    for (const auto& entry : describe_mappers()) EXPECT_FALSE(entry.at("meaning").as_string().empty());
    EXPECT_THROW((void)make_mapper("nowhere"), std::invalid_argument);
}

}  // namespace
}  // namespace berth::mapping
