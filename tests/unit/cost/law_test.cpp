// SPDX-License-Identifier: Apache-2.0
#include "models/cost/law.hpp"
#include "models/core/error.hpp"
#include "models/cost/cost.hpp"
#include "models/cost/memories.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cmath>

namespace berth::cost {
namespace {

class LawTest : public ::testing::Test {
protected:
    LawTest() {
        for (const char* table :
             {"isaac", "isaac_adc", "horowitz", "murmann", "stillmaker_baas", "wires", "memory", "circuits", "neurosim", "cells"})
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
        return R"({"law": "memory_organisation", "row": ")" + std::string(row) +
               R"(", "row_capacity": 65536, "row_banks": 2, "banks": 2, "row_width": 256, "width": 256, "capacity": )" +
               std::to_string(bytes) + "}";
    };
    EXPECT_DOUBLE_EQ(value(memory("isaac.tile.edram.energy", 65536)), 2.02148e-12);
    EXPECT_NEAR(value(memory("isaac.tile.edram.energy", 131072)), 2.02148e-12 * std::pow(2.0, 0.78), 1e-18);
    EXPECT_DOUBLE_EQ(value(memory("isaac.tile.edram.area", 131072), "area"), 2 * 0.083);
    EXPECT_EQ(
        fault(memory("isaac.array.read.time", 65536), "time"),
        R"(p.json:cost.row: names "isaac.array.read.time", which is in ns; expected a row that gives the energy of an access, or area)");
}

/// A memory of NeuroSim's cells, 512 on a wordline and `rows` on a bitline.
std::string resistive(const char* law, int rows, int width, const std::string& rest) {
    return R"({"law": ")" + std::string(law) + R"(", "rows": )" + std::to_string(rows) + R"(, "columns": 512, "width": )" +
           std::to_string(width) +
           R"(, "node": 32, "cell_width": 4, "cell_height": 12, "transistor": 4, "gate_voltage": "circuits.supply", )" +
           R"("on_resistance": "cells.neurosim.r_on", )" + rest + "}";
}

TEST_F(LawTest, ReadsAndWritesResistiveMemories) {
    const std::string reading =
        R"("off_resistance": "cells.neurosim.r_off", "voltage": "neurosim.read.voltage", "pulse": "neurosim.read.pulse")";
    const std::string writing = R"("voltage": 2, "pulse": 1e-8)";
    constexpr double feature = 32e-9, wire = 0.2e-9, gate = 0.574e-9;  // F in metres, capacitances a metre
    const double wordline = 512 * feature * (4 * wire + 4 * gate) * 0.9 * 0.9;
    const auto bitline = [&](int rows, double volts) { return rows * feature * (12 * wire + 4 * gate) * volts * volts; };
    const double sense = value(R"({"law": "neurosim_sense_energy", "node": 32, "resistance": 1e5, "voltage": 0.5})");
    const double conduction = 0.25 * 0.5 * (1.0 / 1e5 + 1.0 / 1.7e6) * 1e-8;
    EXPECT_NEAR(value(resistive("resistive_read_energy", 256, 64, reading)), wordline + 64 * (bitline(256, 0.5) + conduction + sense),
                1e-12 * wordline);
    EXPECT_NEAR(value(resistive("resistive_write_energy", 256, 64, writing)), wordline + 64 * (bitline(256, 2.0) + 4.0 / 1e5 * 1e-8),
                1e-12 * wordline);
    EXPECT_GT(value(resistive("resistive_read_energy", 512, 64, reading)), value(resistive("resistive_read_energy", 256, 64, reading)));
    EXPECT_EQ(fault(resistive("resistive_read_energy", 256, 513, reading)), "p.json:cost.width: is 513; expected at most the columns, 512");
    EXPECT_EQ(fault(resistive("resistive_write_energy", 256, 64, R"("voltage": 9, "pulse": 1e-8)")),
              "p.json:cost.voltage: is 9; expected the law's range, 0.5 to 5 V");
    EXPECT_EQ(fault(resistive("resistive_write_energy", 256, 64, R"("voltage": 2)")),
              "p.json:cost.pulse: is missing; expected for which cells conduct, in s");
}

