// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/encodings.hpp"

#include <cstdlib>

namespace berth::crossbar {
namespace {

class Differential final : public Encoding {
public:
    [[nodiscard]] int slices(int magnitude_bits, int cell_bits) const override { return slices_of(magnitude_bits, cell_bits); }

    [[nodiscard]] int polarities() const override { return 2; }

    [[nodiscard]] int unit_columns() const override { return 0; }

    void encode(int weight, int magnitude_bits, int cell_bits, std::span<std::uint8_t> cells) const override {
        const int count = slices(magnitude_bits, cell_bits);
        for (int slice = 0; slice < count; ++slice) {
            const std::uint8_t cell = slice_of(std::abs(weight), slice, cell_bits);
            cells[std::size_t(slice)] = weight > 0 ? cell : 0;
            cells[std::size_t(count + slice)] = weight < 0 ? cell : 0;
        }
    }

    [[nodiscard]] std::int64_t column_weight(int polarity, int slice, int, int cell_bits) const override {
        const std::int64_t weight = std::int64_t{1} << (slice * cell_bits);
        return polarity == 0 ? weight : -weight;
    }

    [[nodiscard]] std::int64_t input_sum_weight(int, int) const override { return 0; }
};

}  // namespace

std::unique_ptr<const Encoding> make_differential() { return std::make_unique<Differential>(); }

}  // namespace berth::crossbar
