// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/crossbar/array_layout.hpp"
#include "models/crossbar/crossbar_design.hpp"
#include "models/crossbar/programmed_block.hpp"
#include "models/periphery/dac.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace berth::crossbar {

/// What a block's columns carry, in whole numbers, so that sums are exact and the same in any order: conductances, the variances of a
/// read, the sense amplifiers' offsets, each rounded once. Columns are those of ConductanceBlock. No sum over a block's rows leaves 32
/// bits, whatever the inputs.
struct FixedBlock {
    int rows = 0;
    std::size_t columns = 0;

    int fraction_bits = 0;                ///< a unit current is 2^fraction_bits: as many as the largest cell leaves of 16 bits
    std::vector<std::int16_t> cells;      ///< [rows, columns]
    int variance_bits = 0;                ///< a unit current squared is 2^variance_bits
    std::vector<std::int16_t> variances;  ///< [rows, columns], or empty without read noise
    std::vector<std::int32_t> offsets;    ///< [columns], in the cells' unit
};

/// A matrix in its arrays: what every way of reading it starts from.
struct ProgrammedArrays {
    ArrayLayout layout;
    std::vector<periphery::InputSlice> reads;
    CrossbarDesign design;
    std::uint64_t component = 0;
    std::vector<int> exponents{};           ///< [polarities * slices], of the converters' ranges
    std::vector<int> weight_shifts{};       ///< [polarities * slices]: a unit of a column's current counts 2^shift, but for its sign
    std::vector<ProgrammedBlock> blocks{};  ///< the numbers that cells are meant to hold

    /// Encodes `weights` [out, in] into blocks.
    void program(const Encoding& encoding, std::span<const std::int8_t> weights);

    [[nodiscard]] int largest_input() const;

    /// Whether every column carries a whole current that its cells' numbers tell, and every converter is the nominal one: nothing of
    /// what CellModel, SenseParams, a bowed DAC or a converter's own thresholds add is there.
    [[nodiscard]] bool ideal() const;

    /// Whether, beside that, a code stands for the same current in every column.
    [[nodiscard]] bool whole_units() const;

    /// Whether a read draws anything.
    [[nodiscard]] bool noisy() const;

    /// What any of a channel's columns of ideal cells can carry at most in one read. Shape [out].
    [[nodiscard]] std::vector<std::int64_t> largest_currents() const;

    /// What an ideal unit column can carry at most; 0 where there is none.
    [[nodiscard]] std::int64_t largest_unit_current() const;

    /// The largest of both.
    [[nodiscard]] std::int64_t largest_current() const;

    /// Programs the cells of one block: the same for every call.
    [[nodiscard]] FixedBlock fixed_block(std::size_t block) const;

    /// Number of the converter of one array.
    [[nodiscard]] std::uint64_t converter(std::size_t block, int polarity, int group) const;

    /// Current of one code in the columns of one polarity and slice, in units.
    [[nodiscard]] double code_current(int exponent) const;

    /// The converter as it converts the columns of one polarity and slice in one read.
    [[nodiscard]] const periphery::Adc& adc(std::size_t polarity_and_slice, const periphery::InputSlice& read) const {
        return design.adc->at(weight_shifts[polarity_and_slice] + exponents[polarity_and_slice] + read.shift);
    }

    /// Codes of one unit of current where the converter loses nothing: a whole number.
    [[nodiscard]] std::int64_t codes_per_unit() const;

    /// Place in ArrayProduct::codes of the first column's code in one block and read, reads counted token by token.
    [[nodiscard]] std::size_t first_code(std::size_t read, std::size_t block) const {
        return (read * std::size_t(layout.row_blocks) + block) * layout.columns();
    }

    /// Adds what the unit columns of one block count to every channel that has columns in their arrays.
    /// @param array_sums of the codes of each array's unit columns, [polarities * column groups].
    /// @param sums [out], added to.
    void join_unit_columns(std::size_t block, std::span<const std::int64_t> array_sums, std::span<std::int64_t> sums) const;

    /// Codes that the background current of `driven` (the sum of the numbers on the wordlines) fills: taken away from every code of
    /// the block, digitally.
    [[nodiscard]] std::int32_t background_codes(std::int64_t driven, int exponent) const;
};

/// One product through arrays: what goes in, and where the codes' weighted sum and, where wanted, the codes go.
struct ArrayProduct {
    std::span<const std::int8_t> x;  ///< [tokens, in]
    int tokens = 0;
    std::span<std::int64_t> sums;   ///< [tokens, out], in units of one code, added to
    std::span<std::int32_t> codes;  ///< [tokens, reads, row blocks, polarities, slices, out], or empty
    ReadKey key;
};

/// Calls read_tile(block, first token, tokens) for every block and, in it, every `at_once` tokens.
/// @return the sum of what it returns.
template <class ReadTile>
std::uint64_t read_in_tiles(std::size_t blocks, int tokens, int at_once, const ReadTile& read_tile) {
    std::uint64_t clipped = 0;
    for (std::size_t block = 0; block < blocks; ++block)
        for (int first = 0; first < tokens; first += at_once) clipped += read_tile(block, first, std::min(at_once, tokens - first));
    return clipped;
}

/// A way of reading arrays. Const after construction; may be used from many threads.
class ReadPath {
public:
    virtual ~ReadPath() = default;

    [[nodiscard]] virtual std::string_view name() const = 0;

    /// @return how many conversions clipped, those of every array's unit columns among them.
    [[nodiscard]] virtual std::uint64_t read(const ArrayProduct& product) const = 0;
};

}  // namespace berth::crossbar
