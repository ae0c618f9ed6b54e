// SPDX-License-Identifier: Apache-2.0
// One 768x768 matrix of 8-bit weights times one vector (W1) and 128 vectors (W128), on one thread: the integer product of
// lossless arrays, clipping and coarse converters, the scalar reference, and fp32 in the same run to compare with.
#include "models/core/gemm.hpp"
#include "models/core/philox.hpp"
#include "models/crossbar/crossbar_matrix.hpp"
#include "tests/unit/crossbar/some_cells.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

namespace berth::crossbar {
namespace {

constexpr int kSize = 768;

/// Bell-shaped like trained weights: the mean of four uniforms, the largest of them near 127.
std::vector<std::int8_t> bytes(std::size_t count, std::uint32_t seed) {
    std::vector<std::int8_t> values(count);
    for (std::size_t i = 0; i < count; ++i) {
        const auto words = philox({static_cast<std::uint32_t>(i), 0, 0, 0}, {seed, 0});
        double sum = 0.0;
        for (const std::uint32_t word : words) sum += unit_interval(word) - 0.5;
        values[i] = static_cast<std::int8_t>(std::clamp(std::nearbyint(sum * 75.0), -127.0, 127.0));
    }
    return values;
}

struct Case {
    const char* name;
    int cell_bits;
    int adc_bits;
    double step;
    const char* path;
    int tokens;
    double spread = 0.0;          ///< of programmed cells about their level, in unit currents
    double noise_variance = 0.0;  ///< of a read of a cell at level one; level 0 has a tenth
};

std::shared_ptr<const CellModel> cells_of(const Case& wanted) {
    test::CellSettings settings{.levels = test::whole_levels(wanted.cell_bits), .noise = {}, .spread = wanted.spread};
    for (std::size_t level = 0; wanted.noise_variance != 0.0 && level < settings.levels.size(); ++level)
        settings.noise.level_variances.push_back(std::abs(wanted.noise_variance) * (level == 0 ? (wanted.noise_variance > 0 ? 0.1 : 0.0) : static_cast<double>(level)));
    return std::make_shared<const test::SomeCells>(std::move(settings));
}

void crossbar(benchmark::State& state, const Case& wanted) {
    const auto adc = std::shared_ptr<const periphery::Adc>(periphery::make_adc({"uniform", wanted.adc_bits, wanted.step}));
    CrossbarDesign design;
    design.crossbar = {128, 128, wanted.cell_bits, "differential", wanted.path};
    design.dac = {1};
    design.adc = adc;
    design.cells = cells_of(wanted);
    const CrossbarMatrix matrix(bytes(std::size_t(kSize) * kSize, 1), kSize, kSize, 7, design);
    const auto x = bytes(std::size_t(wanted.tokens) * kSize, 2);
    std::vector<std::int32_t> y(std::size_t(wanted.tokens) * kSize);
    std::uint64_t conversions = 0;
    for (auto _ : state) {
        conversions += matrix.multiply(x, wanted.tokens, y).adc_conversions;
        benchmark::DoNotOptimize(y.data());
    }
    state.counters["conversions"] = benchmark::Counter(static_cast<double>(conversions), benchmark::Counter::kIsRate);
    state.SetLabel(std::string(matrix.path_taken()));
}

template <class Element, class Sum>
void dense(benchmark::State& state, int tokens) {
    const auto weights = bytes(std::size_t(kSize) * kSize, 1), inputs = bytes(std::size_t(tokens) * kSize, 2);
    const std::vector<Element> w(weights.begin(), weights.end()), x(inputs.begin(), inputs.end());
    std::vector<Sum> y(std::size_t(tokens) * kSize);
    for (auto _ : state) {
        gemm(x, w, std::span<Sum>(y), tokens, kSize, kSize);
        benchmark::DoNotOptimize(y.data());
    }
}

constexpr Case kCases[] = {
    {"lossless/1b_cells/8b_adc/W128", 1, 8, 1.0, "auto", 128},
    {"lossless/1b_cells/8b_adc/W1", 1, 8, 1.0, "auto", 1},
    {"unit_step/1b_cells/7b_adc/W128", 1, 7, 1.0, "auto", 128},
    {"unit_step/2b_cells/8b_adc/W128", 2, 8, 1.0, "auto", 128},
    {"coarse_step2/1b_cells/6b_adc/W128", 1, 6, 2.0, "auto", 128},
    {"coarse_step4/1b_cells/5b_adc/W128", 1, 5, 4.0, "auto", 128},
    {"coarse_step8/1b_cells/4b_adc/W128", 1, 4, 8.0, "auto", 128},
    {"coarse_step4/1b_cells/5b_adc/W1", 1, 5, 4.0, "auto", 1},
    {"analog/2b_cells/8b_adc/W128", 2, 8, 1.0, "auto", 128, 0.1},
    {"analog/2b_cells/8b_adc_step1.1/W128", 2, 8, 1.1, "auto", 128, 0.1},
    {"analog_noise/2b_cells/8b_adc/W128", 2, 8, 1.0, "auto", 128, 0.1, 0.01},
    {"noisy/1b_cells/7b_adc/W128", 1, 7, 1.0, "auto", 128, 0.0, 0.01},
    {"noisy0/1b_cells/7b_adc/W128", 1, 7, 1.0, "auto", 128, 0.0, -0.01},
    {"reference/1b_cells/8b_adc/W1", 1, 8, 1.0, "reference", 1},
};

void register_all() {
    benchmark::RegisterBenchmark("fp32_gemm/W128", [](benchmark::State& state) { dense<float, float>(state, 128); });
    benchmark::RegisterBenchmark("int8_gemm/W128", [](benchmark::State& state) { dense<std::int8_t, std::int32_t>(state, 128); });
    for (const Case& one : kCases) benchmark::RegisterBenchmark(one.name, [&one](benchmark::State& state) { crossbar(state, one); });
}

}  // namespace
}  // namespace berth::crossbar

int main(int argc, char** argv) {
    berth::crossbar::register_all();
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
