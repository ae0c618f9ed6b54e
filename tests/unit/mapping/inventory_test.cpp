// SPDX-License-Identifier: Apache-2.0
#include "models/mapping/inventory.hpp"

#include "models/core/error.hpp"
#include "models/core/files.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace berth::mapping {
namespace {

class InventoryTest : public ::testing::Test {
protected:
    InventoryTest() {
        const auto file = std::filesystem::path(::testing::TempDir()) / ("inventory_" + std::string(test_name()) + ".json");
        write_text(file, R"({"table": "t", "node_nm": 32, "source": "test", "rows": [
            {"id": "adc.area", "value": 1200, "unit": "um2", "per": "converter", "mark": "C", "source": "test"},
            {"id": "adc.power", "value": 2, "unit": "mW", "per": "converter", "mark": "C", "source": "test"},
            {"id": "adc.convert", "value": 2, "unit": "pJ", "per": "conversion", "mark": "C", "source": "test"}]})");
        constants.load(file);
        std::filesystem::remove(file);
    }
    static const char* test_name() { return ::testing::UnitTest::GetInstance()->current_test_info()->name(); }

    [[nodiscard]] Inventory inventory(const char* json) const { return {boost::json::parse(json), constants, "p.json:inventory"}; }
    [[nodiscard]] std::string fault(const char* json) const {
        try {
            (void)inventory(json);
        } catch (const InputError& error) {
            return error.what();
        }
        return "";
    }

    ConstantTable constants;
    const HierarchyParams hierarchy{8, 12, 100, "separate"};
};

TEST_F(InventoryTest, CountsEveryScope) {
    const Inventory parts = inventory(R"({
        "array": {"scope": "array", "count": 2, "area": "t.adc.area"}, "ima": {"scope": "ima", "count": 8, "area": "t.adc.area"},
        "tile": {"scope": "tile", "count": 0.25, "area": "t.adc.area"}, "chip": {"scope": "chip", "count": 1, "area": "t.adc.area"},
        "bank": {"scope": "embedding_bank", "count": 1, "area": "t.adc.area"},
        "more": {"scope": "bank", "count": 2, "area": "t.adc.area"}, "factors": {"scope": "factor_byte", "count": 0.5, "area": "t.adc.area"},
        "gone": null})");
    const auto area = parts.area({3, 5, 7, 11}, hierarchy);
    ASSERT_EQ(area.size(), 7u);
    EXPECT_DOUBLE_EQ(area.at("more"), 7 * 2 * 1.2e-3);
    EXPECT_DOUBLE_EQ(area.at("factors"), 11 * 0.5 * 1.2e-3);
    EXPECT_DOUBLE_EQ(area.at("array"), 3 * 12 * 8 * 2 * 1.2e-3);
    EXPECT_DOUBLE_EQ(area.at("ima"), 3 * 12 * 8 * 1.2e-3);
    EXPECT_DOUBLE_EQ(area.at("tile"), 3 * 0.25 * 1.2e-3);
    EXPECT_DOUBLE_EQ(area.at("chip"), 1.2e-3);
    EXPECT_DOUBLE_EQ(area.at("bank"), 5 * 1.2e-3);
    EXPECT_DOUBLE_EQ(parts.count_in_ima("array", hierarchy), 16);
    EXPECT_DOUBLE_EQ(parts.count_in_ima("ima", hierarchy), 8);
    EXPECT_THROW((void)parts.count_in_ima("tile", hierarchy), InputError);
}

TEST_F(InventoryTest, KeepsPeakAndStaticPowerApart) {
    const Inventory parts = inventory(R"({"adc": {"scope": "tile", "count": 4, "area": "t.adc.area", "peak_power": "t.adc.power"}})");
    EXPECT_DOUBLE_EQ(parts.peak_power({.tiles = 2}, hierarchy).at("adc"), 2 * 4 * 2e-3);
    const Inventory without =
        inventory(R"({"adc": {"scope": "tile", "count": 4, "area": "t.adc.area", "peak_power": null, "static_power": null}})");
    EXPECT_DOUBLE_EQ(without.peak_power({.tiles = 2}, hierarchy).at("adc"), 0.0);
    EXPECT_DOUBLE_EQ(parts.static_power({.tiles = 2}, hierarchy).at("adc"), 0.0);
}

