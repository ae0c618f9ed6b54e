// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/wire_solver.hpp"

#include "models/crossbar/wire_fast.hpp"

#include <stdexcept>

namespace berth::crossbar {
namespace {

struct SolverEntry {
    std::string_view name;
    WireSolver solve;
};

constexpr SolverEntry kSolvers[] = {{"none", nullptr}, {"exact", &solve_wires}, {"fast", &solve_wires_fast}};

}  // namespace

std::vector<std::string> wire_solvers() {
    std::vector<std::string> names;
    for (const SolverEntry& entry : kSolvers) names.emplace_back(entry.name);
    return names;
}

WireSolver wire_solver(std::string_view name) {
    for (const SolverEntry& entry : kSolvers)
        if (entry.name == name) return entry.solve;
    throw std::invalid_argument("no solver of wires is called " + std::string(name));
}

}  // namespace berth::crossbar
