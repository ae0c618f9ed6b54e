// SPDX-License-Identifier: Apache-2.0
#include "berth/version.hpp"
#include "models/core/digest.hpp"
#include "models/crossbar/encoding.hpp"

#include <array>
#include <cstdint>
#include <iostream>
#include <span>
#include <string_view>

/// Cuts a weight into one-bit cells with the installed library and puts it together again.
int main() {
    constexpr int weight = -91, magnitude_bits = 7, cell_bits = 1;
    const auto encoding = berth::crossbar::make_encoding("differential");
    std::array<std::uint8_t, 14> cells{};
    encoding->encode(weight, magnitude_bits, cell_bits, cells);
    std::int64_t sum = 0;
    for (int polarity = 0; polarity < 2; ++polarity)
        for (int slice = 0; slice < 7; ++slice)
            sum +=
                cells[static_cast<std::size_t>(7 * polarity + slice)] * encoding->column_weight(polarity, slice, magnitude_bits, cell_bits);

    constexpr std::string_view check = "123456789";
    const bool crc = berth::crc32c(std::as_bytes(std::span(check.data(), check.size()))) == 0xE3069283u;
    std::cout << "berth " << berth::kVersion << ": weight " << sum << ", CRC-32C " << (crc ? "right" : "wrong") << '\n';
    return sum == weight && crc ? 0 : 1;
}
