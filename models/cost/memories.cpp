// SPDX-License-Identifier: Apache-2.0
#include "models/cost/memories.hpp"

#include "models/cost/law.hpp"

#include <algorithm>
#include <initializer_list>
#include <set>
#include <string>
#include <string_view>

namespace berth::cost {
namespace {

using Names = std::initializer_list<std::string_view>;

struct Memory {
    std::string_view name, meaning;
    Names laws, rows;
};

const Memory kMemories[] = {
    {"sram",
     "six transistors a bit: reads and writes alike, leaks",
     {"between_rows", "memory_organisation", "leakage_temperature"},
     {"horowitz.45nm.sram_8kb_read.energy", "puma.core_registers.area", "puma.core_registers.leakage_power"}},
    {"edram",
     "a transistor and a capacitor a bit: smaller than SRAM, refreshed",
     {"memory_organisation", "leakage_temperature"},
     {"isaac.tile.edram.area", "isaac.tile.edram.energy", "puma.edram.leakage_power"}},
    {"reram",
     "a transistor and a resistive cell a bit: keeps its bits without power; writes take far more than reads, and wear it",
     {"resistive_read_energy", "resistive_write_energy", "array_line_energy", "repeated_wire_energy"},
     {"reram_macro.bit.area", "cells.neurosim.r_on", "cells.neurosim.r_off", "neurosim.read.pulse"}},
};

boost::json::array strings(const Names& names) {
    boost::json::array list;
    for (const std::string_view name : names) list.emplace_back(name);
    return list;
}

}  // namespace

boost::json::array describe_memories() {
    const boost::json::array known = describe_laws();
    boost::json::array list;
    for (const Memory& memory : kMemories) {
        boost::json::array parameters;
        std::set<std::string> seen, sources;
        for (const boost::json::value& law : known) {
            const std::string name(law.at("name").as_string());
            if (std::find(memory.laws.begin(), memory.laws.end(), name) == memory.laws.end()) continue;
            sources.emplace(law.at("source").as_string());
            for (const boost::json::value& parameter : law.at("parameters").as_array())
                if (seen.emplace(parameter.at("name").as_string()).second) parameters.push_back(parameter);
        }
        std::string source;
        for (const std::string& one : sources) source += (source.empty() ? "" : "; ") + one;
        list.emplace_back(boost::json::object{{"name", memory.name},
                                              {"meaning", memory.meaning},
                                              {"laws", strings(memory.laws)},
                                              {"rows", strings(memory.rows)},
                                              {"source", source},
                                              {"parameters", std::move(parameters)}});
    }
    return list;
}

}  // namespace berth::cost
