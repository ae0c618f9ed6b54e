// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/crossbar/array_layout.hpp"
#include "models/crossbar/code_rule.hpp"
#include "models/crossbar/crossbar_params.hpp"
#include "models/crossbar/encoding.hpp"
#include "models/crossbar/programmed_block.hpp"
#include "models/periphery/adc.hpp"
#include "models/periphery/dac.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace berth::crossbar {

/// What a product made the arrays do.
struct Activity {
    std::uint64_t array_reads = 0;
    std::uint64_t adc_conversions = 0;
    std::uint64_t clipped = 0;  ///< conversions whose current lay outside the converter's range

    Activity& operator+=(const Activity& other);
    bool operator==(const Activity&) const = default;
};

/// Whether no matrix whatever can lose anything: every sum that an array of ideal cells can form in one read has a code of its
/// own. With a unit step this is ISAAC's count of ADC bits (Shafiee et al., ISCA 2016, Sec. V).
[[nodiscard]] bool always_lossless(const CrossbarParams& params, const periphery::DacParams& dac, const periphery::Adc& adc);

/// A signed integer matrix programmed into arrays of ideal cells. Const after construction; may be used from many threads.
class CrossbarMatrix {
public:
    /// @param weights [out, in] row-major, |weight| <= 2^magnitude_bits - 1, magnitude_bits from 1 to 8.
    /// @throws std::invalid_argument where a weight or the shape is out of range.
    CrossbarMatrix(std::span<const std::int8_t> weights, int out, int in, int magnitude_bits, const CrossbarParams& params,
                   const periphery::DacParams& dac, std::shared_ptr<const periphery::Adc> adc);

    /// accumulators[tokens, out] = x[tokens, in] * weights^T as the arrays give it: accumulate, then finish.
    Activity multiply(std::span<const std::int8_t> x, int tokens, std::span<std::int32_t> accumulators) const;

    /// Adds the shifted and added codes to sums[tokens, out], in units of one code, so that planes which share their inputs
    /// join exactly before anything is rounded.
    Activity accumulate(std::span<const std::int8_t> x, int tokens, std::span<std::int64_t> sums) const;

    /// The same through the arrays whatever the path, and every code: [tokens, input slices, row blocks, polarities, weight
    /// slices, out] (see code_count).
    Activity accumulate(std::span<const std::int8_t> x, int tokens, std::span<std::int64_t> sums, std::span<std::int32_t> codes) const;

    /// Sums times the converter's step, rounded once to the nearest integer (ties to even) and held in 32 bits, saturating.
    /// Exact where the step is whole.
    void finish(std::span<const std::int64_t> sums, std::span<std::int32_t> accumulators) const;

    /// Whether the cells as programmed cannot make any converter lose anything: no column's cells can sum past what the
    /// converter tells apart.
    [[nodiscard]] bool lossless() const { return lossless_; }

    /// How multiply and accumulate compute: "int8_gemm" where nothing can be lost, "bit_plane" where codes must be formed and vectors
    /// can form them, else "reference".
    [[nodiscard]] std::string_view path_taken() const;

    [[nodiscard]] const ArrayLayout& layout() const { return layout_; }
    [[nodiscard]] const std::vector<periphery::InputSlice>& input_slices() const { return reads_; }
    [[nodiscard]] std::size_t code_count(int tokens) const;

    /// What products of so many tokens make the arrays do; none of it depends on the inputs but the clipping.
    [[nodiscard]] Activity activity(int tokens) const;

private:
    void check(std::span<const std::int8_t> x, int tokens, std::size_t results) const;
    [[nodiscard]] std::vector<ProgrammedBlock> programmed() const;
    [[nodiscard]] std::int64_t largest_current(std::span<const ProgrammedBlock> blocks) const;
    void accumulate_exactly(std::span<const std::int8_t> x, int tokens, std::span<std::int64_t> sums) const;

    std::unique_ptr<const Encoding> encoding_;
    ArrayLayout layout_;
    std::vector<periphery::InputSlice> reads_;
    std::shared_ptr<const periphery::Adc> adc_;
    std::vector<std::int8_t> weights_;
    std::vector<ProgrammedBlock> blocks_;  ///< empty where the integer product stands for the arrays
    std::optional<CodeRule> rule_;         ///< what the bit planes' codes come from, where they are used
    bool lossless_ = false;
    bool by_gemm_ = false;
};

}  // namespace berth::crossbar
