// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/crossbar_matrix.hpp"

#include "models/core/gemm.hpp"
#include "models/crossbar/read_paths.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace berth::crossbar {
namespace {

void check_weights(std::span<const std::int8_t> weights, const ArrayLayout& layout) {
    if (weights.size() != std::size_t(layout.out) * std::size_t(layout.in))
        throw std::invalid_argument("the matrix's weights are not out times in");
    const int largest = (1 << layout.magnitude_bits) - 1;
    if (std::any_of(weights.begin(), weights.end(), [largest](int weight) { return weight > largest || weight < -largest; }))
        throw std::invalid_argument("a weight is larger than the bits of magnitude that were asked for");
}

std::vector<int> exponents_of(const ConverterRanges& ranges, int columns_of_a_channel) {
    if (ranges.exponents.empty()) return std::vector<int>(std::size_t(columns_of_a_channel));
    if (ranges.exponents.size() != std::size_t(columns_of_a_channel) ||
        std::any_of(ranges.exponents.begin(), ranges.exponents.end(), [](int exponent) { return exponent < 0 || exponent > 15; }))
        throw std::invalid_argument("a converter's ranges are not an exponent from 0 to 15 for each polarity and slice");
    return ranges.exponents;
}

}  // namespace

std::vector<std::string> path_names() { return {"auto", "reference"}; }

Activity& Activity::operator+=(const Activity& other) {
    array_reads += other.array_reads;
    adc_conversions += other.adc_conversions;
    clipped += other.clipped;
    return *this;
}

bool always_lossless(const CrossbarParams& params, const periphery::DacParams& dac, const periphery::Adc& adc) {
    const auto encoding = make_encoding(params.encoding);
    const auto reads = dac.slices();
    const auto wider = [](const auto& a, const auto& b) { return a.largest() < b.largest(); };
    const int largest_input = std::max_element(reads.begin(), reads.end(), wider)->largest();
    return dac.linear() && adc.lossless(largest_column_sum(*encoding, params.rows, params.cell_bits) * largest_input);
}

CrossbarMatrix::CrossbarMatrix(std::span<const std::int8_t> weights, int out, int in, int magnitude_bits, const CrossbarParams& params,
                               const periphery::DacParams& dac, std::shared_ptr<const periphery::Adc> adc)
    : CrossbarMatrix(weights, out, in, magnitude_bits,
                     CrossbarDesign{.crossbar = params, .dac = dac, .adc = std::move(adc), .cells = ideal_cells(params.cell_bits)}) {}

CrossbarMatrix::CrossbarMatrix(std::span<const std::int8_t> weights, int out, int in, int magnitude_bits, const CrossbarDesign& design,
                               std::uint64_t component, const ConverterRanges& ranges)
    : weights_(weights.begin(), weights.end()) {
    const auto encoding = make_encoding(design.crossbar.encoding);
    ProgrammedArrays arrays{
        .layout = ArrayLayout(out, in, magnitude_bits, design.crossbar, *encoding),
        .reads = design.dac.slices(),
        .design = design,
        .component = component,
        .exponents = exponents_of(ranges, encoding->polarities() * encoding->slices(magnitude_bits, design.crossbar.cell_bits)),
        .weight_shifts = crossbar::weight_shifts(*encoding, magnitude_bits, design.crossbar.cell_bits)};
    check_weights(weights, arrays.layout);
    const ArrayLayout& layout = arrays.layout;
    const std::int64_t largest = largest_column_sum(*encoding, layout.rows_in(0), layout.cell_bits) * arrays.largest_input();
    const bool free_choice = design.crossbar.path == "auto";
    lossless_ = arrays.whole_units() && design.adc->lossless(largest);
    if (!lossless_ || !free_choice) {
        arrays.program(*encoding, weights_);
        lossless_ = arrays.whole_units() && design.adc->lossless(arrays.largest_current());
    }
    const bool exact = lossless_ && free_choice;
    if (exact) arrays.blocks = {};
    arrays_ = std::make_shared<const ProgrammedArrays>(std::move(arrays));
    if (!exact) path_ = choose_path(arrays_, weights_);
}

std::string_view CrossbarMatrix::path_taken() const { return path_ ? path_->name() : "int8_gemm"; }

