// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/reference_path.hpp"

#include "models/crossbar/column_runs.hpp"
#include "models/crossbar/read_draws.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace berth::crossbar {
namespace {

using Counter = std::array<std::uint32_t, 4>;

/// One read of one token in one block.
struct Pass {
    std::size_t block = 0;
    std::uint32_t token = 0;  ///< in its sentence
    std::uint32_t read = 0;
    std::vector<std::int32_t> wordlines;
    std::vector<std::int64_t> sums;  ///< of voltage times conductance in every column of the block, in units of both

    [[nodiscard]] std::int64_t driven() const { return std::accumulate(wordlines.begin(), wordlines.end(), std::int64_t{0}); }
};

class ReferencePath final : public ReadPath {
public:
    explicit ReferencePath(std::shared_ptr<const ProgrammedArrays> arrays)
        : arrays_(std::move(arrays)), columns_(weight_runs(*arrays_)), unit_columns_(unit_runs(arrays_->layout)) {
        for (std::size_t block = 0; block < arrays_->blocks.size(); ++block) fixed_.push_back(arrays_->fixed_block(block));
        const periphery::DacParams& dac = arrays_->design.dac;
        voltage_bits_ = dac.linear() ? 0 : kVoltageBits;
        for (int number = 0; number < 1 << dac.bits; ++number)
            voltages_.push_back(std::llround(std::ldexp(dac.voltage(number), voltage_bits_)));
    }

    [[nodiscard]] std::string_view name() const override { return "reference"; }

    [[nodiscard]] std::uint64_t read(const ArrayProduct& product) const override {
        const ArrayLayout& layout = arrays_->layout;
        std::uint64_t clipped = 0;
        Pass pass;
        for (pass.block = 0; pass.block < fixed_.size(); ++pass.block)
            for (int token = 0; token < product.tokens; ++token)
                for (pass.read = 0; pass.read < arrays_->reads.size(); ++pass.read) {
                    pass.token = product.key.first_token + static_cast<std::uint32_t>(token);
                    drive(product.x.subspan(std::size_t(token) * std::size_t(layout.in)), pass);
                    const auto sums = product.sums.subspan(std::size_t(token) * std::size_t(layout.out), std::size_t(layout.out));
                    std::span<std::int32_t> codes;
                    if (!product.codes.empty()) {
                        const std::size_t read = std::size_t(token) * arrays_->reads.size() + pass.read;
                        codes = product.codes.subspan(arrays_->first_code(read, pass.block), layout.columns());
                    }
                    clipped += read_block(pass, product.key.request, sums, codes);
                }
        return clipped;
    }

private:
    static constexpr int kVoltageBits = 16;  ///< behind the point of a bowed DAC's voltages

    /// Puts numbers on a block's wordlines.
    void drive(std::span<const std::int8_t> x, Pass& pass) const {
        const FixedBlock& block = fixed_[pass.block];
        pass.wordlines.resize(std::size_t(block.rows));
        pass.sums.assign(block.columns, 0);
        const auto inputs = x.subspan(std::size_t(arrays_->blocks[pass.block].first_row));
        for (std::size_t row = 0; row < pass.wordlines.size(); ++row) {
            const std::int32_t input = pass.wordlines[row] = arrays_->reads[pass.read].of(inputs[row]);
            if (input == 0) continue;
            const std::int64_t voltage = voltages_[std::size_t(input)];
            const std::int16_t* const cells = block.cells.data() + row * block.columns;
            for (std::size_t column = 0; column < block.columns; ++column) pass.sums[column] += voltage * cells[column];
        }
    }

    std::uint64_t read_block(const Pass& pass, std::uint64_t request, std::span<std::int64_t> sums, std::span<std::int32_t> codes) const {
        const ArrayLayout& layout = arrays_->layout;
        const ProgrammedBlock& block = arrays_->blocks[pass.block];
        const std::int64_t input_weight = arrays_->reads[pass.read].weight();
        std::vector<std::int32_t> some(std::size_t(layout.out));
        std::uint64_t clipped = 0;
        for (const ColumnRun& columns : columns_) {
            const auto here = std::span(some).first(columns.count);
            const periphery::Adc& adc = arrays_->adc(columns.first / sums.size(), arrays_->reads[pass.read]);
            clipped += convert(adc, pass, request, columns, here);
            const std::int32_t background = arrays_->background_codes(pass.driven(), columns.exponent);
            const std::int64_t counts = input_weight << columns.exponent;
            for (std::size_t i = 0; i < columns.count; ++i) {
                const std::size_t column = columns.first + i;
                sums[column % sums.size()] += counts * block.weights[column] * (here[i] - background);
                if (!codes.empty()) codes[column] = here[i];
            }
        }
        return clipped + read_unit_columns(pass, request, sums);
    }

