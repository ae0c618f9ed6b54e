// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/encodings.hpp"

namespace berth::crossbar {
namespace {

class Offset final : public Encoding {
public:
    explicit Offset(bool flips) : flips_(flips) {}

    [[nodiscard]] int slices(int magnitude_bits, int cell_bits) const override { return slices_of(magnitude_bits + 1, cell_bits); }

    [[nodiscard]] int polarities() const override { return 1; }

    // A whole column of ones would carry as much as an unflipped column of 1-bit cells and need the bit that flipping saves.
    [[nodiscard]] int unit_columns() const override { return flips_ ? 2 : 1; }

    void encode(int weight, int magnitude_bits, int cell_bits, std::span<std::uint8_t> cells) const override {
        const int biased = weight + (1 << magnitude_bits);
        for (int slice = 0; slice < slices(magnitude_bits, cell_bits); ++slice)
            cells[std::size_t(slice)] = slice_of(biased, slice, cell_bits);
    }

    [[nodiscard]] std::int64_t column_weight(int, int slice, int, int cell_bits) const override {
        return std::int64_t{1} << (slice * cell_bits);
    }

    [[nodiscard]] std::int64_t input_sum_weight(int magnitude_bits, int) const override { return -(std::int64_t{1} << magnitude_bits); }

    [[nodiscard]] bool flips_columns() const override { return flips_; }

private:
    bool flips_;
};

}  // namespace

std::unique_ptr<const Encoding> make_offset() { return std::make_unique<Offset>(false); }

std::unique_ptr<const Encoding> make_offset_flipped() { return std::make_unique<Offset>(true); }

}  // namespace berth::crossbar