TEST(Memories, NameLawsThatThereAre) {
    const boost::json::array memories = describe_memories();
    ASSERT_EQ(memories.size(), 3U);
    for (const auto& memory : memories) {
        EXPECT_FALSE(memory.at("parameters").as_array().empty());
        for (const auto& name : memory.at("laws").as_array()) {
            const auto named = [&](const LawEntry& law) { return law.name == name.as_string(); };
            EXPECT_TRUE(std::any_of(laws().begin(), laws().end(), named)) << name;
        }
    }
}

TEST_F(LawTest, HasTheRowsThatMemoriesName) {
    constants.load(BERTH_SOURCE_DIR "/platform/tables/puma.json");
    constants.load(BERTH_SOURCE_DIR "/platform/tables/reram_macro.json");
    for (const auto& memory : describe_memories())
        for (const auto& row : memory.at("rows").as_array()) EXPECT_TRUE(constants.rows().contains(std::string(row.as_string()))) << row;
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

TEST_F(LawTest, ChargesAConverterByWhatItsBitlineConducts) {
    const auto sar = [](double ohms, const char* voltage = "0.5", int bits = 8, int node = 22) {
        return R"({"law": "neurosim_sar_energy", "bits": )" + std::to_string(bits) + R"(, "node": )" + std::to_string(node) +
               R"(, "resistance": )" + std::to_string(ohms) + R"(, "voltage": )" + voltage + "}";
    };
    // 22 nm, 8 b: 0.7213 uW a bit and 3.3041 uW, and the column's; nine steps of 1 ns.
    const double idle = (0.7213 * 8 + 3.3041) * 1e-6 * 9e-9;
    EXPECT_NEAR(value(sar(1e9)), idle, 1e-3 * idle);
    EXPECT_NEAR(value(sar(2950)) - idle, 0.084273 * std::exp(-2.311 * std::log10(2950.0)) * 9e-9, 1e-18);
    EXPECT_DOUBLE_EQ(value(sar(2000, "1.0")), value(sar(1000, "0.5")))
        << "a column of half the resistance takes as much at half the voltage";
    ASSERT_TRUE(rc::check("a column that conducts more costs more", [&] {
        const double ohms = *rc::gen::inRange(20, 1000000);
        RC_ASSERT(value(sar(ohms)) > value(sar(1.1 * ohms)));
    }));
    EXPECT_EQ(fault(sar(1000, "0.5", 8, 28)).find("p.json:cost.node: is 28, for which no table has converters; expected 130,"), 0u);
    EXPECT_EQ(fault(sar(1000, "0.5", 11)), "p.json:cost.bits: is 11; expected the law's range, 1 to 10 bit");
    const double sense = value(R"({"law": "neurosim_sense_energy", "node": 32, "resistance": 1e9, "voltage": 0.5})");
    EXPECT_NEAR(sense, 3.9648e-6 * 1e-9, 1e-3 * sense);
}

TEST_F(LawTest, RepeatsAWireAsTheTextbookDoes) {
    // Weste and Harris, Sec. 6.4.2: 0.2 pF/mm at 1 V take 0.4 pJ/mm; with 200 ohm/mm and an FO4 of 15 ps a bit takes 41 ps/mm.
    EXPECT_NEAR(value(R"({"law": "repeated_wire_energy", "length": 1, "voltage": 1})"), 0.4e-12, 0.07 * 0.4e-12);
    EXPECT_NEAR(value(R"({"law": "repeated_wire_delay", "length": 1, "resistance": 2e5})", "time"), 41e-12 * std::sqrt(10.879 / 15),
                0.3e-12);
    EXPECT_EQ(fault(R"({"law": "repeated_wire_energy", "length": 60, "voltage": 1})"),
              "p.json:cost.length: is 60; expected the law's range, 0.01 to 50 mm");
}

TEST_F(LawTest, ChargesALineByItsCells) {
    const auto line = [&](int cells, int transistor) {
        return value(R"({"law": "array_line_energy", "cells": )" + std::to_string(cells) +
                     R"(, "pitch": "wires.1t1r.row_pitch", "transistor": )" + std::to_string(transistor) +
                     R"(, "node": 22, "voltage": 1})");
    };
    // 128 cells of 4 F: 11.3 um of wire at 0.2 fF/um; a gate of 6 F on each adds 16.9 um at 0.574 fF/um.
    EXPECT_NEAR(line(128, 0), 128 * 4 * 0.022 * 0.2e-15, 1e-20);
    EXPECT_NEAR(line(128, 6), 128 * 0.022 * (4 * 0.2e-15 + 6 * 0.574e-15), 1e-20);
    EXPECT_DOUBLE_EQ(line(256, 6), 2 * line(128, 6));
}

TEST_F(LawTest, SwitchesFlitsThroughACrossbarAsOrionDoes) {
    const char* five = R"({"law": "crossbar_switch_energy", "inputs": 5, "outputs": 5, "bits": 32, "pitch": 8, "node": 32, "transistor": 10,
                         "voltage": 0.9})";
    const double wires = 10 * 32 * 8 * 32e-9 * 0.2e-9, gates = 10 * 10 * 32e-9 * 0.574e-9;
    EXPECT_NEAR(value(five), 32 * (wires + gates) * 0.81, 1e-18);
    const double side = 5 * 32 * 8 * 32e-6;
    EXPECT_NEAR(value(R"({"law": "crossbar_switch_area", "inputs": 5, "outputs": 5, "bits": 32, "pitch": 8, "node": 32})", "area"),
                side * side, 1e-12);
    EXPECT_EQ(fault(R"({"law": "crossbar_switch_area", "inputs": 1, "outputs": 5, "bits": 32, "pitch": 8, "node": 32})", "area"),
              "p.json:cost.inputs: is 1; expected the law's range, 2 to 64 port");
}

