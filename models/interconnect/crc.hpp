// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace berth::interconnect {

/// A cyclic code of a link: `width` check bits behind a flit's.
struct CrcCode {
    std::string_view name;
    int width;                 ///< bits
    std::uint32_t polynomial;  ///< without its highest term
    int distance;              ///< every error of fewer bits is found,
    int longest;               ///< in flits of up to so many bits
    std::string_view source;
};

/// Every code there is; the first has no check bits and finds nothing.
[[nodiscard]] std::span<const CrcCode> crc_codes();
[[nodiscard]] std::vector<std::string> crc_names();

/// @throws std::invalid_argument for a name that is not registered; configurations have been checked against crc_names().
[[nodiscard]] const CrcCode& crc_code(std::string_view name);

/// A code on flits of so many bits. Bits are numbered as they are sent: the flit's, then the check bits.
class Crc {
public:
    Crc(const CrcCode& code, int flit_bits);

    [[nodiscard]] int sent_bits() const { return static_cast<int>(weights_.size()); }

    /// The check bits of a flit, highest term first. bits.size() is the flit's.
    [[nodiscard]] std::uint32_t check_bits(std::span<const bool> bits) const;

    /// Whether the receiver finds out that these bits came wrong, each given once: it divides what came, and an error goes
    /// unseen where it is itself a word of the code.
    [[nodiscard]] bool finds(std::span<const int> wrong_bits) const;

private:
    int width_;
    std::vector<std::uint32_t> weights_;  ///< remainder of the term of each bit sent
};

}  // namespace berth::interconnect
