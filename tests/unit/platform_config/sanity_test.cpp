// SPDX-License-Identifier: Apache-2.0
#include "platform/sanity.hpp"

#include "platform/area_report.hpp"

#include "platform_file.hpp"

#include <cmath>

namespace berth::platform {
namespace {

using Sanity = PlatformFolder;

TEST_F(Sanity, PutsTheFloorOfAConversionWhereThermalNoiseIs) {
    constexpr double kT = 4.14e-21;
    EXPECT_DOUBLE_EQ(conversion_floor(1, kT), 8 * kT * 1.5 * 4);
    EXPECT_DOUBLE_EQ(conversion_floor(9, kT), 4 * conversion_floor(8, kT));
}

TEST_F(Sanity, LeavesEveryPresetAboveItsFloors) {
    for (const auto& [name, description] : presets()) {
        const PlatformConfig config = load_platform(name);
        const double thermal = config.constants.value("physics.thermal_energy", "energy", "test");
        EXPECT_NEAR(thermal, 1.380649e-23 * 300, 1e-26);
        EXPECT_GT(config.inventory.energy("tile.ima.adc", "convert"), conversion_floor(config.adc.bits, thermal)) << name;
        EXPECT_NO_THROW(check_floors(config, name + ":"));
    }
}

TEST_F(Sanity, RefusesAnEnergyThatPhysicsDoesNotAllow) {
    const auto with_energy = [&](const char* part, const char* action, const char* value) {
        (void)file("rows.json", R"({"table": "mine", "node_nm": 32, "source": "test", "rows": [
            {"id": "e", "value": )" +
                                    std::string(value) + R"(, "unit": "fJ", "per": "x", "mark": "C", "source": "test"}]})");
        return fault(file("p.json", R"({"extends": "reram-multitask", "tables": ["rows.json"], "inventory": {")" + std::string(part) +
                                        R"(": {"energy": {")" + action + R"(": "mine.e"}}}})"));
    };
    const std::string p = (folder / "p.json").string();
    // 8 kT * 3/2 * 2^16 is 3.26 fJ.
    EXPECT_EQ(with_energy("tile.ima.adc", "convert", "3"),
              p + ":inventory.tile.ima.adc.energy.convert: is 3e-15 J; expected at least 3.26e-15 J, the thermal limit");
    EXPECT_EQ(with_energy("tile.ima.adc", "convert", "3.3"), "");
    EXPECT_EQ(with_energy("tile.bus", "byte", "0"),
              p + ":inventory.tile.bus.energy.byte: is 0 J; expected at least 2.87e-21 J, the thermal limit");
}

TEST_F(Sanity, WarnsOfAChipThatNoPackageCools) {
    const PlatformConfig config = load_platform("isaac-ce");
    EXPECT_TRUE(warnings(config, 65.8, 85.4).empty());
    ASSERT_EQ(warnings(config, 200, 85.4).size(), 1u);
    EXPECT_EQ(warnings(config, 200, 85.4)[0], "2.34 W/mm2 where every part is active; packages carry away about 1 W/mm2");
    EXPECT_NEAR(power_block(config, nullptr).at("density_w_per_mm2").as_double(), 65.8 / 85.4, 0.001);
}

}  // namespace
}  // namespace berth::platform
