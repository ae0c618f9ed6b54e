// SPDX-License-Identifier: Apache-2.0
#include "platform/cell_sections.hpp"

#include "models/core/json.hpp"
#include "platform/cell_presets.hpp"
#include "platform/crossbar_design.hpp"

#include "platform_file.hpp"

namespace berth::platform {
namespace {

std::string fault_of(std::vector<std::string> settings) { return fault("reram-multitask", settings); }

crossbar::CrossbarDesign design_of(const std::vector<std::string>& settings, std::uint64_t seed = 1) {
    PlatformConfig config = load_platform("reram-multitask", settings);
    config.seed = seed;
    return crossbar_design(config);
}

bool rests_on(const PlatformConfig& config, std::string_view row) {
    for (const auto& source : config.constants.sources())
        if (source.at("row").as_string() == row) return true;
    return false;
}

TEST(CellSections, OfThePresetsAreIdeal) {
    for (const auto& [name, description] : presets()) {
        const PlatformConfig config = load_platform(name);
        const auto design = crossbar_design(config);
        EXPECT_TRUE(design.cells->nominal()) << name;
        EXPECT_TRUE(design.cells->noise().none()) << name;
        EXPECT_EQ(design.cells->levels(), crossbar::ideal_cells(config.crossbar.cell_bits)->levels()) << name;
        for (const auto& source : config.constants.sources())
            EXPECT_FALSE(source.at("row").as_string().starts_with("cell_errors.")) << name;
    }
}

TEST(CellSections, FollowTheirRowsToOtherNumbers) {
    const PlatformConfig config = load_platform("reram-multitask", {"cells.kind=isaac"});
    ConstantTable constants = config.constants;
    constants.scale("cells.isaac.r_on", 2.0);
    EXPECT_DOUBLE_EQ(with_constants(config, constants).cells.highest(), config.cells.highest() / 2.0);
    EXPECT_DOUBLE_EQ(with_constants(config, constants).cells.lowest(), config.cells.lowest());
}

TEST(CellKinds, AreIdealGivenAndThePublishedOnes) {
    const auto kinds = describe_cell_kinds();
    ASSERT_GE(kinds.size(), 3u);
    EXPECT_EQ(kinds[0].at("name"), "ideal");
    EXPECT_EQ(kinds[1].at("name"), "given");
    for (const auto& kind : kinds)
        EXPECT_NO_THROW((void)load_platform(
            "reram-multitask", {"cells.kind=" + std::string(kind.at("name").as_string()), "cells.r_on=1e3", "cells.r_off=1e6"}));
}

TEST(CellSections, TakeEveryPublishedCellsResistances) {
    const PlatformConfig config = load_platform("reram-multitask");
    const auto names = cell_names(config.constants);
    ASSERT_GE(names.size(), 6u);
    for (const std::string& name : names) {
        const PlatformConfig real = load_platform("reram-multitask", {"cells.kind=" + name, "crossbar.cell_bits=2"});
        EXPECT_TRUE(rests_on(real, "cells." + name + ".r_on")) << name;
        EXPECT_TRUE(rests_on(real, "cells." + name + ".r_off")) << name;
        const auto cells = crossbar_design(real).cells;
        EXPECT_TRUE(cells->nominal());
        for (std::size_t k = 0; k < 4; ++k) EXPECT_EQ(cells->levels()[k], double(k)) << name;
    }
}

TEST(CellSections, LeaveWhatTheOffsetCorrectionLeaves) {
    // neurram: 4 and 1 uS; a unit is 3 uS with one bit.
    const auto none = design_of({"cells.kind=neurram", "cells.offset_correction=none"}).cells;
    EXPECT_NEAR(none->levels()[0], 1.0 / 3.0, 1e-9);
    EXPECT_NEAR(none->levels()[1], 4.0 / 3.0, 1e-9);
    EXPECT_EQ(none->digital_background(), 0.0);
    EXPECT_NEAR(design_of({"cells.kind=neurram", "cells.offset_correction=digital"}).cells->digital_background(), 1.0 / 3.0, 1e-9);
}

TEST(CellSections, TakeResistancesInOhmAndRowsOfOnesOwn) {
    const auto cells = design_of({"cells.kind=given", "cells.r_on=1000", "cells.r_off=cells.isaac.r_off", "crossbar.cell_bits=2",
                                  "cells.spacing=explicit", "cells.between=[10000, 2000]", "cells.offset_correction=none"})
                           .cells;
    const double unit = (1e-3 - 5e-5) / 3;
    EXPECT_NEAR(cells->levels()[0], 5e-5 / unit, 1e-9);
    EXPECT_NEAR(cells->levels()[1], 1e-4 / unit, 1e-9);
    EXPECT_NEAR(cells->levels()[2], 5e-4 / unit, 1e-9);
    EXPECT_NEAR(cells->levels()[3], 1e-3 / unit, 1e-9);
}

TEST(CellSections, SwitchEveryEffect) {
    for (const char* setting :
         {"programming.error=wan2022", "retention.model=wan2022", "faults.stuck_low_resistance=0.01", "faults.stuck_high_resistance=0.01",
          "endurance.model=lognormal", "wires.solver=exact", "wires.solver=fast"}) {
        const std::vector<std::string> settings{"cells.kind=neurram", "retention.time=86400", setting};
        EXPECT_FALSE(design_of(settings).cells->nominal()) << setting;
    }
    const auto disturbed = design_of({"cells.kind=neurram", "read_disturb.reads=1000", "read_disturb.fraction=0.001"}).cells;
    EXPECT_GT(disturbed->levels()[0], 0.5);
    const auto hot = design_of({"cells.kind=neurram", "temperature.kelvin=400", "temperature.low_resistance=-0.001"}).cells;
    EXPECT_LT(hot->levels()[1], 0.9);
    EXPECT_FALSE(design_of({"read_noise.model=constant", "read_noise.sigma=0.1"}).cells->noise().none());
    EXPECT_FALSE(design_of({"telegraph_noise.probability=0.1"}).cells->noise().none());
}

TEST(CellSections, NameTheRowsOfAnErrorModelAmongTheSources) {
    const PlatformConfig config = load_platform("reram-multitask", {"cells.kind=isaac", "programming.error=cmo_2", "read_noise.model=cmo"});
    EXPECT_TRUE(rests_on(config, "cell_errors.cmo.acceptance_2.c1"));
    EXPECT_TRUE(rests_on(config, "cell_errors.cmo.read.c"));
    EXPECT_FALSE(rests_on(config, "cell_errors.wan2022.g_max"));
}

TEST(CellSections, TakeWiresFromTheNodeUnlessTheyAreGiven) {
    const std::vector<std::string> settings{"cells.kind=neurram", "wires.solver=fast", "wires.node=22nm", "wires.bitline_segment=7.5"};
    const PlatformConfig config = load_platform("reram-multitask", settings);
    EXPECT_NEAR(config.cells.wires.wordline_segment, 1.56, 0.005);
    EXPECT_EQ(config.cells.wires.bitline_segment, 7.5);
    EXPECT_TRUE(rests_on(config, "wires.22nm.resistivity"));
}

/// The whole way: arrays as a platform describes them, programmed, behind their wires.
TEST(CellSections, SolveTheWiresOfEachArray) {
    const auto wired =
        design_of({"cells.kind=isaac", "wires.solver=exact", "cells.offset_correction=none", "crossbar.rows=16", "crossbar.cols=16"});
    const auto encoding = crossbar::make_encoding(wired.crossbar.encoding);
    const crossbar::ArrayLayout layout(3, 16, 7, wired.crossbar, *encoding);  // 21 columns: arrays of 16 and 5
    const std::vector<std::int8_t> weights(48, 127);
    const auto block = crossbar::program(layout, *encoding, weights, 0);
    const auto programmed = wired.cells->program(layout, block, 0, 0);
    const double low = 1.0 / 1333, high = 1.0 / 20000, unit = low - high;
    const auto config = load_platform("reram-multitask", {"cells.kind=isaac", "wires.solver=exact"});
    for (const int columns : {16, 5}) {
        const auto solved = crossbar::solve_wires(std::vector<double>(std::size_t(16 * columns), low), 16, columns, config.cells.wires);
        for (int row = 0; row < 16; ++row)
            for (int column = 0; column < columns; ++column) {
                const std::size_t place = std::size_t(row) * programmed.columns + std::size_t(column + (columns == 16 ? 0 : 16));
                EXPECT_NEAR(programmed.cells[place], solved[std::size_t(row * columns + column)] / unit, 1e-5);
            }
    }
    EXPECT_LT(programmed.cells[15], 0.99 * low / unit);
}

TEST(CellSections, AreNotKeyedByAnythingButTheSeed) {
    const std::vector<std::string> settings{"cells.kind=isaac", "programming.error=wan2022"};
    EXPECT_EQ(load_platform("reram-multitask", settings).sha256, load_platform("reram-multitask", settings).sha256);
    EXPECT_EQ(design_of(settings, 7).seed, 7u);
}

TEST(CellSectionFaults, NameThePath) {
    EXPECT_EQ(
        fault_of({"cells.kind=flash"}),
        R"(reram-multitask:cells.kind: is "flash"; expected ideal, given, hyflexpim, isaac, mnsim, neurosim, neurram or nvmexplorer)");
    EXPECT_EQ(fault_of({"cells.kind=isaac", "cells.r_off=1000"}),
              "reram-multitask:cells.r_off: is 1000 ohm; expected more than cells.r_on, 1333 ohm");
    EXPECT_EQ(fault_of({"cells.kind=isaac", "cells.r_on=cells.isaac.ron"}),
              R"(reram-multitask:cells.r_on: names "cells.isaac.ron", which no table holds; expected a row of the tables)");
    EXPECT_EQ(fault_of({"cells.r_on=-5"}), "reram-multitask:cells.r_on: is -5; expected a number from 0.001 to 1000000000000000 ohm");
    EXPECT_EQ(fault_of({"cells.kind=isaac", "crossbar.cell_bits=2", "cells.spacing=explicit"}),
              R"(reram-multitask:cells.between: has 0 resistances; expected 2, with the spacing "explicit" and 2 b a cell)");
    EXPECT_EQ(fault_of({"cells.kind=isaac", "crossbar.cell_bits=2", "cells.spacing=explicit", "cells.between=[5000,6000]"}),
              "reram-multitask:cells.between[1]: is 6000 ohm; expected less than 5000 ohm and more than cells.r_on, 1333 ohm");
    EXPECT_EQ(fault_of({"cells.between=[1,-2]"}),
              "reram-multitask:cells.between[1]: is -2; expected a number from 0.001 to 1000000000000000 ohm");
    EXPECT_EQ(fault_of({"cells.between=3"}), "reram-multitask:cells.between: is 3; expected a list of numbers");
    EXPECT_EQ(fault_of({"cells.spacing=resistance"}),
              R"(reram-multitask:cells.spacing: is "resistance"; expected conductance for ideal cells)");
    EXPECT_EQ(fault_of({"programming.error=constant", "programming.sigma=-0.1"}),
              "reram-multitask:programming.sigma: is -0.1; expected a number from 0 to 10 of a conductance");
    EXPECT_EQ(fault_of({"programming.error=gauss"}).find(R"(reram-multitask:programming.error: is "gauss"; expected none, constant, )"),
              0u);
    EXPECT_EQ(fault_of({"programming.error=cmo_2"}),
              R"(reram-multitask:programming.error: is "cmo_2", which is in siemens; expected another for cells without resistances, or )"
              "another cells.kind");
    EXPECT_EQ(fault_of({"programming.error=constant", "programming.most_pulses=5"}),
              "reram-multitask:programming.tolerance: is 0; expected more, where programming.most_pulses lets cells be verified");
    EXPECT_EQ(fault_of({"programming.most_pulses=0"}),
              "reram-multitask:programming.most_pulses: is 0; expected a number from 1 to 10000 pulse");
    EXPECT_EQ(fault_of({"retention.model=wan2022", "retention.time=1e6"}),
              R"(reram-multitask:retention.time: is 1000000 s; expected 1 to 172800 s, for which "wan2022" holds)");
    EXPECT_EQ(
        fault_of({"faults.stuck_low_resistance=0.7", "faults.stuck_high_resistance=0.6"}),
        "reram-multitask:faults.stuck_high_resistance: makes 1.3 of all cells stuck, with faults.stuck_low_resistance; expected rates "
        "that add up to at most 1");
    EXPECT_EQ(fault_of({"faults.stuck_low_resistance=0.2", "faults.cluster_density=0.1"}),
              "reram-multitask:faults.cluster_density: is 0.1; expected at least the part of all cells that is stuck, 0.2");
    EXPECT_EQ(fault_of({"faults.stuck_low_resistance=-1"}).find("reram-multitask:faults.stuck_low_resistance: is -1; expected"), 0u);
    EXPECT_EQ(fault_of({"wires.solver=fast"}), R"(reram-multitask:wires.solver: is "fast"; expected none for ideal cells, which have no )"
                                               "resistances, or another cells.kind");
    EXPECT_EQ(fault_of({"wires.solver=guess"}), R"(reram-multitask:wires.solver: is "guess"; expected none, exact or fast)");
    EXPECT_EQ(fault_of({"read_noise.model=pink"}),
              R"(reram-multitask:read_noise.model: is "pink"; expected none, constant, proportional or cmo)");
    EXPECT_EQ(fault_of({"telegraph_noise.probability=2"}).find("reram-multitask:telegraph_noise.probability: is 2; expected"), 0u);
    EXPECT_EQ(fault_of({"endurance.model=lognormal", "endurance.median=cells.isaac.r_on"}),
              R"(reram-multitask:endurance.median: names "cells.isaac.r_on", which is in ohm; expected a row that gives count)");
    EXPECT_EQ(fault_of({"cells.kind=isaac", "wires.solver=fast", "wires.node=3nm"}),
              R"(reram-multitask:wires.node: names "wires.3nm.resistivity", which no table holds; expected a row of the tables)");
    EXPECT_EQ(fault_of({"wires.driver=-1"}).find("reram-multitask:wires.driver: is -1; expected"), 0u);
    EXPECT_EQ(fault_of({"cells=1"}), "reram-multitask:cells: is not an object; expected an object of parameters");
}

}  // namespace
}  // namespace berth::platform
