// SPDX-License-Identifier: Apache-2.0
#include "platform/config.hpp"
#include "platform/accelerator/accelerator.hpp"

#include "platform_file.hpp"

#include <algorithm>
#include <cstdlib>

namespace berth::platform {
namespace {

using PlatformConfigTest = PlatformFolder;

TEST_F(PlatformConfigTest, LoadsEveryPresetThatIsListed) {
    const auto list = presets();
    ASSERT_GE(list.size(), 2u);
    for (const auto& [name, description] : list) {
        EXPECT_FALSE(description.empty()) << name;
        const PlatformConfig config = load_platform(name);
        EXPECT_EQ(config.name, name);
        EXPECT_EQ(config.description, description);
        EXPECT_EQ(config.sha256.size(), 64u);
        EXPECT_GT(config.timing.clock_hz, 0.0);
    }
}

TEST_F(PlatformConfigTest, HoldsWhatTheMultitaskPresetPromises) {
    const PlatformConfig config = load_platform("reram-multitask");
    EXPECT_EQ(config.crossbar.rows, 128);
    EXPECT_EQ(config.crossbar.cols, 128);
    EXPECT_EQ(config.crossbar.cell_bits, 1);
    EXPECT_EQ(config.crossbar.encoding, "differential");
    EXPECT_EQ(config.adc.bits, 8);
    EXPECT_EQ(config.dac.bits, 1);
    EXPECT_DOUBLE_EQ(config.adcs_per_array, 1.0);
    for (const auto& component : config.inventory.components()) {
        EXPECT_NE(component.path, "tile.sigmoid");
    }
}

TEST_F(PlatformConfigTest, PaysForEveryActionThatAPlatformTakes) {
    const PlatformConfig config = load_platform("reram-multitask");
    for (const auto& [path, action] : Accelerator::actions())
        EXPECT_GT(config.inventory.energy(path, action), 0.0) << path << " " << action;
}

TEST_F(PlatformConfigTest, TakesARowByWhatASettingSays) {
    const PlatformConfig eight = load_platform("reram-multitask"), six = load_platform("reram-multitask", {"adc.bits=6"});
    EXPECT_DOUBLE_EQ(six.inventory.energy("tile.ima.adc", "convert"), 1.20e-12);
    EXPECT_NEAR(eight.inventory.energy("tile.ima.adc", "convert"), 1.6667e-12, 1e-16);
    EXPECT_NE(six.sha256, eight.sha256);
    EXPECT_EQ(load_platform("reram-multitask", {"adc.bits=8"}).sha256, eight.sha256);
}

TEST_F(PlatformConfigTest, SizesRoutersByTheirPorts) {
    const auto routers = [](const std::string& topology) {
        const PlatformConfig config = load_platform("reram-multitask", {"interconnect.topology=" + topology});
        return config.inventory.area({.tiles = 1024}, config.hierarchy).at("tile.router");
    };
    // 1024 tiles, four a router: a mesh of 256 routers of 8 ports; a tree of 256 + 64 + 16 + 4 + 1 with two ends to a link.
    const double mesh = routers("mesh");
    EXPECT_DOUBLE_EQ(routers("torus"), mesh);
    EXPECT_DOUBLE_EQ(routers("h_tree"), mesh * (1024 + 2 * 340) / (256 * 8));
    EXPECT_DOUBLE_EQ(routers("bus"), mesh * 256 * 5 / (256 * 8));
}

TEST_F(PlatformConfigTest, GrowsAnArrayWithItsCells) {
    const PlatformConfig plain = load_platform("reram-multitask"), tall = load_platform("reram-multitask", {"crossbar.rows=256"});
    const auto area = [](const PlatformConfig& config, const char* path) {
        return config.inventory.area({.tiles = 1}, config.hierarchy).at(path);
    };
    EXPECT_DOUBLE_EQ(area(tall, "tile.ima.array"), 2 * area(plain, "tile.ima.array"));
    EXPECT_DOUBLE_EQ(area(tall, "tile.ima.dac"), 2 * area(plain, "tile.ima.dac"));
    EXPECT_DOUBLE_EQ(area(tall, "tile.ima.adc"), area(plain, "tile.ima.adc"));
    EXPECT_DOUBLE_EQ(tall.timing.array_write_s, 2 * plain.timing.array_write_s);
}

TEST_F(PlatformConfigTest, ChargesABufferByItsBytesAndAFlitByItsBits) {
    const PlatformConfig plain = load_platform("reram-multitask");
    const PlatformConfig other = load_platform("reram-multitask", {"buffer.bytes=131072", "interconnect.flit_bits=8"});
    const auto part = [](const std::map<std::string, double>& parts) { return parts.at("tile.buffer"); };
    EXPECT_DOUBLE_EQ(part(other.inventory.area({.tiles = 1}, other.hierarchy)),
                     2 * part(plain.inventory.area({.tiles = 1}, plain.hierarchy)));
    EXPECT_DOUBLE_EQ(part(other.inventory.peak_power({.tiles = 1}, other.hierarchy)),
                     2 * part(plain.inventory.peak_power({.tiles = 1}, plain.hierarchy)));
    EXPECT_DOUBLE_EQ(part(other.inventory.static_power({.tiles = 1}, other.hierarchy)),
                     2 * part(plain.inventory.static_power({.tiles = 1}, plain.hierarchy)));
    EXPECT_DOUBLE_EQ(other.inventory.energy("tile.router", "flit"), plain.inventory.energy("tile.router", "flit") / 4);
}

TEST_F(PlatformConfigTest, ExtendsAPresetByWhatDiffers) {
    const PlatformConfig config = load_platform(file("mine.json", R"({"extends": "reram-multitask", "hierarchy": {"tiles": 7},
        "inventory": {"tile.ima.adc": {"count": 4}, "tile.shift_add": null}})"));
    EXPECT_EQ(config.hierarchy.tiles, 7);
    EXPECT_EQ(config.hierarchy.arrays_per_ima, 8);
    EXPECT_DOUBLE_EQ(config.adcs_per_array, 0.5);
    EXPECT_FALSE(config.inventory.area({.tiles = 1}, config.hierarchy).contains("tile.shift_add"));
}

TEST_F(PlatformConfigTest, ExtendsAFileBesideItAndAddsItsTables) {
    (void)file("rows.json", R"({"table": "mine", "node_nm": 32, "source": "test", "rows": [
        {"id": "adc", "value": 0.5, "unit": "pJ", "per": "conversion", "mark": "C", "source": "test"}]})");
    (void)file("parent.json", R"({"extends": "isaac-ce", "tables": ["rows.json"], "hierarchy": {"tiles": 7}})");
    const PlatformConfig config = load_platform(
        file("child.json",
             R"({"extends": "parent.json", "tables": ["rows.json"], "inventory": {"tile.ima.adc": {"energy": {"convert": "mine.adc"}}}})"));
    EXPECT_EQ(config.hierarchy.tiles, 7);
    EXPECT_DOUBLE_EQ(config.inventory.energy("tile.ima.adc", "convert"), 0.5e-12);
}

