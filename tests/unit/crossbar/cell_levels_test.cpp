// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/cell_levels.hpp"

#include "tests/unit/crossbar/cell_statistics.hpp"

namespace berth::crossbar {
namespace {

TEST(CellLevels, LieInEqualStepsOfConductance) {
    const auto levels = level_conductances(2, 1000.0, 4000.0, "conductance", {});
    ASSERT_EQ(levels.size(), 4u);
    for (std::size_t k = 0; k < 4; ++k) EXPECT_NEAR(levels[k], 250e-6 * double(k + 1), 1e-15);
}

TEST(CellLevels, LieInEqualStepsOfResistance) {
    const auto levels = level_conductances(2, 1000.0, 4000.0, "resistance", {});
    ASSERT_EQ(levels.size(), 4u);
    for (std::size_t k = 0; k < 4; ++k) EXPECT_NEAR(1.0 / levels[k], 4000.0 - 1000.0 * double(k), 1e-9);
}

TEST(CellLevels, LieWhereTheyAreGiven) {
    const auto levels = level_conductances(2, 1000.0, 4000.0, "explicit", std::vector<double>{3500.0, 1200.0});
    ASSERT_EQ(levels.size(), 4u);
    EXPECT_NEAR(levels[1], 1.0 / 3500.0, 1e-15);
    EXPECT_NEAR(levels[2], 1.0 / 1200.0, 1e-15);
    EXPECT_THROW((void)level_conductances(2, 1000.0, 4000.0, "explicit", std::vector<double>{3500.0}), std::invalid_argument);
    EXPECT_THROW((void)level_conductances(2, 1000.0, 4000.0, "explicit", std::vector<double>{3500.0, 3600.0}), std::invalid_argument);
    EXPECT_THROW((void)level_conductances(1, 4000.0, 1000.0, "conductance", {}), std::invalid_argument);
}

TEST(CellLevels, AreCountedInUnitCurrentsByTheCorrection) {
    // On/off ratio r: an uncorrected cell that holds 0 conducts (2^b - 1) / (r - 1) units.
    const double ratio = 5.0;
    for (const int bits : {1, 2, 4}) {
        const int largest = (1 << bits) - 1;
        const double left = largest / (ratio - 1.0);
        const auto levels = level_conductances(bits, 1000.0, 1000.0 * ratio, "conductance", {});
        const CellScale none = cell_scale(levels, "none"), column = cell_scale(levels, "reference_column"),
                        digital = cell_scale(levels, "digital");
        for (int k = 0; k <= largest; ++k) {
            EXPECT_NEAR(none.units(levels[std::size_t(k)]), left + k, 1e-9);
            EXPECT_NEAR(column.units(levels[std::size_t(k)]), k, 1e-9);
            EXPECT_NEAR(digital.units(levels[std::size_t(k)]) - digital.background, k, 1e-9);
        }
        EXPECT_EQ(none.background, 0.0);
        EXPECT_EQ(column.background, 0.0);
        EXPECT_NEAR(digital.background, left, 1e-9);
    }
}

TEST(CellLevels, OfADesignWithoutEffectsAreNominal) {
    CellDesign design = test::microsiemens_cells();
    design.scale = cell_scale(design.levels, "reference_column");
    const auto cells = make_cells(design);
    EXPECT_TRUE(cells->nominal());
    EXPECT_TRUE(cells->noise().none());
    EXPECT_NEAR(cells->noise().removed, 15.0 / 39.0, 1e-12);
    // Exactly: such cells are read as ideal ones are.
    for (std::size_t k = 0; k < 16; ++k) EXPECT_EQ(cells->levels()[k], double(k));
    const test::UniformCells uniform(11);
    const auto programmed = uniform.programmed(*cells);
    const auto nominal = nominal_conductances(uniform.layout, uniform.block, cells->levels());
    ASSERT_EQ(programmed.cells.size(), nominal.cells.size());
    for (std::size_t i = 0; i < nominal.cells.size(); ++i) ASSERT_NEAR(programmed.cells[i], nominal.cells[i], 1e-5);
}

TEST(CellLevels, OfIdealCellsAreTheNumbersThemselves) {
    for (const int bits : {1, 2, 4}) {
        const auto cells = make_cells(ideal_design(bits));
        EXPECT_TRUE(cells->nominal());
        EXPECT_EQ(cells->levels(), ideal_cells(bits)->levels());
        EXPECT_EQ(cells->digital_background(), 0.0);
        EXPECT_TRUE(cells->noise().none());
    }
}

/// Cells of every encoding stand where ConductanceBlock says, arrays ragged or not.
TEST(CellLevels, ArePlacedLikeNominalConductances) {
    for (const std::string& name : encoding_names())
        for (const int cols : {16, 19, 200})
            for (const int bits : {1, 2, 4}) {
                const auto encoding = make_encoding(name);
                const CrossbarParams params{.rows = 21, .cols = cols, .cell_bits = bits, .encoding = name, .path = "auto"};
                const ArrayLayout layout(71, 50, 7, params, *encoding);
                const auto weights = test::random_int8(std::size_t(71) * 50, -127, 127, 5);
                const auto cells = make_cells(ideal_design(bits));
                for (int b = 0; b < layout.row_blocks; ++b) {
                    const ProgrammedBlock block = program(layout, *encoding, weights, b);
                    const ConductanceBlock programmed = cells->program(layout, block, b, 0);
                    const ConductanceBlock nominal = nominal_conductances(layout, block, cells->levels());
                    ASSERT_EQ(programmed.columns, nominal.columns);
                    ASSERT_EQ(programmed.cells, nominal.cells) << name << " " << cols << " " << bits;
                    ASSERT_EQ(programmed.arrays.size(), std::size_t(layout.polarities * layout.column_groups));
                }
            }
}

}  // namespace
}  // namespace berth::crossbar
