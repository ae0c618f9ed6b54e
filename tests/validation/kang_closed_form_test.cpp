// SPDX-License-Identifier: Apache-2.0
// A(N)/A_copies(N) = 1/N + c_delta/c_full (Kang, Shin and Kim, ICCAD 2021), against placements of synthetic tasks.
#include "platform/area_report.hpp"

#include <gtest/gtest.h>

namespace berth::platform {
namespace {

struct Matrix {
    const char* name;
    int inputs, outputs;
};
constexpr Matrix kMatrices[] = {{"query", 384, 384}, {"intermediate", 384, 1536}, {"output", 1536, 384}};

/// N tasks on one base: task t keeps outputs * kept / 16 channels of every matrix, at `bits` bits.
struct Synthetic {
    std::vector<mapping::Plane> image, copies;
    double c_delta = 0.0;  ///< by hand: kept share times slices (a differential cell of one bit holds one bit of magnitude)
};

Synthetic synthetic(int tasks, int kept, int bits) {
    Synthetic result;
    for (const Matrix& matrix : kMatrices) result.image.push_back({matrix.name, "base", matrix.inputs, matrix.outputs, 7});
    for (int task = 0; task < tasks; ++task)
        for (const Matrix& matrix : kMatrices) {
            const std::string owner = "task" + std::to_string(task);
            result.image.push_back({matrix.name, owner, matrix.inputs, matrix.outputs * kept / 16, bits});
            result.copies.push_back({matrix.name, owner, matrix.inputs, matrix.outputs, 7});
        }
    result.c_delta = kept / 16.0 * bits;
    return result;
}

TEST(KangClosedForm, IsThePublishedCurve) {
    // c_full = 8 one-bit cells of a weight; cells kept for a delta element: acc 1.12, opt 0.86, agg 0.65.
    EXPECT_NEAR(closed_form_ratio(1, 1.12, 8), 1.140, 5e-4);
    EXPECT_NEAR(closed_form_ratio(2, 1.12, 8), 0.640, 5e-4);
    EXPECT_NEAR(closed_form_ratio(4, 1.12, 8), 0.390, 5e-4);
    EXPECT_NEAR(closed_form_ratio(8, 1.12, 8), 0.265, 5e-4);
    EXPECT_NEAR(closed_form_ratio(8, 0.86, 8), 0.232, 6e-4);
    EXPECT_NEAR(closed_form_ratio(8, 0.65, 8), 0.206, 5e-4);
}

class KangClosedFormOf : public ::testing::TestWithParam<int> {};

TEST_P(KangClosedFormOf, AgreesWithTheCellsOfAPlacement) {
    const PlatformConfig config = load_platform("reram-multitask", {"hierarchy.mapper=separate"});
    const int tasks = GetParam();
    for (const auto& [kept, bits] : {std::pair{16, 1}, {12, 1}, {4, 1}, {9, 2}, {16, 3}}) {
        const Synthetic planes = synthetic(tasks, kept, bits);
        const ImageOnChip on_chip = place_on_chip(config, planes.image, planes.copies, tasks, {});
        const auto cells = cells_block(&on_chip).as_object();
        const double by_hand = 1.0 / tasks + planes.c_delta / 7;
        EXPECT_NEAR(cells.at("c_delta").as_double(), planes.c_delta, 1e-12);
        EXPECT_DOUBLE_EQ(cells.at("c_full").as_double(), 7.0);
        EXPECT_NEAR(cells.at("closed_form").as_double(), by_hand, 1e-12);
        EXPECT_NEAR(cells.at("ratio").as_double(), by_hand, 0.005 * by_hand)
            << tasks << " tasks, " << kept << "/16 kept, " << bits << " bits";
    }
}

INSTANTIATE_TEST_SUITE_P(Tasks, KangClosedFormOf, ::testing::Values(1, 2, 4, 8));

TEST(KangClosedForm, CountsWiderCellsAsWholeCells) {
    // A ternary delta takes one cell whatever it could hold: 1/8 + 1/ceil(7 / cell_bits).
    for (const auto& [cell_bits, full] : {std::pair{1, 7}, {2, 4}, {4, 2}}) {
        const PlatformConfig config = load_platform("reram-multitask", {"crossbar.cell_bits=" + std::to_string(cell_bits)});
        const Synthetic planes = synthetic(8, 16, 1);
        const ImageOnChip on_chip = place_on_chip(config, planes.image, planes.copies, 8, {});
        EXPECT_NEAR(cells_block(&on_chip).at("ratio").as_double(), 1.0 / 8 + 1.0 / full, 1e-12);
    }
}

TEST(KangClosedForm, StandsBesideWhatArraysAndAreaAdd) {
    const PlatformConfig config = load_platform("reram-multitask");
    const Synthetic planes = synthetic(8, 5, 1);
    const ImageOnChip on_chip = place_on_chip(config, planes.image, planes.copies, 8, {10'000'000, 10'000'000});
    const auto ratios = ratios_block(config, &on_chip).as_object();
    EXPECT_GE(ratios.at("arrays").as_double(), ratios.at("cells").as_double());
    EXPECT_GT(ratios.at("area").as_double(), ratios.at("arrays").as_double());  // the embedding memory is on both sides
}

TEST(KangClosedForm, SaysNothingWithoutABase) {
    const PlatformConfig config = load_platform("reram-multitask");
    const Synthetic planes = synthetic(2, 16, 1);
    const ImageOnChip on_chip = place_on_chip(config, planes.copies, planes.copies, 2, {});
    EXPECT_TRUE(cells_block(&on_chip).at("closed_form").is_null());
    EXPECT_DOUBLE_EQ(cells_block(&on_chip).at("ratio").as_double(), 1.0);
    EXPECT_DOUBLE_EQ(area_block(config, &on_chip).at("ratio").as_double(), 1.0);
}

}  // namespace
}  // namespace berth::platform
