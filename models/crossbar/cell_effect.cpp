// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/cell_effect.hpp"

#include "models/crossbar/effects.hpp"

namespace berth::crossbar {
namespace {

constexpr CellEffectEntry kEffects[] = {
    {"programming", "what writing leaves a cell at, with or without verifying it", "docs/cells.md", &describe_params<ProgrammingParams>,
     &make_programming_effect},
    {"retention", "what time adds to a programmed cell", "docs/cells.md", &describe_params<RetentionParams>, &make_retention_effect},
    {"read_disturb", "reads drive cells to the low-resistance state, exponentially", "assumed: a fixed part of the distance a read",
     &describe_params<ReadDisturbParams>, &make_read_disturb_effect},
    {"endurance", "cells that have had more pulses than they endure are stuck",
     "assumed: log-normal; endurances of the survey in cell_errors.json", &describe_params<EnduranceParams>, &make_endurance_effect},
    {"faults", "cells stuck in one state, alone or in squares", "assumed: affected squares, and cells in them, independent",
     &describe_params<FaultParams>, &make_fault_effect},
    {"temperature", "conductances change linearly with temperature", "assumed: linear law, coefficients the user's",
     &describe_params<TemperatureParams>, &make_temperature_effect},
};

}  // namespace

std::span<const CellEffectEntry> cell_effects() { return kEffects; }

boost::json::array describe_cell_effects() {
    boost::json::array list;
    for (const CellEffectEntry& entry : kEffects)
        list.emplace_back(boost::json::object{
            {"name", entry.section}, {"meaning", entry.meaning}, {"parameters", entry.parameters()}, {"source", entry.source}});
    list.emplace_back(boost::json::object{{"name", "read_noise"},
                                          {"meaning", "what a read adds to a cell's current, anew in every read"},
                                          {"parameters", describe_params<ReadNoiseParams>()},
                                          {"source", "docs/cells.md"}});
    list.emplace_back(boost::json::object{{"name", "telegraph_noise"},
                                          {"meaning", "cells that lack a part of their conductance in some reads"},
                                          {"parameters", describe_params<TelegraphParams>()},
                                          {"source", "docs/cells.md"}});
    list.emplace_back(boost::json::object{{"name", "wires"},
                                          {"meaning", "resistances of an array's wires, by wires.solver none, exact or fast"},
                                          {"parameters", describe_params<WireParams>()},
                                          {"source", "docs/wires.md"}});
    return list;
}

}  // namespace berth::crossbar
