// SPDX-License-Identifier: Apache-2.0
// Programming the wires of one 128x128 array on one thread: exactly, and within the tolerance of whole networks. The counters say what
// the fast solution errs by, as a part of full scale, what it bounds that by, and its sweeps.
#include "models/crossbar/wire_fast.hpp"

#include <benchmark/benchmark.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/unit/crossbar/wire_arrays.hpp"

namespace berth::crossbar {
namespace {

constexpr int kSize = 128;

struct Case {
    const char* name;
    double on, off;  ///< ohm
    double density;  ///< share of cells that are on
    double wordline, bitline;
};

/// Published cells at NeuroSim's 32 nm: segments of 1T1R (4F by 12F), and the longer way for both.
constexpr Case kCases[] = {
    {"isaac_half_on", 1333, 20000, 0.5, 1.04, 3.13},        {"isaac_all_on", 1333, 20000, 1.0, 1.04, 3.13},
    {"isaac_all_on_3ohm", 1333, 20000, 1.0, 3.13, 3.13},    {"hyflexpim_half_on", 6000, 900000, 0.5, 1.04, 3.13},
    {"mnsim_half_on", 10000, 1000000, 0.5, 1.04, 3.13},     {"mnsim_all_on", 10000, 1000000, 1.0, 1.04, 3.13},
    {"neurosim_half_on", 100000, 1700000, 0.5, 1.04, 3.13}, {"nvmexplorer_half_on", 1000000, 10000000, 0.5, 1.04, 3.13},
};

test::WiredArray array_of(const Case& wanted) {
    return test::random_array(kSize, kSize, 1.0 / wanted.on, wanted.off / wanted.on, wanted.density, false, 1);
}

void fast(benchmark::State& state, const Case& wanted) {
    const auto array = array_of(wanted);
    const WireParams wires{wanted.wordline, wanted.bitline, 0.0, 0.0, false, false};
    ApproximateWires solved;
    for (auto _ : state) {
        solved = approximate_wires(array.cells, kSize, kSize, wires);
        benchmark::DoNotOptimize(solved.effective.data());
    }
    const auto exact = solve_wires(array.cells, kSize, kSize, wires);
    state.counters["error"] = array.largest_error(exact, solved.effective);
    state.counters["bound"] = solved.error_bound;
    state.counters["sweeps"] = solved.sweeps;
}

void exact(benchmark::State& state, bool double_sided) {
    const auto array = array_of(kCases[0]);
    const WireParams wires{1.04, 3.13, 0.0, 0.0, double_sided, false};
    for (auto _ : state) benchmark::DoNotOptimize(solve_wires(array.cells, kSize, kSize, wires).data());
}

[[maybe_unused]] const bool registered = [] {
    benchmark::RegisterBenchmark("wires_exact/128x128", exact, false)->Unit(benchmark::kMillisecond);
    benchmark::RegisterBenchmark("wires_exact_double_sided/128x128", exact, true)->Unit(benchmark::kMillisecond);
    for (const Case& each : kCases)
        benchmark::RegisterBenchmark((std::string("wires_fast/") + each.name).c_str(), fast, each)->Unit(benchmark::kMillisecond);
    return true;
}();

}  // namespace
}  // namespace berth::crossbar

BENCHMARK_MAIN();
