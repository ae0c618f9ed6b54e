// SPDX-License-Identifier: Apache-2.0
// One 768x768 matrix of 8-bit weights times one vector (W1) and 128 vectors (W128), on one thread, and the 72 matrices of
// BERT-base's layers times 128 vectors on two, through every way that a crossbar is computed; fp32 and int8 products in the same run
// to compare with, and what the processor can do at most (roofline.hpp).
#include "models/core/gemm.hpp"
#include "models/core/parallel.hpp"
#include "models/core/philox.hpp"
#include "models/crossbar/crossbar_matrix.hpp"
#include "tests/bench/roofline.hpp"
#include "tests/unit/crossbar/some_cells.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace berth::crossbar {
namespace {

constexpr int kSize = 768, kTokens = 128;

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

/// What a case cannot do without, and so what bounds it: products of bytes, of 16-bit numbers, or counts of ones in bytes.
enum class Bound { byte_products, word_products, counted_bytes };

struct Case {
    const char* name;
    int cell_bits, adc_bits;
    double step;
    Bound bound;
    double spread = 0.0;                       ///< of programmed cells about their level, in unit currents
    std::vector<double> level_variances = {};  ///< of a read of one cell
    const char* path = "auto";
};

CrossbarDesign design_of(const Case& wanted) {
    test::CellSettings settings{.levels = test::whole_levels(wanted.cell_bits), .noise = {}};
    settings.spread = wanted.spread;
    settings.noise.level_variances = wanted.level_variances;
    CrossbarDesign design;
    design.crossbar = {128, 128, wanted.cell_bits, "differential", wanted.path};
    design.dac = {1};
    design.adc = periphery::make_adc({"uniform", wanted.adc_bits, wanted.step});
    design.cells = std::make_shared<const test::SomeCells>(std::move(settings));
    return design;
}

/// Counters that scripts/bench_table.py reads: conversions a second, and the bound's unit of work a second.
void count(benchmark::State& state, Bound bound, std::uint64_t conversions, std::uint64_t products) {
    const auto rate = [](std::uint64_t number) { return benchmark::Counter(static_cast<double>(number), benchmark::Counter::kIsRate); };
    state.counters["conversions"] = rate(conversions);
    if (bound == Bound::byte_products) state.counters["byte_products"] = rate(products);
    if (bound == Bound::word_products) state.counters["word_products"] = rate(conversions * 128);
    if (bound == Bound::counted_bytes) state.counters["counted_bytes"] = rate(conversions * 128 / 8);
}

void one_matrix(benchmark::State& state, const Case& wanted, int tokens) {
    const CrossbarMatrix matrix(bytes(std::size_t(kSize) * kSize, 1), kSize, kSize, 7, design_of(wanted));
    const auto x = bytes(std::size_t(tokens) * kSize, 2);
    std::vector<std::int32_t> y(std::size_t(tokens) * kSize);
    std::uint64_t conversions = 0;
    for (auto _ : state) {
        conversions += matrix.multiply(x, tokens, y).adc_conversions;
        benchmark::DoNotOptimize(y.data());
    }
    count(state, wanted.bound, conversions, state.iterations() * std::uint64_t(tokens) * kSize * kSize);
    state.SetLabel(std::string(matrix.path_taken()));
}

/// A layer's matrices [out, in]: query, key, value, attention output, and the two of the feed-forward network.
struct Shape {
    int out, in;
};
constexpr Shape kLayer[] = {{768, 768}, {768, 768}, {768, 768}, {768, 768}, {3072, 768}, {768, 3072}};
constexpr std::size_t kLayers = 12, kMatrices = kLayers * std::size(kLayer);

void bert_base(benchmark::State& state, const Case& wanted) {
    const CrossbarDesign design = design_of(wanted);
    const auto pool = bytes(std::size_t(3072) * 768, 1);  // every matrix begins elsewhere in it
    const auto x = bytes(std::size_t(kTokens) * 3072, 2);
    Threads threads(2);
    std::vector<std::unique_ptr<const CrossbarMatrix>> matrices(kMatrices);
    threads.for_each(kMatrices, [&](std::size_t i) {
        const auto [out, in] = kLayer[i % std::size(kLayer)];
        std::vector<std::int8_t> weights(std::size_t(out) * std::size_t(in));
        for (std::size_t w = 0; w < weights.size(); ++w) weights[w] = pool[(w + 7919 * i) % pool.size()];
        matrices[i] = std::make_unique<const CrossbarMatrix>(weights, out, in, 7, design, i);
    });
    std::vector<std::uint64_t> conversions(kMatrices);
    std::uint64_t products = 0;
    for (auto _ : state)
        threads.for_each(kMatrices, [&](std::size_t i) {
            const auto [out, in] = kLayer[i % std::size(kLayer)];
            std::vector<std::int32_t> y(std::size_t(kTokens) * std::size_t(out));
            conversions[i] += matrices[i]->multiply(std::span(x).first(std::size_t(kTokens) * std::size_t(in)), kTokens, y).adc_conversions;
        });
    std::uint64_t all = 0;
    for (std::size_t i = 0; i < kMatrices; ++i) {
        all += conversions[i];
        products += state.iterations() * std::uint64_t(kTokens) * std::uint64_t(kLayer[i % std::size(kLayer)].out) *
                    std::uint64_t(kLayer[i % std::size(kLayer)].in);
    }
    count(state, wanted.bound, all, products);
    state.SetLabel(std::string(matrices.front()->path_taken()));
}

template <class Element, class Sum>
void dense(benchmark::State& state) {
    const auto weights = bytes(std::size_t(kSize) * kSize, 1), inputs = bytes(std::size_t(kTokens) * kSize, 2);
    const std::vector<Element> w(weights.begin(), weights.end()), x(inputs.begin(), inputs.end());
    std::vector<Sum> y(std::size_t(kTokens) * kSize);
    for (auto _ : state) {
        gemm(x, w, std::span<Sum>(y), kTokens, kSize, kSize);
        benchmark::DoNotOptimize(y.data());
    }
}

const std::vector<Case>& cases() {
    static const std::vector<Case> all{
        {"lossless/1b_cells/8b_adc", 1, 8, 1.0, Bound::byte_products},
        {"unit_step/1b_cells/7b_adc", 1, 7, 1.0, Bound::byte_products},
        {"unit_step/2b_cells/8b_adc", 2, 8, 1.0, Bound::byte_products},
        {"coarse_step2/1b_cells/6b_adc", 1, 6, 2.0, Bound::counted_bytes},
        {"coarse_step4/1b_cells/5b_adc", 1, 5, 4.0, Bound::counted_bytes},
        {"coarse_step8/1b_cells/4b_adc", 1, 4, 8.0, Bound::counted_bytes},
        {"read_noise/1b_cells/7b_adc", 1, 7, 1.0, Bound::counted_bytes, 0.0, {0.0, 0.01}},
        {"read_noise_of_both_levels/1b_cells/7b_adc", 1, 7, 1.0, Bound::counted_bytes, 0.0, {0.001, 0.01}},
        {"analog/2b_cells/8b_adc", 2, 8, 1.0, Bound::word_products, 0.1},
        {"analog_step1.1/2b_cells/8b_adc", 2, 8, 1.1, Bound::word_products, 0.1},
        {"analog_read_noise/2b_cells/8b_adc", 2, 8, 1.0, Bound::word_products, 0.1, {0.001, 0.01, 0.02, 0.03}},
    };
    return all;
}

void register_all() {
    benchmark::RegisterBenchmark("fp32_gemm/W128", [](benchmark::State& state) { dense<float, float>(state); });
    benchmark::RegisterBenchmark("int8_gemm/W128", [](benchmark::State& state) { dense<std::int8_t, std::int32_t>(state); });
    test::register_roofline();
    for (const Case& one : cases()) {
        const std::string name = one.name;
        benchmark::RegisterBenchmark((name + "/W128").c_str(), [&one](benchmark::State& state) { one_matrix(state, one, kTokens); });
        benchmark::RegisterBenchmark((name + "/W1").c_str(), [&one](benchmark::State& state) { one_matrix(state, one, 1); });
    }
    static const Case reference{"reference/1b_cells/8b_adc", 1, 8, 1.0, Bound::counted_bytes, 0.0, {}, "reference"};
    benchmark::RegisterBenchmark("reference/1b_cells/8b_adc/W1", [](benchmark::State& state) { one_matrix(state, reference, 1); });
    for (const Case& one : cases())
        benchmark::RegisterBenchmark((std::string(one.name) + "/BERT-base").c_str(),
                                     [&one](benchmark::State& state) { bert_base(state, one); })
            ->Iterations(1)
            ->Repetitions(1)
            ->MeasureProcessCPUTime()
            ->UseRealTime();
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