TEST_F(LawTest, ClocksFlipFlops) {
    // 60 F of gates and drains each: 0.89 fJ a cycle at 32 nm and 0.9 V.
    EXPECT_NEAR(value(R"({"law": "flip_flop_clock_power", "bits": 1000, "node": 32, "voltage": 0.9, "rate": 1e9})", "power"),
                1000 * 60 * 32e-9 * 0.574e-9 * 0.81 * 1e9, 1e-12);
}

TEST_F(LawTest, InterpolatesBetweenPublishedPointsAndNotBeyond) {
    const auto adder = [](double bits) {
        return R"({"law": "between_rows", "row": "horowitz.45nm.int8_add.energy", "row_at": 8, "other": "horowitz.45nm.int32_add.energy",
                   "other_at": 32, "at": )" +
               std::to_string(bits) + "}";
    };
    EXPECT_NEAR(value(adder(8)), 0.03e-12, 1e-20);
    EXPECT_NEAR(value(adder(32)), 0.1e-12, 1e-20);
    EXPECT_NEAR(value(adder(16)), std::sqrt(0.03e-12 * 0.1e-12), 1e-20) << "half way in the logarithm";
    EXPECT_EQ(fault(adder(64)), "p.json:cost.at: is 64; expected the law's range, 8 to 32");
    EXPECT_EQ(fault(R"({"law": "between_rows", "row": "horowitz.45nm.int8_add.energy", "row_at": 8, "other": "isaac.clock", "other_at": 32,
                        "at": 9})"),
              R"(p.json:cost.other: names "isaac.clock", which is in GHz; expected a row that gives energy)");
}

TEST_F(LawTest, ReadsASramBetweenPublishedCapacities) {
    const auto sram = [](int bytes) {
        return R"({"law": "between_rows", "row": "horowitz.45nm.sram_32kb_read.energy", "row_at": 32768,
                   "other": "horowitz.45nm.sram_1mb_read.energy", "other_at": 1048576, "at": )" +
               std::to_string(bytes) + "}";
    };
    EXPECT_NEAR(value(sram(32768)), 20e-12, 1e-18);
    EXPECT_NEAR(value(sram(1048576)), 100e-12, 1e-17);
    EXPECT_NEAR(value(sram(131072)), 20e-12 * std::pow(5.0, 0.4), 1e-17) << "two of five doublings";
}