    /// The unit columns of every array, whose codes join the sums of the channels that have columns there.
    std::uint64_t read_unit_columns(const Pass& pass, std::uint64_t request, std::span<std::int64_t> sums) const {
        if (unit_columns_.empty()) return 0;
        const std::int64_t background = arrays_->background_codes(pass.driven(), 0);
        std::vector<std::int32_t> codes(unit_columns_.front().count);
        std::vector<std::int64_t> array_sums;
        std::uint64_t clipped = 0;
        for (const ColumnRun& units : unit_columns_) {
            clipped += convert(*arrays_->design.adc, pass, request, units, codes);
            const std::int64_t sum = std::accumulate(codes.begin(), codes.end(), -background * std::int64_t(units.count));
            array_sums.push_back(arrays_->reads[pass.read].weight() * sum);
        }
        arrays_->join_unit_columns(pass.block, array_sums, sums);
        return clipped;
    }

    std::size_t convert(const periphery::Adc& adc, const Pass& pass, std::uint64_t request, const ColumnRun& columns,
                        std::span<std::int32_t> codes) const {
        std::vector<double> currents(columns.count);
        for (std::size_t i = 0; i < columns.count; ++i)
            currents[i] = std::ldexp(current(pass, request, columns.first + i), -columns.exponent);
        return adc.convert_by(arrays_->converter(pass.block, columns.polarity, columns.group), currents, codes);
    }

    /// What the converter of one column is given, in units.
    [[nodiscard]] double current(const Pass& pass, std::uint64_t request, std::size_t column) const {
        const FixedBlock& block = fixed_[pass.block];
        const std::int64_t offset = block.offsets.empty() ? 0 : std::int64_t{block.offsets[column]} << voltage_bits_;
        return std::ldexp(static_cast<double>(pass.sums[column] + offset), -block.fraction_bits - voltage_bits_) +
               noise(pass, request, column);
    }

    [[nodiscard]] double noise(const Pass& pass, std::uint64_t request, std::size_t column) const {
        const CrossbarDesign& design = arrays_->design;
        const auto place = static_cast<std::uint32_t>(column), block = static_cast<std::uint32_t>(pass.block);
        double sum = 0.0;
        if (!design.cells->noise().none()) {
            const auto key = draw_key(design.seed, arrays_->component, request, ReadDraw::cell);
            for (std::size_t row = 0; row < pass.wordlines.size(); ++row)
                if (pass.wordlines[row] != 0)
                    sum += std::ldexp(static_cast<double>(voltages_[std::size_t(pass.wordlines[row])]), -voltage_bits_) *
                           cell_noise(fixed_[pass.block], row, column,
                                      philox({place, static_cast<std::uint32_t>(row) | pass.read << 16, block, pass.token}, key));
        }
        if (design.sense.noise_sigma > 0.0) {
            const auto words =
                philox({place, pass.read, block, pass.token}, draw_key(design.seed, arrays_->component, request, ReadDraw::sense_noise));
            sum += design.sense.noise_sigma * normal(words[0], words[1]);
        }
        return sum;
    }

    /// What one read adds to one cell's current at unit input.
    [[nodiscard]] double cell_noise(const FixedBlock& block, std::size_t row, std::size_t column, const Counter& words) const {
        const ReadNoise& noise = arrays_->design.cells->noise();
        const std::size_t cell = row * block.columns + column;
        double added = 0.0;
        if (!block.variances.empty())
            added += std::sqrt(std::ldexp(static_cast<double>(block.variances[cell]), -block.variance_bits)) * normal(words[0], words[1]);
        if (unit_interval(words[2]) < noise.telegraph_probability)
            added -= noise.telegraph_amplitude * (std::ldexp(static_cast<double>(block.cells[cell]), -block.fraction_bits) + noise.removed);
        return added;
    }

    std::shared_ptr<const ProgrammedArrays> arrays_;
    std::vector<ColumnRun> columns_, unit_columns_;
    std::vector<FixedBlock> fixed_;
    std::vector<std::int64_t> voltages_;  ///< of each number driven, a step being 2^voltage_bits_
    int voltage_bits_ = 0;
};

}  // namespace

std::unique_ptr<const ReadPath> make_reference_path(std::shared_ptr<const ProgrammedArrays> arrays) {
    return std::make_unique<const ReferencePath>(std::move(arrays));
}

}  // namespace berth::crossbar