TEST_F(PlatformConfigTest, FindsPresetsOfThePathFirst) {
    (void)file("isaac-ce.json", R"({"description": "mine"})");
    (void)file("another.json", R"({"description": "another"})");
    ::setenv("BERTH_PRESET_PATH", ("/nowhere::" + folder.string()).c_str(), 1);
    const auto list = presets();
    ::unsetenv("BERTH_PRESET_PATH");
    const auto described = [&](const std::string& name) {
        for (const auto& [preset, description] : list)
            if (preset == name) return description;
        return std::string();
    };
    EXPECT_EQ(described("isaac-ce"), "mine");
    EXPECT_EQ(described("another"), "another");
    EXPECT_FALSE(described("reram-multitask").empty());
}

TEST_F(PlatformConfigTest, TakesEveryNumberOfEveryPresetFromARowWithASource) {
    for (const auto& [name, description] : presets()) {
        const PlatformConfig config = load_platform(name);
        const auto sources = config.constants.sources();
        EXPECT_GT(sources.size(), 20u) << name;
        for (const auto& source : sources) {
            EXPECT_FALSE(source.at("source").as_string().empty()) << name << " " << source.at("row");
            EXPECT_FALSE(source.at("unit").as_string().empty()) << name << " " << source.at("row");
            EXPECT_FALSE(source.at("per").as_string().empty()) << name << " " << source.at("row");
        }
    }
}

