// SPDX-License-Identifier: Apache-2.0
#include "models/cost/law.hpp"
#include "models/core/error.hpp"
#include "models/cost/cost.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>

namespace berth::cost {
namespace {

class LawTest : public ::testing::Test {
protected:
    LawTest() {
        for (const char* table : {"isaac", "isaac_adc", "horowitz", "murmann", "stillmaker_baas", "wires", "memory"})
            constants.load(std::string(BERTH_SOURCE_DIR "/platform/tables/") + table + ".json");
    }
    [[nodiscard]] double value(const std::string& json, const char* dimension = "energy") const {
        return read_cost(boost::json::parse(json), constants, dimension, "p.json:cost");
    }
    [[nodiscard]] std::string fault(const std::string& json, const char* dimension = "energy") const {
        try {
            (void)value(json, dimension);
        } catch (const InputError& error) {
            return error.what();
        }
        return "accepted";
    }
    [[nodiscard]] static std::string murmann(double bits, const char* law = "murmann_adc_energy") {
        return R"({"law": ")" + std::string(law) + R"(", "bits": )" + std::to_string(bits) + R"(, "node": 32, "rate": "isaac.adc.rate"})";
    }

    ConstantTable constants;
};

TEST_F(LawTest, GivesWhatTheSurveysFitGives) {
    const std::pair<int, double> published[] = {{4, 0.92}, {6, 1.06}, {7, 1.31}, {8, 1.85}, {9, 5.3}, {10, 15.7}};
    for (const auto& [bits, picojoules] : published)
        EXPECT_NEAR(value(murmann(bits)), picojoules * 1e-12, 0.01 * picojoules * 1e-12) << bits;
    EXPECT_NEAR(value(murmann(8, "murmann_adc_area"), "area"), 6.3137e-3, 1e-6);
    EXPECT_NEAR(value(murmann(8, "murmann_adc_power"), "power"), value(murmann(8)) * 1.2e9, 1e-9);
}

TEST_F(LawTest, RefusesAConverterOutsideTheFitsRange) {
    EXPECT_EQ(fault(R"({"law": "murmann_adc_energy", "bits": 3, "node": 32, "rate": 1.2e9})"),
              "p.json:cost.bits: is 3; expected the law's range, 4 to 12 bit");
    EXPECT_EQ(fault(R"({"law": "murmann_adc_energy", "bits": 8, "node": 7, "rate": 1.2e9})"),
              "p.json:cost.node: is 7; expected the law's range, 16 to 180 nm");
    EXPECT_EQ(
        fault(R"({"law": "murmann_adc_energy", "bits": 8, "node": 32, "rate": 1})").find("p.json:cost.rate: is 1; expected the law's"), 0u);
    EXPECT_EQ(fault(R"({"law": "murmann_adc_energy", "bits": "eight", "node": 32, "rate": 1e9})"),
              R"(p.json:cost.bits: is "eight"; expected a number of bit)");
}

TEST_F(LawTest, NeverCostsLessForMoreBits) {
    ASSERT_TRUE(rc::check("more bits cost more", [&] {
        const double bits = 4.0 + *rc::gen::inRange(0, 70) * 0.1;
        RC_ASSERT(value(murmann(bits + 1)) > value(murmann(bits)));
        RC_ASSERT(value(murmann(bits + 1, "murmann_adc_area"), "area") > value(murmann(bits, "murmann_adc_area"), "area"));
    }));
}

TEST_F(LawTest, CountsTheUnitsOfACapacitorDac) {
    const auto dac = [](const char* row, int bits) {
        return R"({"law": "capacitor_dac", "row": ")" + std::string(row) + R"(", "bits": )" + std::to_string(bits) + "}";
    };
    EXPECT_DOUBLE_EQ(value(dac("isaac.ima.dac.1b.energy", 1)), 0.390625e-12) << "the row itself";
    EXPECT_DOUBLE_EQ(value(dac("isaac.ima.dac.1b.energy", 2)), 3 * 0.390625e-12);
    EXPECT_DOUBLE_EQ(value(dac("isaac.ima.dac.1b.power", 4), "power"), 15 * 3.90625e-6);
    EXPECT_EQ(fault(dac("isaac.ima.dac.1b.energy", 9)), "p.json:cost.bits: is 9; expected the law's range, 1 to 8 bit");
    EXPECT_EQ(fault(dac("isaac.clock", 2), "frequency"),
              R"(p.json:cost.row: names "isaac.clock", which is in GHz; expected a row that gives energy, power or area)");
}

TEST_F(LawTest, ChargesAnAdaptiveConverterByItsSteps) {
    for (int bits = 1; bits <= 9; ++bits)
        EXPECT_DOUBLE_EQ(value(R"({"law": "adaptive_sar", "row": "isaac_adc.9b.convert.energy", "resolution": 9, "bits": )" +
                               std::to_string(bits) + "}"),
                         1.97e-12 * bits / 9);
    EXPECT_EQ(fault(R"({"law": "adaptive_sar", "row": "isaac_adc.9b.convert.energy", "resolution": 9, "bits": 10})"),
              "p.json:cost.bits: is 10; expected at most the converter's resolution, 9");
    EXPECT_EQ(fault(R"({"law": "adaptive_sar", "row": "isaac_adc.9b.area", "resolution": 9, "bits": 8})", "area"),
              R"(p.json:cost.row: names "isaac_adc.9b.area", which is in um2; expected the energy of a whole conversion)");
}

TEST_F(LawTest, ScalesANodeByTheRuleThatIsNamed) {
    EXPECT_NEAR(value(R"({"law": "constant_voltage_scaling", "row": "horowitz.45nm.int8_multiply.energy", "node": 32})"), 0.2e-12 * 32 / 45,
                1e-18);
    EXPECT_NEAR(value(R"({"law": "constant_voltage_scaling", "row": "horowitz.45nm.int8_multiply.area", "node": 32})", "area"),
                282e-6 * 32 * 32 / 45 / 45, 1e-12);
    const char* gate =
        R"({"law": "stillmaker_baas", "row": "horowitz.45nm.int8_multiply.energy", "row_voltage": 0.9, "voltage": 0.9, "node": 32})";
    const double at45 = 1.103 * 0.81 - 0.362 * 0.9 + 0.2767, at32 = 0.9559 * 0.81 - 0.7823 * 0.9 + 0.471;
    EXPECT_NEAR(value(gate), 0.2e-12 * at32 / at45, 1e-18);
    EXPECT_NEAR(
        value(R"({"law": "stillmaker_baas", "row": "horowitz.45nm.int8_multiply.area", "row_voltage": 0.9, "voltage": 0.9, "node": 14})",
              "area"),
        282e-6 * 0.027 / 0.16, 1e-12);
}

TEST_F(LawTest, RefusesANodeWithoutARule) {
    EXPECT_EQ(fault(R"({"law": "stillmaker_baas", "row": "isaac.tile.edram.energy", "row_voltage": 0.9, "voltage": 0.9, "node": 22})"),
              "p.json:cost.node: is at 22 nm, for which there is no scaling rule; expected 10, 130, 14, 16, 20, 32, 45, 65, 7 or 90 nm");
    EXPECT_EQ(fault(R"({"law": "constant_voltage_scaling", "row": "isaac.tile.edram.energy", "node": 14})"),
              "p.json:cost.node: is 14; expected the law's range, 22 to 180 nm");
    EXPECT_EQ(
        fault(R"({"law": "constant_voltage_scaling", "row": "murmann.energy.unit", "node": 32})"),
        R"(p.json:cost.row: names "murmann.energy.unit", whose node is 0 nm, for which there is no rule; expected a row of 22 to 180 nm)");
    EXPECT_EQ(fault(R"({"law": "wire_resistance", "node": 28, "pitch": 4})", "resistance"),
              "p.json:cost.node: is 28, for which no table has wires; expected 130, 90, 65, 45, 32, 22, 14 or 7, and the table wires among "
              "the platform's");
    EXPECT_EQ(fault(R"({"law": "constant_voltage_scaling", "row": "isaac.array.read.time", "node": 22})", "time"),
              R"(p.json:cost.row: names "isaac.array.read.time", which is in ns; expected a row that gives energy or area)");
}

TEST_F(LawTest, ScalesAMemoryByItsCapacity) {
    const auto memory = [](const char* row, int bytes) {
        return R"({"law": "memory_capacity", "row": ")" + std::string(row) + R"(", "row_capacity": 65536, "capacity": )" +
               std::to_string(bytes) + "}";
    };
    EXPECT_DOUBLE_EQ(value(memory("isaac.tile.edram.energy", 65536)), 2.02148e-12);
    EXPECT_NEAR(value(memory("isaac.tile.edram.energy", 131072)), 2.02148e-12 * std::pow(2.0, 0.78), 1e-18);
    EXPECT_DOUBLE_EQ(value(memory("isaac.tile.edram.area", 131072), "area"), 2 * 0.083);
    EXPECT_EQ(fault(memory("isaac.tile.edram.energy", 512)),
              "p.json:cost.capacity: is 512; expected the law's range, 1024 to 16777216 byte");
    EXPECT_EQ(fault(memory("isaac.array.read.time", 65536), "time"),
              R"(p.json:cost.row: names "isaac.array.read.time", which is in ns; expected a row that gives energy or area)");
}

TEST_F(LawTest, ChargesCapacitancesByTheSquareOfTheSupply) {
    EXPECT_NEAR(value(R"({"law": "supply_voltage", "row": "horowitz.45nm.int8_add.energy", "row_voltage": 0.9, "voltage": 0.6})"),
                0.03e-12 * 4 / 9, 1e-20);
    EXPECT_EQ(fault(R"({"law": "supply_voltage", "row": "horowitz.45nm.int8_add.energy", "row_voltage": 0.9, "voltage": 0.3})"),
              "p.json:cost.voltage: is 0.3; expected the law's range, 0.5 to 1.2 V");
    EXPECT_EQ(fault(R"({"law": "supply_voltage", "row": "isaac.tile.edram.area", "row_voltage": 0.9, "voltage": 0.6})", "area"),
              R"(p.json:cost.row: names "isaac.tile.edram.area", which is in mm2; expected a row that gives energy)");
}

TEST_F(LawTest, GivesTheWireOfACell) {
    const auto ohms = [&](int node, int pitch) {
        return value(R"({"law": "wire_resistance", "node": )" + std::to_string(node) + R"(, "pitch": )" + std::to_string(pitch) + "}",
                     "resistance");
    };
    // hardware constants: per cell, cross-point 2F, 1T1R row 4F and column 12F
    EXPECT_NEAR(ohms(32, 2), 0.52, 0.005);
    EXPECT_NEAR(ohms(32, 4), 1.04, 0.005);
    EXPECT_NEAR(ohms(32, 12), 3.13, 0.005);
    EXPECT_NEAR(ohms(22, 12), 4.69, 0.005);
    EXPECT_NEAR(ohms(65, 4), 0.50, 0.005);
    EXPECT_NEAR(value(R"({"law": "wire_resistance", "node": 22, "pitch": "wires.1t1r.row_pitch"})", "resistance"), 1.56, 0.005);
}

TEST_F(LawTest, NamesWhatIsWrongWithALaw) {
    EXPECT_EQ(fault(R"({"law": "moore", "bits": 3})").find(R"(p.json:cost.law: is "moore"; expected murmann_adc_energy,)"), 0u);
    EXPECT_EQ(fault(R"({"law": "wire_resistance", "node": 32, "pitch": 4, "width": 3})", "resistance"),
              "p.json:cost.width: is not known; expected node, pitch or times");
    EXPECT_EQ(fault(R"({"law": "wire_resistance", "node": 32})", "resistance").find("p.json:cost.pitch: is missing; expected from cell"),
              0u);
    EXPECT_EQ(fault(murmann(8), "area"), "p.json:cost: names the law murmann_adc_energy, which gives energy; expected one that gives area");
    EXPECT_EQ(fault(R"({"law": "adaptive_sar", "row": "isaac_adc.33b.convert.energy", "resolution": 9, "bits": 8})"),
              R"(p.json:cost.row: names "isaac_adc.33b.convert.energy", which no table holds; expected a row of the tables)");
    EXPECT_EQ(fault(R"({"law": "adaptive_sar", "resolution": 9, "bits": 8})"),
              "p.json:cost.row: is missing; expected the row that the law scales");
    EXPECT_EQ(fault(R"({"law": "murmann_adc_energy", "bits": 8, "node": 32, "rate": "isaac.array.read.time"})"),
              R"(p.json:cost.rate: names "isaac.array.read.time", which is in ns; expected a row that gives frequency)");
}

TEST_F(LawTest, MarksItsCoefficientsAsSources) {
    (void)value(R"({"law": "wire_resistance", "node": 32, "pitch": 4})", "resistance");
    std::string rows;
    for (const auto& source : constants.sources()) rows += std::string(source.at("row").as_string()) + " ";
    EXPECT_EQ(rows, "wires.32nm.aspect_ratio wires.32nm.resistivity wires.32nm.width ");
}

TEST_F(LawTest, AddsAndMultipliesCosts) {
    EXPECT_NEAR(value(R"({"sum": ["isaac_adc.4b.convert.energy", {"row": "isaac_adc.5b.convert.energy", "times": [2]}], "times": [10]})"),
                10 * (0.79e-12 + 2 * 0.99e-12), 1e-18);
    EXPECT_NEAR(value(R"({"law": "adaptive_sar", "row": "isaac_adc.9b.convert.energy", "resolution": 9, "bits": 3, "times": [6]})"),
                2 * 1.97e-12, 1e-18);
    EXPECT_EQ(fault(R"({"sum": []})"), "p.json:cost.sum: is []; expected an array of costs");
    EXPECT_EQ(fault(R"({"sum": ["isaac_adc.4b.area"]})"),
              R"(p.json:cost.sum[0]: names "isaac_adc.4b.area", which is in um2; expected a row that gives energy)");
    EXPECT_EQ(fault(R"({"sum": ["isaac_adc.4b.area"], "row": "x"})"), "p.json:cost.row: is not known; expected sum or times");
}

TEST(Laws, SayWhereTheyComeFrom) {
    ASSERT_EQ(describe_laws().size(), laws().size());
    for (const auto& law : describe_laws()) {
        EXPECT_FALSE(law.at("source").as_string().empty()) << law.at("name");
        EXPECT_FALSE(law.at("parameters").as_array().empty()) << law.at("name");
    }
}

}  // namespace
}  // namespace berth::cost
