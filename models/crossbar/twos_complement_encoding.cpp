// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/encodings.hpp"

namespace berth::crossbar {
namespace {

class TwosComplement final : public Encoding {
public:
    [[nodiscard]] int slices(int magnitude_bits, int cell_bits) const override { return slices_of(magnitude_bits, cell_bits) + 1; }

    [[nodiscard]] int polarities() const override { return 1; }

    [[nodiscard]] int unit_columns() const override { return 0; }

    void encode(int weight, int magnitude_bits, int cell_bits, std::span<std::uint8_t> cells) const override {
        const int sign = slices_of(magnitude_bits, cell_bits);
        const int rest = weight < 0 ? weight + (1 << magnitude_bits) : weight;
        for (int slice = 0; slice < sign; ++slice) cells[std::size_t(slice)] = slice_of(rest, slice, cell_bits);
        cells[std::size_t(sign)] = weight < 0 ? 1 : 0;
    }

    [[nodiscard]] std::int64_t column_weight(int, int slice, int magnitude_bits, int cell_bits) const override {
        const bool sign = slice == slices_of(magnitude_bits, cell_bits);
        return sign ? -(std::int64_t{1} << magnitude_bits) : std::int64_t{1} << (slice * cell_bits);
    }

    [[nodiscard]] std::int64_t input_sum_weight(int, int) const override { return 0; }
};

}  // namespace

std::unique_ptr<const Encoding> make_twos_complement() { return std::make_unique<TwosComplement>(); }

}  // namespace berth::crossbar
