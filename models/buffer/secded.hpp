// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace berth::buffer {

namespace detail {

constexpr std::array<std::uint8_t, 64> secded_columns() {
    std::array<std::uint8_t, 64> columns{};
    std::size_t at = 0;
    for (unsigned column = 0; column < 256; ++column)
        if (std::popcount(column) == 3) columns[at++] = static_cast<std::uint8_t>(column);
    // Five ones in a row, turned to all eight places, meet every check bit equally often.
    for (int turn = 0; turn < 8; ++turn) columns[at++] = std::rotl(std::uint8_t{0x1F}, turn);
    return columns;
}

}  // namespace detail

/// Corrects one wrong bit of 72 and finds two: the (72, 64) code of odd-weight columns (Hsiao, IBM J. Res. Dev. 14, 1970). The check
/// matrix has all 56 columns of weight 3 and 8 of weight 5 for the data, so that each check bit is the parity of 26 data bits, and one
/// of weight 1 for each check bit. One error has a syndrome of odd weight, its bit's column; two have one of even weight that is not 0.
class SecDed {
public:
    static constexpr int kDataBits = 64, kCheckBits = 8, kBits = kDataBits + kCheckBits;

    struct Word {
        std::uint64_t data = 0;
        std::uint8_t check = 0;
        bool operator==(const Word&) const = default;

        void flip(int bit) {
            if (bit < kDataBits)
                data ^= std::uint64_t{1} << bit;
            else
                check = static_cast<std::uint8_t>(check ^ (1u << (bit - kDataBits)));
        }
    };
    enum class Verdict { clean, corrected, uncorrectable };
    struct Decoded {
        std::uint64_t data = 0;
        Verdict verdict = Verdict::clean;
    };

    [[nodiscard]] static constexpr Word encode(std::uint64_t data) { return {data, parity(data)}; }

    [[nodiscard]] static constexpr Decoded decode(const Word& word) {
        const auto syndrome = static_cast<std::uint8_t>(parity(word.data) ^ word.check);
        if (syndrome == 0) return {word.data, Verdict::clean};
        for (int bit = 0; bit < kDataBits; ++bit)
            if (kColumns[static_cast<std::size_t>(bit)] == syndrome) return {word.data ^ (std::uint64_t{1} << bit), Verdict::corrected};
        return {word.data, std::has_single_bit(syndrome) ? Verdict::corrected : Verdict::uncorrectable};
    }

    /// The column of each data bit.
    [[nodiscard]] static constexpr const std::array<std::uint8_t, kDataBits>& columns() { return kColumns; }

private:
    static constexpr std::array<std::uint8_t, kDataBits> kColumns = detail::secded_columns();

    static constexpr std::uint8_t parity(std::uint64_t data) {
        std::uint8_t check = 0;
        for (; data != 0; data &= data - 1)
            check = static_cast<std::uint8_t>(check ^ kColumns[static_cast<std::size_t>(std::countr_zero(data))]);
        return check;
    }
};

}  // namespace berth::buffer
