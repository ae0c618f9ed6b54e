// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/crossbar/array_layout.hpp"
#include "models/crossbar/crossbar_design.hpp"
#include "models/crossbar/encoding.hpp"
#include "models/crossbar/programmed_arrays.hpp"

#include <cstdint>
#include <memory>
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

/// A signed integer matrix programmed into arrays. Const after construction; may be used from many threads.
class CrossbarMatrix {
public:
    /// @param weights [out, in] row-major, |weight| <= 2^magnitude_bits - 1, magnitude_bits from 1 to 8.
    /// @param component number of the matrix among all that the chip holds: it keys what is random in its cells and reads.
    /// @throws std::invalid_argument where a weight or the shape is out of range, or `ranges` are not those of the matrix's columns.
    CrossbarMatrix(std::span<const std::int8_t> weights, int out, int in, int magnitude_bits, const CrossbarDesign& design,
                   std::uint64_t component = 0, const ConverterRanges& ranges = {});

    /// The same of ideal cells.
    CrossbarMatrix(std::span<const std::int8_t> weights, int out, int in, int magnitude_bits, const CrossbarParams& params,
                   const periphery::DacParams& dac, std::shared_ptr<const periphery::Adc> adc);

    /// accumulators[tokens, out] = x[tokens, in] * weights^T as the arrays give it: accumulate, then finish.
    /// @throws std::invalid_argument where shapes differ, or an input has more bits than the design's activations.
    Activity multiply(std::span<const std::int8_t> x, int tokens, std::span<std::int32_t> accumulators, const ReadKey& key = {}) const;

    /// Adds the shifted and added codes to sums[tokens, out], in units of one code, so that planes which share their inputs
    /// join exactly before anything is rounded.
    Activity accumulate(std::span<const std::int8_t> x, int tokens, std::span<std::int64_t> sums, const ReadKey& key = {}) const;

    /// The same through the arrays whatever the path, and every code: [tokens, input slices, row blocks, polarities, weight
    /// slices, out] (see code_count).
    Activity accumulate(std::span<const std::int8_t> x, int tokens, std::span<std::int64_t> sums, std::span<std::int32_t> codes,
                        const ReadKey& key = {}) const;

    /// Sums times the converter's step, rounded once to the nearest integer (ties to even) and held in 32 bits, saturating.
    /// Exact where the step is whole.
    void finish(std::span<const std::int64_t> sums, std::span<std::int32_t> accumulators) const;

    /// Whether the cells as programmed cannot make any converter lose anything: they are ideal, and no column's cells can sum past
    /// what the converter tells apart.
    [[nodiscard]] bool lossless() const { return lossless_; }

    /// How multiply and accumulate compute: "int8_gemm" where nothing can be lost, or the name of one of the ReadPaths.
    [[nodiscard]] std::string_view path_taken() const;

    [[nodiscard]] const ArrayLayout& layout() const { return arrays_->layout; }
    [[nodiscard]] const std::vector<periphery::InputSlice>& input_slices() const { return arrays_->reads; }
    [[nodiscard]] std::size_t code_count(int tokens) const;

    /// What products of so many tokens make the arrays do; none of it depends on the inputs but the clipping.
    [[nodiscard]] Activity activity(int tokens) const;

private:
    void check(std::span<const std::int8_t> x, int tokens, std::size_t results) const;
    void accumulate_exactly(std::span<const std::int8_t> x, int tokens, std::span<std::int64_t> sums) const;

    std::vector<std::int8_t> weights_;
    std::shared_ptr<const ProgrammedArrays> arrays_;  ///< without blocks where the integer product stands for them
    std::shared_ptr<const ReadPath> path_;            ///< null where the integer product stands for the arrays
    bool lossless_ = false;
};

}  // namespace berth::crossbar