/// The platform with twice every row that measures one of these.
PlatformConfig doubled(const PlatformConfig& config, const std::vector<std::string>& dimensions) {
    ConstantTable constants = config.constants;
    for (const auto& [id, row] : config.constants.rows())
        if (std::find(dimensions.begin(), dimensions.end(), row.dimension) != dimensions.end()) constants.scale(id, 2.0);
    return with_constants(config, constants);
}

TEST_F(PlatformConfigTest, HasNoCostThatIsNotARows) {
    // Twice every row is twice every energy, power, area and time of every preset, so nothing else is in them.
    for (const auto& [name, description] : presets()) {
        const PlatformConfig config = load_platform(name),
                             twice = doubled(config, {"energy", "power", "area", "time", "capacitance_per_length"});
        ASSERT_EQ(twice.inventory.components().size(), config.inventory.components().size());
        for (std::size_t i = 0; i < config.inventory.components().size(); ++i) {
            const auto &one = config.inventory.components()[i], &other = twice.inventory.components()[i];
            EXPECT_GT(one.area_mm2, 0.0) << name << " " << one.path;
            EXPECT_DOUBLE_EQ(other.area_mm2, 2 * one.area_mm2) << name << " " << one.path;
            EXPECT_DOUBLE_EQ(other.peak_power_w, 2 * one.peak_power_w) << name << " " << one.path;
            EXPECT_DOUBLE_EQ(other.static_power_w, 2 * one.static_power_w) << name << " " << one.path;
            for (const auto& [action, joules] : one.energy)
                EXPECT_DOUBLE_EQ(other.energy.at(action), 2 * joules) << one.path << " " << action;
        }
        EXPECT_DOUBLE_EQ(twice.timing.array_read_s, 2 * config.timing.array_read_s) << name;
        EXPECT_DOUBLE_EQ(twice.timing.array_write_s, 2 * config.timing.array_write_s) << name;
        EXPECT_DOUBLE_EQ(twice.timing.clock_hz, config.timing.clock_hz) << name;
        const PlatformConfig faster = doubled(config, {"frequency", "count"});
        EXPECT_DOUBLE_EQ(faster.timing.clock_hz, 2 * config.timing.clock_hz) << name;
        EXPECT_DOUBLE_EQ(faster.timing.adc_rate_hz, 2 * config.timing.adc_rate_hz) << name;
        EXPECT_DOUBLE_EQ(faster.timing.drain_stages, 2 * config.timing.drain_stages) << name;
    }
}

