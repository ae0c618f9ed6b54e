// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/crossbar_matrix.hpp"

#include "models/core/gemm.hpp"
#include "models/crossbar/bit_plane_path.hpp"
#include "models/crossbar/reference_path.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace berth::crossbar {
namespace {

int largest_input(std::span<const periphery::InputSlice> reads) {
    int largest = 0;
    for (const auto& read : reads) largest = std::max(largest, read.largest());
    return largest;
}

void check_weights(std::span<const std::int8_t> weights, const ArrayLayout& layout) {
    if (weights.size() != std::size_t(layout.out) * std::size_t(layout.in))
        throw std::invalid_argument("the matrix's weights are not out times in");
    const int largest = (1 << layout.magnitude_bits) - 1;
    if (std::any_of(weights.begin(), weights.end(), [largest](int weight) { return weight > largest || weight < -largest; }))
        throw std::invalid_argument("a weight is larger than the bits of magnitude that were asked for");
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
    const auto reads = periphery::input_slices(periphery::kActivationBits, dac.bits);
    return adc.lossless(largest_column_sum(*encoding, params.rows, params.cell_bits) * largest_input(reads));
}

CrossbarMatrix::CrossbarMatrix(std::span<const std::int8_t> weights, int out, int in, int magnitude_bits, const CrossbarParams& params,
                               const periphery::DacParams& dac, std::shared_ptr<const periphery::Adc> adc)
    : encoding_(make_encoding(params.encoding)),
      layout_(out, in, magnitude_bits, params, *encoding_),
      reads_(periphery::input_slices(periphery::kActivationBits, dac.bits)),
      adc_(std::move(adc)),
      weights_(weights.begin(), weights.end()) {
    check_weights(weights, layout_);
    const bool free_choice = params.path == "auto";
    by_gemm_ = lossless_ =
        free_choice && adc_->lossless(largest_column_sum(*encoding_, layout_.rows_in(0), layout_.cell_bits) * largest_input(reads_));
    if (by_gemm_) return;
    blocks_ = programmed();
    const std::int64_t largest = largest_current(blocks_);
    lossless_ = adc_->lossless(largest);
    by_gemm_ = lossless_ && free_choice;
    if (by_gemm_) {
        blocks_ = {};
    } else if (free_choice) {
        rule_ = code_rule(*adc_, largest);
        if (rule_ && !fits_bit_planes(layout_, *encoding_, reads_, *rule_)) rule_.reset();
    }
}

std::vector<ProgrammedBlock> CrossbarMatrix::programmed() const {
    std::vector<ProgrammedBlock> blocks;
    for (int block = 0; block < layout_.row_blocks; ++block) blocks.push_back(program(layout_, *encoding_, weights_, block));
    return blocks;
}

std::int64_t CrossbarMatrix::largest_current(std::span<const ProgrammedBlock> blocks) const {
    std::int64_t largest = 0;
    for (const ProgrammedBlock& block : blocks) {
        largest = std::max<std::int64_t>(largest, *std::max_element(block.sums.begin(), block.sums.end()));
        if (layout_.unit_columns > 0) largest = std::max<std::int64_t>(largest, block.unit_rows(0, layout_.unit_columns));
    }
    return largest * largest_input(reads_);
}

std::string_view CrossbarMatrix::path_taken() const { return by_gemm_ ? "int8_gemm" : rule_ ? "bit_plane" : "reference"; }

std::size_t CrossbarMatrix::code_count(int tokens) const {
    return std::size_t(tokens) * reads_.size() * std::size_t(layout_.row_blocks) * layout_.columns();
}

Activity CrossbarMatrix::activity(int tokens) const {
    const std::uint64_t reads = std::uint64_t(tokens) * reads_.size();
    return {.array_reads = reads * layout_.arrays(), .adc_conversions = reads * layout_.conversions()};
}

void CrossbarMatrix::check(std::span<const std::int8_t> x, int tokens, std::size_t results) const {
    if (tokens < 0 || x.size() != std::size_t(tokens) * std::size_t(layout_.in) ||
        results != std::size_t(tokens) * std::size_t(layout_.out))
        throw std::invalid_argument("inputs or results of a crossbar product are not shaped [tokens, in] and [tokens, out]");
}

Activity CrossbarMatrix::multiply(std::span<const std::int8_t> x, int tokens, std::span<std::int32_t> accumulators) const {
    check(x, tokens, accumulators.size());
    if (by_gemm_) {
        gemm(x, weights_, accumulators, tokens, layout_.in, layout_.out);
        return activity(tokens);
    }
    std::vector<std::int64_t> sums(accumulators.size());
    const Activity done = accumulate(x, tokens, sums);
    finish(sums, accumulators);
    return done;
}

Activity CrossbarMatrix::accumulate(std::span<const std::int8_t> x, int tokens, std::span<std::int64_t> sums) const {
    if (!by_gemm_) return accumulate(x, tokens, sums, {});
    check(x, tokens, sums.size());
    accumulate_exactly(x, tokens, sums);
    return activity(tokens);
}

Activity CrossbarMatrix::accumulate(std::span<const std::int8_t> x, int tokens, std::span<std::int64_t> sums,
                                    std::span<std::int32_t> codes) const {
    check(x, tokens, sums.size());
    if (!codes.empty() && codes.size() != code_count(tokens)) throw std::invalid_argument("the codes' shape is not that of the product");
    Activity done = activity(tokens);
    const ArrayProduct product{.x = x, .tokens = tokens, .sums = sums, .codes = codes};
    done.clipped = rule_ ? read_by_bit_planes(layout_, blocks_, reads_, *adc_, *rule_, product)
                         : read_by_reference(layout_, by_gemm_ ? programmed() : blocks_, reads_, *adc_, product);
    return done;
}

void CrossbarMatrix::accumulate_exactly(std::span<const std::int8_t> x, int tokens, std::span<std::int64_t> sums) const {
    std::vector<std::int32_t> exact(sums.size());
    gemm(x, weights_, exact, tokens, layout_.in, layout_.out);
    // A lossless converter gives every unit of current a whole number of codes.
    const std::int64_t codes_per_unit = std::llround(1.0 / adc_->step());
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += exact[i] * codes_per_unit;
}

void CrossbarMatrix::finish(std::span<const std::int64_t> sums, std::span<std::int32_t> accumulators) const {
    constexpr double least = std::numeric_limits<std::int32_t>::min(), largest = std::numeric_limits<std::int32_t>::max();
    for (std::size_t i = 0; i < sums.size(); ++i)
        accumulators[i] =
            static_cast<std::int32_t>(std::clamp(std::nearbyint(static_cast<double>(sums[i]) * adc_->step()), least, largest));
}

}  // namespace berth::crossbar
