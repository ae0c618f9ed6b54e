// SPDX-License-Identifier: Apache-2.0
#include "platform/repair.hpp"

#include "models/crossbar/crossbar_matrix.hpp"
#include "platform/area_report.hpp"
#include "platform/crossbar_design.hpp"
#include "platform/lost_columns.hpp"
#include "tests/unit/compressor/small_image.hpp"
#include "tests/unit/crossbar/random_matrix.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>

namespace berth::platform {
namespace {

using mapping::PlacedPlane;
using mapping::Placement;

/// Tiles of three IMAs of two arrays of 16 rows and 16 columns, of which one IMA and two columns are spare.
PlatformConfig small_chip(std::vector<std::string> more = {}) {
    std::vector<std::string> settings{"hierarchy.tiles=256",    "hierarchy.imas_per_tile=3", "hierarchy.arrays_per_ima=2",
                                      "hierarchy.spare_imas=1", "hierarchy.spare_columns=2", "crossbar.rows=16",
                                      "crossbar.cols=16",       "hierarchy.mapper=separate"};
    settings.insert(settings.end(), more.begin(), more.end());
    return load_platform("reram-multitask", settings);
}

/// One int8 plane of 20 inputs, two row blocks, and 5 outputs, 35 columns in three column blocks: 12 sites, three tiles.
Placement one_plane(const PlatformConfig& config) {
    return mapping::place({{"m", "base", 20, 5, 7}}, config.array_shape(), config.hierarchy);
}

Repair repaired(const std::vector<std::string>& dead) {
    const PlatformConfig config = small_chip(dead);
    const Placement placed = one_plane(config);
    return repair_of(placed.planes, placed.tiles, config);
}

void expect(const Repair::Counts& counts, std::int64_t dead, std::int64_t replaced, std::int64_t lost, std::int64_t left) {
    EXPECT_EQ(counts.dead, dead);
    EXPECT_EQ(counts.replaced, replaced);
    EXPECT_EQ(counts.lost, lost);
    EXPECT_EQ(counts.spares_left, left);
}

TEST(Repair, LeavesAChipThatIsWholeAlone) {
    const Repair repair = repaired({});
    EXPECT_TRUE(repair.whole());
    expect(repair.imas, 0, 0, 0, 3);
    expect(repair.columns, 0, 0, 0, 24);
}

TEST(Repair, PutsASpareImaOfTheTileInTheDeadOnesPlace) {
    const Repair repair = repaired({"dead_parts.imas=[[0,1],[2,0]]"});
    EXPECT_TRUE(repair.whole());
    expect(repair.imas, 2, 2, 0, 1);
}

TEST(Repair, LosesAnImaWhereItsTileHasNoSpare) {
    const Repair repair = repaired({"dead_parts.imas=[[1,0],[1,2]]"});
    EXPECT_FALSE(repair.whole());
    EXPECT_EQ(repair.lost_on, 1);
    expect(repair.imas, 2, 0, 1, 2);
    // By the image's count it is the second, which holds the negative polarity of the second column block.
    ASSERT_EQ(repair.lost.size(), 1u);
    EXPECT_EQ(repair.lost[0].size(), 28u) << "fourteen columns of two arrays";
}

TEST(Repair, MindsNoDeadSpare) {
    const Repair repair = repaired({"dead_parts.imas=[[1,2]]", "dead_parts.columns=[[0,0,0,15]]"});
    EXPECT_TRUE(repair.whole());
    expect(repair.imas, 1, 0, 0, 2);
    expect(repair.columns, 1, 0, 0, 23);
}

TEST(Repair, PutsSpareColumnsOfTheArrayInTheDeadOnesPlaces) {
    const Repair repair = repaired({"dead_parts.columns=[[0,0,0,0],[0,0,0,9],[0,0,1,5]]"});
    EXPECT_TRUE(repair.whole());
    expect(repair.columns, 3, 3, 0, 21);
}

TEST(Repair, LosesTheLastColumnOfAnArrayThatHasNoSpareLeft) {
    const Repair repair = repaired({"dead_parts.columns=[[0,0,1,0],[0,0,1,3],[0,0,1,7]]"});
    EXPECT_FALSE(repair.whole());
    EXPECT_EQ(repair.lost_on, 0);
    expect(repair.columns, 3, 2, 1, 22);
    EXPECT_EQ(repair.lost[0], (std::vector<LostColumn>{{1, 0, 13}})) << "site 1 is the second row block of the positive polarity";
}

TEST(Repair, LosesNothingWhereTheWeightsLeaveAnArraysColumnsFree) {
    // The last column block has seven columns of fourteen.
    std::string dead = "dead_parts.columns=[";
    for (int column = 0; column < 9; ++column) dead += "[2,0,0," + std::to_string(column) + "],";
    dead.back() = ']';
    const Repair repair = repaired({dead});
    EXPECT_TRUE(repair.whole()) << "the seven that work are enough";
    EXPECT_EQ(repair.columns.lost, 0);
}

TEST(Repair, LooksAtTheColumnsOfTheSpareThatStandsIn) {
    const char* three = "dead_parts.columns=[[0,1,0,0],[0,1,0,1],[0,1,0,2]]";
    EXPECT_FALSE(repaired({three}).whole());
    EXPECT_TRUE(repaired({three, "dead_parts.imas=[[0,1]]"}).whole()) << "dead columns of a dead IMA hurt nobody";
    EXPECT_FALSE(repaired({three, "dead_parts.imas=[[0,0]]"}).whole()) << "the second stands where the first did";
    EXPECT_TRUE(repaired({"dead_parts.columns=[[0,2,0,0],[0,2,0,1],[0,2,0,2]]"}).whole()) << "of a spare that nobody needs";
}

TEST(Repair, GivesAUnitColumnTheFirstThatWorks) {
    const PlatformConfig config = small_chip({"crossbar.encoding=offset", "dead_parts.columns=[[0,0,0,0],[0,0,0,1],[0,0,0,2]]"});
    const Placement placed = mapping::place({{"m", "base", 20, 5, 7}}, config.array_shape(), config.hierarchy);
    const Repair repair = repair_of(placed.planes, placed.tiles, config);
    // Thirteen of fourteen columns hold weights: thirteen work, of which the unit column takes one.
    EXPECT_EQ(repair.lost[0], (std::vector<LostColumn>{{0, 0, 12}}));
}

/// A random set of dead parts that spares can stand in for, as settings.
std::vector<std::string> within_spares(int tiles) {
    std::set<std::vector<int>> imas, columns;
    for (int tile = 0; tile < tiles; ++tile) {
        if (*rc::gen::arbitrary<bool>()) imas.insert({tile, *rc::gen::inRange(0, 3)});
        for (int ima = 0; ima < 3; ++ima)
            for (int array = 0; array < 2; ++array)
                for (int i = *rc::gen::inRange(0, 3); i > 0; --i) columns.insert({tile, ima, array, *rc::gen::inRange(0, 16)});
    }
    const auto list = [](const char* name, const std::set<std::vector<int>>& places) {
        boost::json::array all;
        for (const auto& place : places) all.push_back(boost::json::value_from(place));
        return std::string("dead_parts.") + name + "=" + boost::json::serialize(all);
    };
    return {list("imas", imas), list("columns", columns)};
}

RC_GTEST_PROP(Repair, IsWholeWhateverDiesWithinTheSpares, ()) {
    const auto mapper = *rc::gen::element<std::string>("separate", "packed", "banked");
    auto settings = within_spares(8);
    settings.push_back("hierarchy.mapper=" + mapper);
    const PlatformConfig config = small_chip(settings);
    const auto image = test::small_image();
    const Placement placed = mapping::place(compressor::planes_of(image), config.array_shape(), config.hierarchy);
    const Repair repair = repair_of(placed.planes, placed.tiles, config);
    RC_ASSERT(repair.whole());
    for (const auto& lost : repair.lost) RC_ASSERT(lost.empty());
    RC_ASSERT(repair.imas.replaced + repair.imas.spares_left <= placed.tiles);
}

RC_GTEST_PROP(LostColumns, GiveWhatTheArraysGiveWithTheirCodesAtZero, ()) {
    const PlatformConfig config = small_chip({"crossbar.cell_bits=" + std::string(*rc::gen::arbitrary<bool>() ? "1" : "2"), "adc.bits=8"});
    const int in = *rc::gen::inRange(1, 40), out = *rc::gen::inRange(1, 6), tokens = 3;
    compressor::WeightImage image;
    auto matrix = std::make_shared<inference::Int8Matrix>();
    matrix->out = out, matrix->in = in;
    matrix->values =
        test::random_int8(static_cast<std::size_t>(out) * static_cast<std::size_t>(in), -127, 127, *rc::gen::inRange(0u, 1000u));
    image.base.push_back(matrix);
    compressor::TaskImage task;
    task.network.linears.push_back({.matrix = matrix, .delta = nullptr, .bias = {}});
    image.tasks.push_back(std::move(task));

    const crossbar::CrossbarDesign design = crossbar_design(config);
    const crossbar::CrossbarMatrix arrays(matrix->values, out, in, 7, design);
    const crossbar::ArrayLayout& layout = arrays.layout();
    Repair repair;
    repair.lost.resize(1);
    std::set<std::size_t> dead;  // of a block's codes
    for (int i = *rc::gen::inRange(0, 12); i > 0; --i) {
        const LostColumn column{*rc::gen::inRange(0, layout.row_blocks), *rc::gen::inRange(0, 2),
                                *rc::gen::inRange<std::int64_t>(0, std::int64_t{layout.slices} * out)};
        repair.lost[0].push_back(column);
        dead.insert((static_cast<std::size_t>(column.row_block) * 2 + static_cast<std::size_t>(column.polarity)) *
                        static_cast<std::size_t>(layout.slices * out) +
                    static_cast<std::size_t>(column.column));
    }
    const auto x = test::random_int8(static_cast<std::size_t>(tokens) * static_cast<std::size_t>(in), -127, 127, 5);
    std::vector<std::int64_t> sums(static_cast<std::size_t>(tokens * out));
    std::vector<std::int32_t> codes(arrays.code_count(tokens));
    (void)arrays.accumulate(x, tokens, sums, codes);

    // Shift and add by hand, without the codes of the dead columns.
    std::vector<std::int64_t> expected(sums.size());
    const auto encoding = crossbar::make_encoding("differential");
    std::size_t at = 0;
    for (int token = 0; token < tokens; ++token)
        for (const auto& read : arrays.input_slices())
            for (std::size_t column = 0, columns = static_cast<std::size_t>(layout.row_blocks) * layout.columns(); column < columns;
                 ++column) {
                const auto code = codes[at++];
                if (dead.contains(column)) continue;
                const auto slice = column / static_cast<std::size_t>(out) % static_cast<std::size_t>(layout.slices);
                const auto polarity = column / static_cast<std::size_t>(layout.slices * out) % 2;
                expected[static_cast<std::size_t>(token * out) + column % static_cast<std::size_t>(out)] +=
                    code * read.weight() *
                    encoding->column_weight(static_cast<int>(polarity), static_cast<int>(slice), 7, config.crossbar.cell_bits);
            }
    const auto changed = without_lost_columns(image, repair, config);
    RC_ASSERT(changed->base[0] == changed->tasks[0].network.linears[0].matrix);
    const crossbar::CrossbarMatrix left(changed->base[0]->values, out, in, 7, design);
    std::vector<std::int64_t> got(sums.size());
    (void)left.accumulate(x, tokens, got);
    RC_ASSERT(got == expected);
}

TEST(LostColumns, AreTheirOwnersAlone) {
    const PlatformConfig config = small_chip();
    const auto image = test::small_image();
    const auto planes = compressor::planes_of(image);
    Repair repair;
    repair.lost.resize(planes.size());
    const auto deltas = std::find_if(planes.begin(), planes.end(), [&](const auto& plane) { return plane.owner == image.tasks[1].name; });
    repair.lost[static_cast<std::size_t>(deltas - planes.begin())] = {{0, 0, 0}, {0, 1, 0}, {0, 0, 1}, {0, 1, 1}};
    const auto changed = without_lost_columns(image, repair, config);
    ASSERT_EQ(changed->tasks.size(), image.tasks.size());
    for (std::size_t index = 0; index < image.base.size(); ++index) EXPECT_EQ(*changed->base[index], *image.base[index]);
    EXPECT_EQ(changed->tasks[0].network.linears[0].delta->codes, image.tasks[0].network.linears[0].delta->codes);
    EXPECT_NE(changed->tasks[1].network.linears[0].delta->codes, image.tasks[1].network.linears[0].delta->codes);
}

TEST(SparesArea, IsThatOfTheImasAndColumnsThatStandBy) {
    const PlatformConfig without = load_platform("reram-multitask"),
                         with = load_platform("reram-multitask", {"hierarchy.spare_imas=3", "hierarchy.spare_columns=16"});
    const auto plain = area_block(without, nullptr), spared = area_block(with, nullptr);
    EXPECT_EQ(plain.at("repair").to_number<double>(), 0.0);
    EXPECT_DOUBLE_EQ(plain.at("total").to_number<double>(), spared.at("total").to_number<double>()) << "spares are part of what there is";
    double imas = 0.0;
    for (const auto& entry : spared.at("components").as_object())
        if (std::string_view(entry.key()).starts_with("tile.ima.")) imas += entry.value().to_number<double>();
    const double columns = spared.at("components").at("tile.ima.array").to_number<double>() +
                           spared.at("components").at("tile.ima.sample_hold").to_number<double>();
    EXPECT_NEAR(spared.at("repair").to_number<double>(), imas * 3 / 12 + columns * 9 / 12 * 16 / 128, 1e-9);
    const auto arrays = arrays_block(with, nullptr);
    EXPECT_EQ(arrays.at("available").as_int64(), 1024 * 9 * 8);
    EXPECT_EQ(arrays.at("spares").at("imas").at("provided").as_int64(), 1024 * 3);
    EXPECT_EQ(arrays.at("spares").at("columns").at("provided").as_int64(), 1024 * 9 * 8 * 16);
    EXPECT_TRUE(arrays_block(without, nullptr).at("spares").is_null());
}

TEST(SparesArea, CountsWhatAnImageUsesOfThem) {
    const PlatformConfig config = small_chip({"dead_parts.imas=[[0,1]]", "dead_parts.columns=[[0,0,0,0]]"});
    const auto on_chip = place_on_chip(config, test::small_image());
    const auto spares = arrays_block(config, &on_chip).at("spares").as_object();
    EXPECT_EQ(spares.at("imas").at("provided").as_int64(), on_chip.image.tiles);
    EXPECT_EQ(spares.at("imas").at("replaced").as_int64(), 1);
    EXPECT_EQ(spares.at("columns").at("provided").as_int64(), on_chip.image.sites * 2);
    EXPECT_EQ(spares.at("columns").at("replaced").as_int64(), 1);
}

}  // namespace
}  // namespace berth::platform
