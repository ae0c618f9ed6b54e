// SPDX-License-Identifier: Apache-2.0
// ISAAC-CE, Table I (Shafiee et al., ISCA 2016), reproduced from the table's rows through the preset.
#include "platform/area_report.hpp"
#include "platform/config.hpp"

#include <gtest/gtest.h>

namespace berth::platform {
namespace {

constexpr double kTolerance = 0.005;

double sum(const std::map<std::string, double>& parts, std::string_view prefix) {
    double total = 0.0;
    for (const auto& [path, part] : parts)
        if (path.starts_with(prefix)) total += part;
    return total;
}

double row(const PlatformConfig& config, const char* id, const char* dimension) { return config.constants.value(id, dimension, "test"); }

class IsaacTable : public ::testing::Test {
protected:
    const PlatformConfig config = load_platform("isaac-ce");
    const std::map<std::string, double> tile_area = config.inventory.area({.tiles = 1}, config.hierarchy);
    const std::map<std::string, double> tile_power = config.inventory.peak_power({.tiles = 1}, config.hierarchy);
};

TEST_F(IsaacTable, GivesTheTile) {
    const double power = row(config, "isaac.tile.power", "power"), area = row(config, "isaac.tile.area", "area");
    EXPECT_DOUBLE_EQ(power, 0.330);
    EXPECT_DOUBLE_EQ(area, 0.372);
    EXPECT_NEAR(sum(tile_power, "tile."), power, kTolerance * power);
    EXPECT_NEAR(sum(tile_area, "tile."), area, kTolerance * area);
}

TEST_F(IsaacTable, GivesTheTwelveImasOfATile) {
    EXPECT_NEAR(sum(tile_power, "tile.ima."), 0.289, kTolerance * 0.289);
    EXPECT_NEAR(sum(tile_area, "tile.ima."), 0.157, kTolerance * 0.157);
    EXPECT_NEAR(sum(tile_power, "tile.") - sum(tile_power, "tile.ima."), 0.0409, kTolerance * 0.0409);
    EXPECT_NEAR(sum(tile_area, "tile.") - sum(tile_area, "tile.ima."), 0.215, kTolerance * 0.215);
}

TEST_F(IsaacTable, GivesTheChip) {
    const auto area = area_block(config, nullptr);
    const auto power = power_block(config, nullptr);
    EXPECT_NEAR(power.at("peak").as_double(), 65.8, kTolerance * 65.8);
    EXPECT_NEAR(area.at("total").as_double(), 85.4, kTolerance * 85.4);
    EXPECT_TRUE(area.at("baseline_copies").is_null());
    EXPECT_TRUE(area.at("ratio").is_null());
    EXPECT_EQ(arrays_block(config, nullptr).at("available").to_number<int>(), 168 * 12 * 8);
}

TEST_F(IsaacTable, GivesThePeakThroughputOfAreaAndPower) {
    // An IMA's 8 arrays hold 128 x 128 weights of 16 b and take an input of 16 b in 16 reads: an operation is half a product.
    constexpr double reads = 16;
    const double products = 128.0 * 128.0 * 168 * 12 / (reads * config.timing.array_read_s);
    const double gops = 2 * products / 1e9, watts = power_block(config, nullptr).at("peak").as_double();
    EXPECT_NEAR(gops / watts, 627.5, kTolerance * 627.5);
    // The two printed figures differ by 1 % over the printed power and area: per area, only columns that hold weights count,
    // and the flipped-column encoding keeps one of the 128 as its unit column.
    EXPECT_NEAR(gops * 127 / 128 / area_block(config, nullptr).at("total").as_double(), 478.95, kTolerance * 478.95);
}

TEST_F(IsaacTable, GivesTheConvertersTheirShare) {
    EXPECT_NEAR(tile_power.at("tile.ima.adc") / sum(tile_power, "tile."), 0.58, 0.005);
    EXPECT_NEAR(tile_area.at("tile.ima.adc") / sum(tile_area, "tile."), 0.31, 0.005);
}

TEST_F(IsaacTable, GivesTheEnergyOfAnActionAsPublishedPowerOverItsRate) {
    const auto& parts = config.inventory;
    EXPECT_NEAR(parts.energy("tile.ima.adc", "convert"), 16e-3 / 8 / 1.2e9, 1e-17);
    EXPECT_NEAR(parts.energy("tile.ima.dac", "drive"), 4e-3 / 1024 * 100e-9, 1e-17);
    EXPECT_NEAR(parts.energy("tile.ima.sample_hold", "sample"), 0.010e-3 / 1024 * 100e-9, 1e-20);
    EXPECT_NEAR(128 * 128 * parts.energy("tile.ima.array", "cell_read"), 2.4e-3 / 8 * 100e-9, 1e-15);
    EXPECT_NEAR(parts.energy("tile.ima.array", "write"), 21.1e-9, 1e-13);
    EXPECT_NEAR(parts.energy("tile.buffer", "read_byte"), 2.02e-12, 0.01e-12);
    EXPECT_NEAR(parts.energy("tile.bus", "byte"), 0.684e-12, 0.001e-12);
    EXPECT_NEAR(parts.energy("tile.router", "flit"), 42e-3 / 8 / 1.2e9, 1e-17);
    EXPECT_DOUBLE_EQ(config.timing.clock_hz, 1.2e9);
    EXPECT_DOUBLE_EQ(config.timing.array_read_s, 100e-9);
    EXPECT_NEAR(config.timing.array_write_s, 10.97e-6, 1e-10);
    EXPECT_DOUBLE_EQ(config.adcs_per_array, 1.0);
}

TEST_F(IsaacTable, KeepsPowerEqualToEnergyTimesRateForEveryConverter) {
    for (int bits = 4; bits <= 10; ++bits) {
        const std::string id = "isaac_adc." + std::to_string(bits) + "b.";
        const double energy = row(config, (id + "convert.energy").c_str(), "energy");
        EXPECT_NEAR(row(config, (id + "power").c_str(), "power"), energy * config.timing.adc_rate_hz, 1e-6) << bits;
    }
}

}  // namespace
}  // namespace berth::platform