std::size_t CrossbarMatrix::code_count(int tokens) const {
    return std::size_t(tokens) * input_slices().size() * std::size_t(layout().row_blocks) * layout().columns();
}

Activity CrossbarMatrix::activity(int tokens) const {
    const std::uint64_t reads = std::uint64_t(tokens) * input_slices().size();
    return {.array_reads = reads * layout().arrays(), .adc_conversions = reads * layout().conversions()};
}

void CrossbarMatrix::check(std::span<const std::int8_t> x, int tokens, std::size_t results) const {
    if (tokens < 0 || x.size() != std::size_t(tokens) * std::size_t(layout().in) ||
        results != std::size_t(tokens) * std::size_t(layout().out))
        throw std::invalid_argument("inputs or results of a crossbar product are not shaped [tokens, in] and [tokens, out]");
    const periphery::DacParams& dac = arrays_->design.dac;
    const int largest = dac.largest_activation();
    if (dac.narrow() && std::any_of(x.begin(), x.end(), [largest](int value) { return value > largest || value < -largest - 1; }))
        throw std::invalid_argument("an input has more bits than an activation");
}

Activity CrossbarMatrix::multiply(std::span<const std::int8_t> x, int tokens, std::span<std::int32_t> accumulators,
                                  const ReadKey& key) const {
    check(x, tokens, accumulators.size());
    if (!path_) {
        gemm(x, weights_, accumulators, tokens, layout().in, layout().out);
        return activity(tokens);
    }
    std::vector<std::int64_t> sums(accumulators.size());
    const Activity done = accumulate(x, tokens, sums, key);
    finish(sums, accumulators);
    return done;
}

Activity CrossbarMatrix::accumulate(std::span<const std::int8_t> x, int tokens, std::span<std::int64_t> sums, const ReadKey& key) const {
    check(x, tokens, sums.size());
    Activity done = activity(tokens);
    if (path_) done.clipped = path_->read({.x = x, .tokens = tokens, .sums = sums, .codes = {}, .key = key});
    if (!path_) accumulate_exactly(x, tokens, sums);
    return done;
}

Activity CrossbarMatrix::accumulate(std::span<const std::int8_t> x, int tokens, std::span<std::int64_t> sums, std::span<std::int32_t> codes,
                                    const ReadKey& key) const {
    check(x, tokens, sums.size());
    if (!codes.empty() && codes.size() != code_count(tokens)) throw std::invalid_argument("the codes' shape is not that of the product");
    Activity done = activity(tokens);
    const ArrayProduct product{.x = x, .tokens = tokens, .sums = sums, .codes = codes, .key = key};
    done.clipped = path_ ? path_->read(product) : choose_array_path(with_blocks(*arrays_, weights_))->read(product);
    return done;
}

void CrossbarMatrix::accumulate_exactly(std::span<const std::int8_t> x, int tokens, std::span<std::int64_t> sums) const {
    std::vector<std::int32_t> exact(sums.size());
    gemm(x, weights_, exact, tokens, layout().in, layout().out);
    const std::int64_t codes_per_unit = arrays_->codes_per_unit();
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += exact[i] * codes_per_unit;
}

void CrossbarMatrix::finish(std::span<const std::int64_t> sums, std::span<std::int32_t> accumulators) const {
    using Limits = std::numeric_limits<std::int32_t>;
    const double step = arrays_->design.adc->step();
    if (step >= 1.0 && step <= Limits::max() && step == std::nearbyint(step)) {
        // A sum beyond the limits is beyond them too after a step of one or more.
        const auto whole = static_cast<std::int64_t>(step);
        for (std::size_t i = 0; i < sums.size(); ++i) {
            const std::int64_t product = std::clamp<std::int64_t>(sums[i], Limits::min(), Limits::max()) * whole;
            accumulators[i] = static_cast<std::int32_t>(std::clamp<std::int64_t>(product, Limits::min(), Limits::max()));
        }
        return;
    }
    constexpr double least = Limits::min(), largest = Limits::max();
    for (std::size_t i = 0; i < sums.size(); ++i)
        accumulators[i] = static_cast<std::int32_t>(std::clamp(std::nearbyint(static_cast<double>(sums[i]) * step), least, largest));
}

}  // namespace berth::crossbar
