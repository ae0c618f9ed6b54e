// SPDX-License-Identifier: Apache-2.0
#include "models/core/philox.hpp"
#include "models/crossbar/wire_network.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace berth::crossbar {
namespace {

struct Array {
    int rows, cols;
    WireParams wires;
    std::vector<double> conductance;  ///< siemens, [rows, cols]
    std::vector<double> voltage;      ///< volts, [rows]
};

/// Conductances over a hundredfold range, as on/off ratios of published cells span.
Array random_array(int rows, int cols, const WireParams& wires, std::uint32_t seed) {
    Array array{rows, cols, wires, {}, {}};
    for (int i = 0; i < rows * cols; ++i)
        array.conductance.push_back(1e-6 * std::pow(100.0, unit_interval(philox({std::uint32_t(i), 0, 0, 0}, {seed, 0})[0])));
    for (int i = 0; i < rows; ++i) array.voltage.push_back(0.2 * unit_interval(philox({std::uint32_t(i), 1, 0, 0}, {seed, 0})[0]));
    return array;
}

/// The whole network as a circuit, element by element: two layers of nodes, nothing reduced.
std::string netlist(const Array& array) {
    std::string text = "crossbar with wires\n";
    int resistors = 0;
    const auto resistor = [&](const std::string& from, const std::string& to, double ohm) {
        text += fmt::format("r{} {} {} {:.17g}\n", resistors++, from, to, ohm);
    };
    const auto word = [](int i, int j) { return fmt::format("w{}_{}", i, j); };
    const auto bit = [](int i, int j) { return fmt::format("b{}_{}", i, j); };
    for (int i = 0; i < array.rows; ++i) {
        text += fmt::format("vin{} in{} 0 {:.17g}\n", i, i, array.voltage[std::size_t(i)]);
        resistor(fmt::format("in{}", i), word(i, 0), array.wires.wordline_segment + array.wires.driver);
        if (array.wires.double_sided_drive)
            resistor(fmt::format("in{}", i), word(i, array.cols - 1), array.wires.wordline_segment + array.wires.driver);
        for (int j = 0; j < array.cols; ++j) {
            resistor(word(i, j), bit(i, j), 1.0 / array.conductance[std::size_t(i * array.cols + j)]);
            if (j + 1 < array.cols) resistor(word(i, j), word(i, j + 1), array.wires.wordline_segment);
            if (i + 1 < array.rows) resistor(bit(i, j), bit(i + 1, j), array.wires.bitline_segment);
        }
    }
    for (int j = 0; j < array.cols; ++j) {
        resistor(bit(array.wires.sense_at_top ? 0 : array.rows - 1, j), fmt::format("s{}", j),
                 array.wires.bitline_segment + array.wires.sense);
        text += fmt::format("vsense{} s{} 0 0\n", j, j);
    }
    text += ".options reltol=1e-12 abstol=1e-18 vntol=1e-15 gmin=1e-20\n.control\nset numdgt=15\nset width=200\nop\n";
    for (int j = 0; j < array.cols; ++j) text += fmt::format("print i(vsense{})\n", j);
    return text + "quit\n.endc\n.end\n";
}

std::vector<double> simulate(const Array& array) {
    const auto file = std::filesystem::temp_directory_path() / fmt::format("berth-wires-{}-{}x{}.cir", ::getpid(), array.rows, array.cols);
    std::ofstream(file) << netlist(array);
    std::vector<double> currents;
    FILE* pipe = ::popen(("ngspice -b " + file.string() + " 2>/dev/null").c_str(), "r");
    char line[512];
    while (pipe != nullptr && std::fgets(line, sizeof line, pipe) != nullptr) {
        const std::string text = line;
        if (text.rfind("i(vsense", 0) == 0) currents.push_back(std::stod(text.substr(text.find('=') + 1)));
    }
    if (pipe != nullptr) ::pclose(pipe);
    std::filesystem::remove(file);
    return currents;
}

void expect_agreement(const Array& array) {
    const std::vector<double> spice = simulate(array);
    ASSERT_EQ(spice.size(), std::size_t(array.cols)) << "ngspice gave no answer: apt-get install ngspice";
    const std::vector<double> effective = solve_wires(array.conductance, array.rows, array.cols, array.wires);
    for (int j = 0; j < array.cols; ++j) {
        double current = 0.0;
        for (int i = 0; i < array.rows; ++i) current += effective[std::size_t(i * array.cols + j)] * array.voltage[std::size_t(i)];
        EXPECT_NEAR(current / spice[std::size_t(j)], 1.0, 1e-6) << "column " << j;
    }
}

class WireNetworkAgainstNgspice : public ::testing::TestWithParam<int> {};

TEST_P(WireNetworkAgainstNgspice, EveryColumnCurrentAgrees) {
    const int size = GetParam();
    expect_agreement(random_array(size, size, {1.04, 3.13, 0.0, 0.0, false, false}, 1));
    expect_agreement(random_array(size, size + 3, {2.5, 0.5, 200.0, 50.0, true, false}, 2));
    expect_agreement(random_array(size + 5, size, {1.0, 10.0, 1000.0, 10.0, false, true}, 3));
    expect_agreement(random_array(size, size, {50.0, 50.0, 10.0, 500.0, true, true}, 4));
}

INSTANTIATE_TEST_SUITE_P(Sizes, WireNetworkAgainstNgspice, ::testing::Values(8, 16, 32, 64));

}  // namespace
}  // namespace berth::crossbar
