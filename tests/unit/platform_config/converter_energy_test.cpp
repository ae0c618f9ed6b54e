// SPDX-License-Identifier: Apache-2.0
#include "platform/converter_energy.hpp"

#include "platform/static_energy.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace berth::platform {
namespace {

double energy(const CellReads& reads, std::uint64_t conversions, const char* cell = "neurosim") {
    return converter_energy_block(reads, conversions, 1.0, 8, 1, 1).at("cells").at(cell).at("by_values_j").to_number<double>();
}

/// NeuroSim's fit at 32 nm, 8 b, in watts.
double watts(double siemens) { return (1.0157 * 8 + 7.6286) * 1e-6 + 0.083709 * std::exp(-2.313 * std::log10(1 / siemens)); }

TEST(ConverterEnergy, IsTheAverageWhereHalfIsDrivenAndHalfIsOn) {
    EXPECT_NEAR(energy({.cells = 1280, .driven = 640, .levels = 320}, 10), 1.0, 1e-12);
}

TEST(ConverterEnergy, FollowsWhatTheBitlinesOfTheRunConduct) {
    // Ten conversions of 128 cells, 16 of which are driven on each, 4 of them on: 100 k and 1.7 M.
    const double on = 1e-5, off = 1 / 1.7e6, met = 4 * on + 12 * off, average = 64 * (on + off) / 2;
    EXPECT_NEAR(energy({.cells = 1280, .driven = 160, .levels = 40}, 10), watts(met) / watts(average), 1e-9);
    EXPECT_LT(energy({.cells = 1280, .driven = 160, .levels = 0}, 10), energy({.cells = 1280, .driven = 160, .levels = 160}, 10));
    const auto block = converter_energy_block({.cells = 1280, .driven = 160, .levels = 40}, 10, 2e-6, 8, 1, 1);
    const auto& cell = block.at("cells").at("neurosim");
    EXPECT_NEAR(cell.at("by_values_j").to_number<double>() * (1 + cell.at("error_of_average").to_number<double>()), 2e-6, 1e-15);
    EXPECT_DOUBLE_EQ(block.at("driven_per_conversion").as_double(), 16);
    EXPECT_FALSE(block.at("sources").as_array().empty());
}

TEST(ConverterEnergy, SaysNothingWhereTheFitDoesNot) {
    const CellReads reads{.cells = 1280, .driven = 160, .levels = 40};
    EXPECT_TRUE(converter_energy_block(reads, 10, 1.0, 12, 1, 1).is_null()) << "12 bits";
    EXPECT_TRUE(converter_energy_block(reads, 10, 1.0, 8, 1, 2).is_null()) << "a current goes with a voltage, not its square";
    EXPECT_TRUE(converter_energy_block(reads, 0, 1.0, 8, 1, 1).is_null());
}

TEST(GatedLeakage, LeavesTilesOnForTheirStages) {
    const PlatformConfig config = load_platform("reram-multitask");
    mapping::Placement placement;
    placement.tiles = 4;
    const auto plane = [](const char* matrix, const char* owner, std::vector<std::int32_t> tiles) {
        mapping::PlacedPlane placed;
        placed.plane.matrix = matrix;
        placed.plane.owner = owner;
        placed.tiles = std::move(tiles);
        return placed;
    };
    placement.planes = {plane("layer.0.key", "base", {0}), plane("layer.0.attention_output", "base", {1}),
                        plane("layer.0.intermediate.up", "mine", {0}), plane("layer.0.output", "another", {3})};
    ImageOnChip on_chip;
    on_chip.image = placement;
    // busy, converting, network, input: tile 0 has 0.3 of keys and 0.2 of intermediates, tile 1 0.1, 0.3 of keys and 0.25 of attention.
    const std::vector<StageTimes> stages{{"layer.0.query_key_value", 1, 0.1, 0.1, 0.1, 0.7},
                                         {"layer.0.attention", 1, 0.2, 0.0, 0.05, 0.75},
                                         {"layer.0.attention_output", 1, 0.05, 0.0, 0.05, 0.9},
                                         {"layer.0.intermediate", 1, 0.2, 0.0, 0.0, 0.8},
                                         {"layer.0.output", 1, 0.9, 0.0, 0.0, 0.1}};
    const double share = share_of_tiles_on(on_chip, std::vector<std::string>{"mine"}, stages, 1.0);
    EXPECT_NEAR(share, (0.5 + 0.65) / 4, 1e-12) << "tiles of other tasks and empty ones are off";
    const auto block = leakage_block(config, on_chip, share, 1.0);
    const double always = block.at("always_on_j").as_double(), gated = block.at("gated_j").as_double();
    EXPECT_LT(gated, always);
    EXPECT_GT(gated, always * 1.15 / 4) << "routers and the chip's own parts stay on";

    const auto booked = [&](const char* gating) {
        PlatformConfig chosen = config;
        chosen.supply.gating = gating;
        Ledger ledger;
        EXPECT_DOUBLE_EQ(book_static(ledger, chosen, on_chip, {.on_s = 1.0, .tiles_on = share}), always);
        return ledger.static_total();
    };
    EXPECT_DOUBLE_EQ(booked("none"), always);
    EXPECT_DOUBLE_EQ(booked("tile"), gated);
}

}  // namespace
}  // namespace berth::platform