TEST_F(LawTest, OrganisesAMemoryInBanksAndWords) {
    const auto memory = [](const char* row, int bytes, int banks, int width) {
        return R"({"law": "memory_organisation", "row": ")" + std::string(row) +
               R"(", "row_capacity": 8192, "row_banks": 1, "row_width": 64, "capacity": )" + std::to_string(bytes) + R"(, "banks": )" +
               std::to_string(banks) + R"(, "width": )" + std::to_string(width) + "}";
    };
    const char* read = "horowitz.45nm.sram_8kb_read.energy";
    EXPECT_DOUBLE_EQ(value(memory(read, 8192, 1, 64)), 10e-12);
    EXPECT_DOUBLE_EQ(value(memory(read, 65536, 8, 64)), 10e-12) << "eight such banks, one of which is opened";
    EXPECT_DOUBLE_EQ(value(memory(read, 8192, 1, 256)), 40e-12);
    // Horowitz's 32 KB take 20 pJ: between two and one banks of this law.
    EXPECT_LT(value(memory(read, 32768, 2, 64)), 20e-12);
    EXPECT_GT(value(memory(read, 32768, 1, 64)), 20e-12);
    EXPECT_DOUBLE_EQ(value(memory("isaac.tile.edram.area", 16384, 4, 64), "area"), 2 * 0.083);
    EXPECT_EQ(fault(memory(read, 8192, 32, 64)), "p.json:cost.banks: cuts the memory into banks of 256 bytes; expected at least 512");
    EXPECT_EQ(fault(memory(read, 512, 1, 64)), "p.json:cost.capacity: is 512; expected the law's range, 1024 to 16777216 byte");
}

TEST_F(LawTest, LeaksMoreWhereItIsHot) {
    const auto at = [](double kelvin) {
        return R"({"law": "leakage_temperature", "row": "isaac.tile.edram.power", "row_kelvin": 300, "kelvin": )" + std::to_string(kelvin) +
               "}";
    };
    EXPECT_DOUBLE_EQ(value(at(300), "power"), 20.7e-3);
    EXPECT_NEAR(value(at(350), "power"), 20.7e-3 * 0.269 / 0.152, 1e-9);
    EXPECT_NEAR(value(at(355), "power"), 20.7e-3 * std::sqrt(0.269 * 0.532) / 0.152, 1e-9);
    EXPECT_NEAR(value(at(400), "power"), 20.7e-3 * 6.1 / 0.152, 1e-9);
    EXPECT_EQ(fault(at(420), "power"), "p.json:cost.kelvin: is 420; expected the law's range, 300 to 400 K");
    EXPECT_EQ(fault(R"({"law": "leakage_temperature", "row": "isaac.clock", "row_kelvin": 300, "kelvin": 350})", "frequency"),
              R"(p.json:cost.row: names "isaac.clock", which is in GHz; expected a row that gives power)");
}

TEST_F(LawTest, SlowsAClockWithItsSupply) {
    const auto at = [](const char* row, double volts) {
        return R"({"law": "alpha_power", "row": ")" + std::string(row) + R"(", "row_voltage": 0.9, "voltage": )" + std::to_string(volts) +
               "}";
    };
    const auto overdrive = [](double volts) { return std::pow(volts - 0.21835, 1.3) / volts; };
    EXPECT_DOUBLE_EQ(value(at("isaac.clock", 0.9), "frequency"), 1.2e9);
    EXPECT_NEAR(value(at("isaac.clock", 0.6), "frequency"), 1.2e9 * overdrive(0.6) / overdrive(0.9), 1);
    EXPECT_NEAR(value(at("isaac.array.read.time", 0.6), "time"), 100e-9 * overdrive(0.9) / overdrive(0.6), 1e-18);
    EXPECT_EQ(fault(at("isaac.clock", 0.4), "frequency"), "p.json:cost.voltage: is 0.4; expected the law's range, 0.5 to 1.2 V");
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