TEST_F(InventoryTest, MultipliesARowByWhatItIsTaken) {
    const Inventory parts = inventory(R"({"adc": {"scope": "chip", "count": 1, "area": {"row": "t.adc.area", "times": [10, 100]}}})");
    EXPECT_DOUBLE_EQ(parts.area({.tiles = 0}, hierarchy).at("adc"), 1.2);
}

TEST_F(InventoryTest, BooksActionsAtTheirRowsEnergy) {
    const Inventory parts =
        inventory(R"({"adc": {"scope": "ima", "count": 8, "area": "t.adc.area", "energy": {"convert": "t.adc.convert"}}})");
    Ledger ledger;
    parts.record(ledger, "adc", "convert", 128);
    parts.record(ledger, "adc", "convert", 0);
    EXPECT_EQ(ledger.count("adc", "convert"), 128u);
    EXPECT_DOUBLE_EQ(ledger.total(), 128 * 2e-12);
    Ledger nothing;
    parts.record(nothing, "adc", "convert", 0);
    EXPECT_TRUE(nothing.components().empty());
}

TEST_F(InventoryTest, RefusesWhatItCannotPayFor) {
    const Inventory parts = inventory(R"({"adc": {"scope": "ima", "count": 8, "area": "t.adc.area"}})");
    const auto message = [&](const char* path, const char* action) {
        try {
            (void)parts.energy(path, action);
        } catch (const InputError& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    EXPECT_EQ(message("adc", "convert"), "p.json:inventory.adc.energy.convert: is missing; expected a row of the tables");
    EXPECT_EQ(message("dac", "drive"), R"(p.json:inventory.dac: is missing; expected a component that can pay for "drive")");
}

TEST_F(InventoryTest, NamesThePathOfWhatIsWrong) {
    EXPECT_EQ(fault(R"([])"), "p.json:inventory: is []; expected an object of components");
    EXPECT_EQ(fault(R"({"a": 1})"), "p.json:inventory.a: is 1; expected a component, or null where it has been taken out");
    EXPECT_EQ(fault(R"({"a": {"scope": "rack", "count": 1, "area": "t.adc.area"}})"),
              R"(p.json:inventory.a.scope: is "rack"; expected array, ima, tile, chip, embedding_bank, bank, factor_byte or linked_chip)");
    EXPECT_EQ(fault(R"({"a": {"scope": "chip", "count": -1, "area": "t.adc.area"}})"),
              "p.json:inventory.a.count: is -1; expected how many there are: a number from 0 to 1e9");
    EXPECT_EQ(fault(R"({"a": {"scope": "chip", "count": 1, "area": "t.adc.volume"}})"),
              R"(p.json:inventory.a.area: names "t.adc.volume", which no table holds; expected a row of the tables)");
    EXPECT_EQ(fault(R"({"a": {"scope": "chip", "count": 1, "area": "t.adc.power"}})"),
              R"(p.json:inventory.a.area: names "t.adc.power", which is in mW; expected a row that gives area)");
    EXPECT_EQ(fault(R"({"a": {"scope": "chip", "count": 1, "area": "t.adc.area", "colour": 1}})"),
              "p.json:inventory.a.colour: is not known; expected scope, count, area, peak_power, static_power or energy");
    EXPECT_EQ(fault(R"({"a": {"scope": "chip", "count": 1}})"), "p.json:inventory.a.area: is missing; expected a row of the tables");
    EXPECT_EQ(fault(R"({"a": {"scope": "chip", "count": 1, "area": {"row": "t.adc.area", "times": ["x"]}}})"),
              R"(p.json:inventory.a.area.times[0]: is "x"; expected a number from 0 to 1e9)");
    EXPECT_EQ(fault(R"({"a": {"scope": "chip", "count": 1e308, "area": "t.adc.area"}})"),
              "p.json:inventory.a.count: is 1e+308; expected how many there are: a number from 0 to 1e9");
    EXPECT_EQ(fault(R"({"a": {"scope": "chip", "count": 1, "area": {"row": "t.adc.area", "times": [1e9, 1e9]}}})"),
              "p.json:inventory.a.area.times: multiply to more than 1e9; expected factors whose product is at most 1e9");
    EXPECT_EQ(fault(R"({"a": {"scope": "chip", "count": 1, "area": {"row": "t.adc.area", "per": 2}}})"),
              "p.json:inventory.a.area.per: is not known; expected row or times");
}

}  // namespace
}  // namespace berth::mapping
