// SPDX-License-Identifier: Apache-2.0
// PUMA (Ankit et al., ASPLOS 2019): its MVM, its array writes and its node from the constants of its public simulator.
#include "platform/accelerator/crossbar_timing.hpp"
#include "platform/area_report.hpp"
#include "platform/config.hpp"

#include <gtest/gtest.h>

namespace berth::platform {
namespace {

constexpr double kTolerance = 0.03;
constexpr int kReads = 16, kArrays = 8, kRows = 128, kCols = 128;  // of an MVM of 16 b: one-bit inputs, 2 b a cell

class PumaTable : public ::testing::Test {
protected:
    const PlatformConfig config = load_platform("puma");

    [[nodiscard]] double printed(const char* id, const char* dimension) const { return config.constants.value(id, dimension, "test"); }
    [[nodiscard]] double mvm_s() const {
        const CrossbarTiming timing = crossbar_timing(config);
        return (kReads + timing.drain_stages) * timing.stage_s;
    }
};

TEST_F(PumaTable, GivesTheTimeOfAnMvm) { EXPECT_NEAR(mvm_s(), printed("puma.mvm.time", "time"), 1e-12); }

TEST_F(PumaTable, GivesTheEnergyOfAnMvm) {
    const auto& parts = config.inventory;
    const double dynamic = kReads * kArrays * kRows * kCols * parts.energy("tile.ima.array", "cell_read") +
                           kReads * kArrays * kRows * parts.energy("tile.ima.dac", "drive") +
                           kReads * kArrays * kCols *
                               (parts.energy("tile.ima.sample_hold", "sample") + parts.energy("tile.ima.adc", "convert") +
                                parts.energy("tile.ima.shift_add", "add")) +
                           2 * kRows * parts.energy("tile.ima.input_register", "byte") +
                           kReads * 4 * kCols * parts.energy("tile.ima.output_register", "byte");
    double leakage = 0.0;  // of one of a core's two units
    for (const auto& part : {"tile.ima.array", "tile.ima.dac", "tile.ima.sample_hold", "tile.ima.adc", "tile.ima.shift_add",
                             "tile.ima.input_register", "tile.ima.output_register"})
        leakage += parts.static_power({.tiles = 1}, config.hierarchy).at(part) / config.hierarchy.imas_per_tile / 2 * mvm_s();
    const double published = printed("puma.mvm.energy", "energy");
    EXPECT_NEAR(dynamic + leakage, published, kTolerance * published);
}

TEST_F(PumaTable, GivesTheEnergyAndTimeOfWritingAnArray) {
    EXPECT_NEAR(config.inventory.energy("tile.ima.array", "write"), 21.1e-9, 1e-13);
    EXPECT_NEAR(config.timing.array_write_s, 10.97e-6, 1e-9);
}

TEST_F(PumaTable, GivesTheNode) {
    const double watts = power_block(config, nullptr).at("peak").as_double(), area = area_block(config, nullptr).at("total").as_double();
    EXPECT_NEAR(watts, printed("puma.node.power", "power"), kTolerance * 62.5);
    EXPECT_NEAR(area, printed("puma.node.area", "area"), kTolerance * 90.6);
    EXPECT_EQ(arrays_block(config, nullptr).at("available").to_number<int>(), 138 * 8 * 2 * 8);
}

}  // namespace
}  // namespace berth::platform
