// SPDX-License-Identifier: Apache-2.0
#include "models/inference/crossbar_engine.hpp"

#include "models/core/parallel.hpp"

#include <algorithm>
#include <set>

namespace berth::inference {
namespace {

constexpr std::string_view kExactPath = "int8_gemm";

crossbar::ConverterRanges ranges_at(const std::vector<crossbar::ConverterRanges>& ranges, std::size_t index) {
    return ranges.empty() ? crossbar::ConverterRanges{} : ranges.at(index);
}

bool takes_gemm(const crossbar::CrossbarMatrix* plane) { return !plane || plane->path_taken() == kExactPath; }

}  // namespace

CrossbarEngine::CrossbarEngine(const Network& network, const crossbar::CrossbarDesign& design, const PlaneOwners& owners, int threads,
                               const std::vector<bool>& digital, const PlaneRanges& ranges)
    : network_(network), activation_bits_(design.dac.activation_bits), planes_(network.linears.size()), factors_(network.linears.size()) {
    Threads pool(threads);
    pool.for_each(planes_.size(), [&](std::size_t index) {
        const Int8Matrix& matrix = *network.linears[index].matrix;
        const MatrixDelta* const delta = network.linears[index].delta.get();
        Planes& planes = planes_[index];
        planes.matrix =
            std::make_unique<const crossbar::CrossbarMatrix>(matrix.values, matrix.out, matrix.in, matrix.magnitude_bits, design,
                                                             owners.matrix_component(index), ranges_at(ranges.matrices, index));
        if (delta && !delta->channels.empty())
            planes.delta = std::make_unique<const crossbar::CrossbarMatrix>(
                delta->codes, static_cast<int>(delta->channels.size()), matrix.in, delta->magnitude_bits, design,
                plane_component(owners.deltas, index), ranges_at(ranges.deltas, index));
        const bool in_arrays = digital.empty() || !digital[index];
        if (const LowRankDelta* const low_rank = network.linears[index].low_rank.get(); low_rank && in_arrays) {
            const auto program = [&](const Int8Matrix& factor, std::uint64_t component, const std::vector<crossbar::ConverterRanges>& of) {
                return std::make_unique<const crossbar::CrossbarMatrix>(factor.values, factor.out, factor.in, factor.magnitude_bits, design,
                                                                        component, ranges_at(of, index));
            };
            factors_[index] = {program(*low_rank->down, owners.down_component(index, planes_.size()), ranges.downs),
                               program(*low_rank->up, owners.up_component(index, planes_.size()), ranges.ups)};
        }
        planes.exact = takes_gemm(planes.matrix.get()) && takes_gemm(planes.delta.get());
    });
    const bool any_digital = std::find(digital.begin(), digital.end(), true) != digital.end();
    if (any_digital || std::any_of(planes_.begin(), planes_.end(), [](const Planes& planes) { return planes.exact; }))
        exact_.emplace(network);
}

void CrossbarEngine::multiply(std::size_t index, std::span<const std::int8_t> x, int tokens, std::uint64_t request,
                              std::span<std::int32_t> accumulators) const {
    const Planes& planes = planes_.at(index);
    if (planes.exact) {
        exact_->multiply(index, x, tokens, request, accumulators);
        book(planes.matrix->activity(tokens));
        if (planes.delta) book(planes.delta->activity(tokens));
        return;
    }
    const crossbar::ReadKey key{.request = request};
    std::vector<std::int64_t> sums(accumulators.size());
    book(planes.matrix->accumulate(x, tokens, sums, key));
    if (planes.delta) {
        const auto& channels = network_.linears[index].delta->channels;
        std::vector<std::int64_t> added(std::size_t(tokens) * channels.size());
        book(planes.delta->accumulate(x, tokens, added, key));
        const std::size_t out = std::size_t(planes.matrix->layout().out);
        for (std::size_t token = 0; token < std::size_t(tokens); ++token)
            for (std::size_t kept = 0; kept < channels.size(); ++kept)
                sums[token * out + std::size_t(channels[kept])] += added[token * channels.size() + kept];
    }
    planes.matrix->finish(sums, accumulators);
}

void CrossbarEngine::multiply_factor(std::size_t index, Factor factor, std::span<const std::int8_t> x, int tokens, std::uint64_t request,
                                     std::span<std::int32_t> accumulators) const {
    const FactorPlanes& planes = factors_.at(index);
    if (!planes.down) return exact_.value().multiply_factor(index, factor, x, tokens, request, accumulators);
    const crossbar::CrossbarMatrix& plane = factor == Factor::down ? *planes.down : *planes.up;
    std::vector<std::int64_t> sums(accumulators.size());
    book(plane.accumulate(x, tokens, sums, {.request = request}));
    plane.finish(sums, accumulators);
}

void CrossbarEngine::book(const crossbar::Activity& activity) const {
    array_reads_.fetch_add(activity.array_reads, std::memory_order_relaxed);
    adc_conversions_.fetch_add(activity.adc_conversions, std::memory_order_relaxed);
    clipped_.fetch_add(activity.clipped, std::memory_order_relaxed);
}

crossbar::Activity CrossbarEngine::activity() const {
    return {.array_reads = array_reads_.load(), .adc_conversions = adc_conversions_.load(), .clipped = clipped_.load()};
}

std::string CrossbarEngine::path_taken() const {
    std::set<std::string_view> paths;
    for (const Planes& planes : planes_) {
        paths.insert(planes.matrix->path_taken());
        if (planes.delta) paths.insert(planes.delta->path_taken());
    }
    for (const FactorPlanes& planes : factors_) {
        if (planes.down) paths.insert(planes.down->path_taken());
        if (planes.up) paths.insert(planes.up->path_taken());
    }
    std::string joined;
    for (const std::string_view path : paths) joined.append(joined.empty() ? "" : "+").append(path);
    return joined;
}

}  // namespace berth::inference
