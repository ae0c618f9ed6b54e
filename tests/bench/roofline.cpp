// SPDX-License-Identifier: Apache-2.0
#define HWY_WANT_AVX3_DL 1
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tests/bench/roofline.cpp"
#include <hwy/foreach_target.h>
// The targets' loop comes before what it repeats.
#include "tests/bench/roofline.hpp"

#include <benchmark/benchmark.h>
#include <hwy/highway.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

HWY_BEFORE_NAMESPACE();
#if HWY_TARGET == HWY_AVX3_DL
#pragma GCC push_options
#pragma GCC target("avx512vnni")
#endif
namespace berth::test::HWY_NAMESPACE {

#if HWY_TARGET == HWY_SCALAR

/// A processor without vectors does one at a time.
template <class Step>
std::int64_t one_by_one(std::int64_t steps, const Step& step) {
    std::uint32_t number = 5;
    for (std::int64_t i = 0; i < steps; ++i) {
        benchmark::DoNotOptimize(number);
        number = step(number);
    }
    return steps;
}

std::int64_t byte_products(std::int64_t steps) {
    return one_by_one(steps, [](std::uint32_t number) { return number * 3 + 1; });
}

std::int64_t word_products(std::int64_t steps) { return byte_products(steps); }

std::int64_t counted_bytes(std::int64_t steps) {
    return one_by_one(steps, [](std::uint32_t number) { return number + static_cast<std::uint32_t>(std::popcount(number & 51u)); });
}

std::int64_t read_bytes(const std::vector<std::uint8_t>& memory) {
    std::uint8_t all = 0;
    for (const std::uint8_t byte : memory) all |= byte;
    benchmark::DoNotOptimize(all);
    return static_cast<std::int64_t>(memory.size());
}

#else

namespace hn = hwy::HWY_NAMESPACE;

constexpr int kChains = 8;  // of additions, enough to fill every unit
using Sum = hn::CappedTag<std::int32_t, 16>;
using Pair = hn::Repartition<std::int16_t, Sum>;
using Byte = hn::Repartition<std::uint8_t, Sum>;

/// Kept out of the loops' way, so that nothing is known about them.
template <class D>
HWY_INLINE hn::Vec<D> unknown(D d, int value) {
    benchmark::DoNotOptimize(value);
    return hn::Set(d, static_cast<hn::TFromD<D>>(value));
}

template <class Step>
HWY_INLINE std::int32_t run(std::int64_t steps, const Step& step) {
    const Sum d;
    auto a = unknown(d, 0), b = unknown(d, 1), c = unknown(d, 2), e = unknown(d, 3);
    auto f = unknown(d, 4), g = unknown(d, 5), h = unknown(d, 6), k = unknown(d, 7);
    for (std::int64_t i = 0; i < steps; ++i) {
        a = step(a), b = step(b), c = step(c), e = step(e);
        f = step(f), g = step(g), h = step(h), k = step(k);
    }
    const auto all = hn::Xor(hn::Add(hn::Add(a, b), hn::Add(c, e)), hn::Add(hn::Add(f, g), hn::Add(h, k)));
    return hn::GetLane(all);
}

/// @return products of bytes.
std::int64_t byte_products(std::int64_t steps) {
#if HWY_TARGET == HWY_AVX3_DL
    const auto a = unknown(Sum(), 3), b = unknown(Sum(), 5);
    benchmark::DoNotOptimize(
        run(steps, [&](hn::Vec<Sum> sum) HWY_ATTR { return hn::Vec<Sum>{_mm512_dpbusd_epi32(sum.raw, a.raw, b.raw)}; }));
    return steps * kChains * 64;
#else
    const auto a = unknown(Pair(), 3), b = unknown(Pair(), 5);
    auto rest = hn::Zero(Sum());
    benchmark::DoNotOptimize(run(steps, [&](hn::Vec<Sum> sum) HWY_ATTR { return hn::ReorderWidenMulAccumulate(Sum(), a, b, sum, rest); }));
    return steps * kChains * static_cast<std::int64_t>(hn::Lanes(Pair()));
#endif
}

/// @return products of 16-bit numbers.
std::int64_t word_products(std::int64_t steps) {
    const auto a = unknown(Pair(), 3), b = unknown(Pair(), 5);
#if HWY_TARGET == HWY_AVX3_DL
    benchmark::DoNotOptimize(
        run(steps, [&](hn::Vec<Sum> sum) HWY_ATTR { return hn::Vec<Sum>{_mm512_dpwssd_epi32(sum.raw, a.raw, b.raw)}; }));
#else
    auto rest = hn::Zero(Sum());
    benchmark::DoNotOptimize(run(steps, [&](hn::Vec<Sum> sum) HWY_ATTR { return hn::ReorderWidenMulAccumulate(Sum(), a, b, sum, rest); }));
#endif
    return steps * kChains * static_cast<std::int64_t>(hn::Lanes(Pair()));
}

/// @return bytes whose common ones were counted.
std::int64_t counted_bytes(std::int64_t steps) {
    const auto a = unknown(Byte(), 51);
    benchmark::DoNotOptimize(run(steps, [&](hn::Vec<Sum> sum) HWY_ATTR {
        const auto bytes = hn::BitCast(Byte(), sum);
        return hn::BitCast(Sum(), hn::Add(bytes, hn::PopulationCount(hn::And(bytes, a))));
    }));
    return steps * kChains * static_cast<std::int64_t>(hn::Lanes(Byte()));
}

/// @return bytes read.
std::int64_t read_bytes(const std::vector<std::uint8_t>& memory) {
    const Byte d;
    auto a = hn::Zero(d), b = a;
    const std::size_t lanes = hn::Lanes(d);
    for (std::size_t i = 0; i + 2 * lanes <= memory.size(); i += 2 * lanes) {
        a = hn::Or(a, hn::LoadU(d, memory.data() + i));
        b = hn::Or(b, hn::LoadU(d, memory.data() + i + lanes));
    }
    benchmark::DoNotOptimize(hn::GetLane(hn::Or(a, b)));
    return static_cast<std::int64_t>(memory.size());
}

#endif

}  // namespace berth::test::HWY_NAMESPACE
#if HWY_TARGET == HWY_AVX3_DL
#pragma GCC pop_options
#endif
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace berth::test {

HWY_EXPORT(byte_products);
HWY_EXPORT(word_products);
HWY_EXPORT(counted_bytes);
HWY_EXPORT(read_bytes);

namespace {

constexpr std::int64_t kSteps = 100000;
constexpr std::size_t kMemory = std::size_t{256} << 20;

template <class Work>
void measure(benchmark::State& state, const char* unit, const Work& work) {
    std::int64_t done = 0;
    for (auto _ : state) done += work();
    state.counters[unit] = benchmark::Counter(static_cast<double>(done), benchmark::Counter::kIsRate);
}

}  // namespace

void register_roofline() {
    benchmark::RegisterBenchmark("roofline/byte_products", [](benchmark::State& state) {
        measure(state, "byte_products", [] { return HWY_DYNAMIC_DISPATCH(byte_products)(kSteps); });
    });
    benchmark::RegisterBenchmark("roofline/word_products", [](benchmark::State& state) {
        measure(state, "word_products", [] { return HWY_DYNAMIC_DISPATCH(word_products)(kSteps); });
    });
    benchmark::RegisterBenchmark("roofline/counted_bytes", [](benchmark::State& state) {
        measure(state, "counted_bytes", [] { return HWY_DYNAMIC_DISPATCH(counted_bytes)(kSteps); });
    });
    benchmark::RegisterBenchmark("roofline/read_bytes", [](benchmark::State& state) {
        const std::vector<std::uint8_t> memory(kMemory, 1);
        measure(state, "read_bytes", [&memory] { return HWY_DYNAMIC_DISPATCH(read_bytes)(memory); });
    });
}

}  // namespace berth::test
#endif