TEST_F(PlatformConfigTest, FollowsItsSupplyAndTemperatureWhereAPresetSaysSo) {
    const PlatformConfig nominal = load_platform("reram-dvfs"), multitask = load_platform("reram-multitask");
    const PlatformConfig low = load_platform("reram-dvfs", {"supply.voltage=0.6"}),
                         hot = load_platform("reram-dvfs", {"temperature.kelvin=350"});
    EXPECT_DOUBLE_EQ(nominal.timing.clock_hz, multitask.timing.clock_hz);
    EXPECT_NEAR(low.timing.clock_hz / nominal.timing.clock_hz, std::pow(0.38165 / 0.68165, 1.3) * 0.9 / 0.6, 1e-6);
    for (const auto& [path, action] : {std::pair{"tile.bus", "byte"}, {"tile.digital.mac", "mac"}, {"tile.router", "flit"}}) {
        EXPECT_NEAR(nominal.inventory.energy(path, action) / multitask.inventory.energy(path, action), 1.0, 1e-12);
        EXPECT_NEAR(low.inventory.energy(path, action) / nominal.inventory.energy(path, action), 4.0 / 9, 1e-12);
    }
    const auto rest = [](const PlatformConfig& config, const char* path) {
        return config.inventory.static_power({.tiles = 1}, config.hierarchy).at(path);
    };
    EXPECT_NEAR(rest(hot, "tile.buffer") / rest(multitask, "tile.buffer"), 0.269 / 0.152, 1e-9);
    EXPECT_GT(rest(nominal, "tile.digital.mac"), 0.0) << "the clock's";
    EXPECT_NEAR(rest(low, "tile.digital.mac") / rest(nominal, "tile.digital.mac"), 4.0 / 9 * low.timing.clock_hz / nominal.timing.clock_hz,
                1e-9);
}

TEST_F(PlatformConfigTest, WidensRouterAndBusWithTheirBits) {
    for (const char* preset : {"isaac-ce", "reram-multitask"}) {
        const PlatformConfig plain = load_platform(preset);
        const PlatformConfig wide = load_platform(preset, {"interconnect.flit_bits=64", "buffer.bus_bits=768"});
        for (const char* path : {"tile.router", "tile.bus"}) {
            EXPECT_DOUBLE_EQ(wide.inventory.area({.tiles = 1}, wide.hierarchy).at(path),
                             2 * plain.inventory.area({.tiles = 1}, plain.hierarchy).at(path));
            EXPECT_DOUBLE_EQ(wide.inventory.peak_power({.tiles = 1}, wide.hierarchy).at(path),
                             2 * plain.inventory.peak_power({.tiles = 1}, plain.hierarchy).at(path));
            EXPECT_DOUBLE_EQ(wide.inventory.static_power({.tiles = 1}, wide.hierarchy).at(path),
                             2 * plain.inventory.static_power({.tiles = 1}, plain.hierarchy).at(path));
        }
    }
}

TEST_F(PlatformConfigTest, PaysForEveryActionOnEveryPresetThatRunsNetworks) {
    for (const char* preset : {"reram-multitask", "neurram-like", "sram-cim", "puma"}) {
        const PlatformConfig config = load_platform(preset);
        for (const auto& [path, action] : Accelerator::actions())
            EXPECT_GT(config.inventory.energy(path, action), 0.0) << preset << " " << path << " " << action;
    }
}

TEST_F(PlatformConfigTest, TakesSurveyedConvertersAndAScaledMacroByLaw) {
    const PlatformConfig large = load_platform("neurram-like"), macro = load_platform("sram-cim");
    EXPECT_NEAR(large.inventory.energy("tile.ima.adc", "convert"), 1.85e-12, 0.01e-12);
    EXPECT_THROW((void)load_platform("neurram-like", {"adc.bits=3"}), InputError);
    // 8 operations at 89 TOPS/W, from 22 nm to 32 nm
    EXPECT_NEAR(macro.inventory.energy("tile.digital.mac", "mac"), 8 / 89e12 * 32 / 22, 1e-18);
}

TEST_F(PlatformConfigTest, NamesEveryRowItRestsOn) {
    const PlatformConfig config = load_platform("reram-multitask");
    std::string all;
    for (const auto& source : config.constants.sources()) {
        EXPECT_FALSE(source.at("source").as_string().empty());
        all += std::string(source.at("row").as_string()) + "\n";
    }
    for (const char* row : {"isaac_adc.8b.convert.energy", "puma.cell.write.energy", "horowitz.32nm.int8_mac.energy", "isaac.clock"})
        EXPECT_NE(all.find(row), std::string::npos) << row;
    EXPECT_EQ(all.find("isaac.tile.max_pool"), std::string::npos);
}

}  // namespace
}  // namespace berth::platform
