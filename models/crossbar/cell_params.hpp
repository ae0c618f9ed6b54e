// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/params.hpp"
#include "models/crossbar/cell_deviation.hpp"
#include "models/crossbar/cell_levels.hpp"

#include <string>
#include <vector>

namespace berth::crossbar {

/// What a cell's levels are. The platform finds published resistances in platform/tables/cells.json.
struct CellParams {
    double r_on = 0.0, r_off = 0.0;
    std::string spacing;
    std::vector<double> between;
    std::string offset_correction;

    static constexpr std::tuple fields{
        Choice{"spacing", &CellParams::spacing, &level_spacings, "how levels lie between the two resistances"},
        Choice{"offset_correction", &CellParams::offset_correction, &offset_corrections,
               "what takes away the current of cells that hold 0"},
        Field{"r_on", &CellParams::r_on, "ohm", 1e-3, 1e15, "resistance of the largest number, or a row"},
        Field{"r_off", &CellParams::r_off, "ohm", 1e-3, 1e15, "resistance of 0, or a row"},
        Numbers{"between", &CellParams::between, "ohm", 1e-3, 1e15, "resistances of 1, 2, ..., where the spacing is explicit"},
    };
};

struct ProgrammingParams {
    std::string error = "none";
    double sigma = 0.0;
    int most_pulses = 1;
    double tolerance = 0.0;

    static constexpr std::tuple fields{
        Choice{"error", &ProgrammingParams::error, &programming_error_names, "what a programmed cell differs from its level by"},
        Field{"sigma", &ProgrammingParams::sigma, "of a conductance", 0.0, 10.0,
              "standard deviation of the constant and proportional errors, as part of the highest level or of the cell's own"},
        Field{"most_pulses", &ProgrammingParams::most_pulses, "pulse", 1, 10000,
              "pulses after which writing gives up; 1 writes without verifying"},
        Field{"tolerance", &ProgrammingParams::tolerance, "unit current", 0.0, 100.0, "distance from its level at which a cell passes"},
    };
};

struct EnduranceParams {
    std::string model = "none";
    double median = 1.0, log10_sigma = 0.0, earlier_pulses = 0.0, low_resistance_share = 0.0;

    static constexpr std::tuple fields{
        Choice{"model", &EnduranceParams::model,
               +[] {
                   return std::vector<std::string>{"none", "lognormal"};
               },
               "how many pulses cells endure"},
        Field{"median", &EnduranceParams::median, "pulse", 1.0, 1e18, "pulses that half of the cells endure, or a row"},
        Field{"log10_sigma", &EnduranceParams::log10_sigma, "decade", 0.0, 6.0, "standard deviation of their decimal logarithm"},
        Field{"earlier_pulses", &EnduranceParams::earlier_pulses, "pulse", 0.0, 1e18, "pulses that every cell has had before"},
        Field{"low_resistance_share", &EnduranceParams::low_resistance_share, "", 0.0, 1.0,
              "part of the worn cells that end in the low-resistance state"},
    };
};

struct RetentionParams {
    std::string model = "none";
    double time = 0.0;

    static constexpr std::tuple fields{
        Choice{"model", &RetentionParams::model, &retention_names, "what time adds"},
        Field{"time", &RetentionParams::time, "s", 0.0, 1e10, "time since programming"},
    };
};

/// Every read moves a cell by the same part of what it lacks to the low-resistance state.
struct ReadDisturbParams {
    double reads = 0.0, fraction = 0.0;

    static constexpr std::tuple fields{
        Field{"reads", &ReadDisturbParams::reads, "read", 0.0, 1e18, "reads that the cells have had"},
        Field{"fraction", &ReadDisturbParams::fraction, "", 0.0, 1.0,
              "part of its distance to the low-resistance state that a cell loses in a read"},
    };
};

/// Two-level clustering: squares of cells are affected at random, and only their cells stick.
struct FaultParams {
    double stuck_low_resistance = 0.0, stuck_high_resistance = 0.0, cluster_density = 1.0;
    int cluster_side = 1;

    static constexpr std::tuple fields{
        Field{"stuck_low_resistance", &FaultParams::stuck_low_resistance, "of all cells", 0.0, 1.0, "cells stuck at the highest level"},
        Field{"stuck_high_resistance", &FaultParams::stuck_high_resistance, "of all cells", 0.0, 1.0, "cells stuck at level 0"},
        Field{"cluster_side", &FaultParams::cluster_side, "cell", 1, 1024, "side of the squares in which cells stick together"},
        Field{"cluster_density", &FaultParams::cluster_density, "of a square's cells", 1e-6, 1.0,
              "stuck cells of an affected square; 1 with a side of 1: independent cells"},
    };
};

/// Conductance at a temperature: g (1 + a(g) (T - T0)), a going linearly from the high-resistance to the low-resistance state.
struct TemperatureParams {
    double kelvin = 0.0, reference = 0.0, low_resistance = 0.0, high_resistance = 0.0;

    static constexpr std::tuple fields{
        Field{"kelvin", &TemperatureParams::kelvin, "K", 1.0, 1000.0, "temperature of the cells"},
        Field{"reference", &TemperatureParams::reference, "K", 1.0, 1000.0, "temperature at which the cells' resistances hold"},
        Field{"low_resistance", &TemperatureParams::low_resistance, "1/K", -0.1, 0.1,
              "relative change of the conductance of the low-resistance state a kelvin"},
        Field{"high_resistance", &TemperatureParams::high_resistance, "1/K", -0.1, 0.1, "the same of the high-resistance state"},
    };
};

struct ReadNoiseParams {
    std::string model = "none";
    double sigma = 0.0, time = 0.0;

    static constexpr std::tuple fields{
        Choice{"model", &ReadNoiseParams::model, &read_noise_names, "what a read adds to a cell's current"},
        Field{"sigma", &ReadNoiseParams::sigma, "of a conductance", 0.0, 10.0,
              "standard deviation of the constant and proportional noises, as part of the highest level or of the cell's own"},
        Field{"time", &ReadNoiseParams::time, "s", 0.0, 1e10, "time over which noise has gathered, for models that know it"},
    };
};

struct TelegraphParams {
    double probability = 0.0, amplitude = 0.0;

    static constexpr std::tuple fields{
        Field{"probability", &TelegraphParams::probability, "", 0.0, 1.0, "of a cell's being in its less conductive state in a read"},
        Field{"amplitude", &TelegraphParams::amplitude, "of a conductance", 0.0, 1.0, "part of its conductance that it lacks then"},
    };
};

}  // namespace berth::crossbar
