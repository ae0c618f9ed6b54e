// SPDX-License-Identifier: Apache-2.0
#include "models/interconnect/crc.hpp"

#include <limits>
#include <stdexcept>

namespace berth::interconnect {
namespace {

constexpr CrcCode kCodes[] = {
    {"none", 0, 0, 1, std::numeric_limits<int>::max(), "no check bits"},
    {"crc8_atm", 8, 0x07, 4, 119, "x^8 + x^2 + x + 1, ITU-T I.432.1; distance: Koopman and Chakravarty, DSN 2004"},
    {"crc16_ccitt", 16, 0x1021, 4, 32751, "x^16 + x^12 + x^5 + 1, ITU-T V.41; distance: Koopman and Chakravarty, DSN 2004"},
};

}  // namespace

std::span<const CrcCode> crc_codes() { return kCodes; }

std::vector<std::string> crc_names() {
    std::vector<std::string> names;
    for (const CrcCode& code : kCodes) names.emplace_back(code.name);
    return names;
}

const CrcCode& crc_code(std::string_view name) {
    for (const CrcCode& code : kCodes)
        if (code.name == name) return code;
    throw std::invalid_argument("no cyclic code is called " + std::string(name));
}

Crc::Crc(const CrcCode& code, int flit_bits) : width_(code.width), weights_(static_cast<std::size_t>(flit_bits + code.width)) {
    if (width_ == 0) return;
    const std::uint32_t top = std::uint32_t{1} << (width_ - 1), mask = (top - 1) | top;
    std::uint32_t power = 1;
    for (auto weight = weights_.rbegin(); weight != weights_.rend(); ++weight) {
        *weight = power;
        power = ((power << 1) ^ ((power & top) != 0 ? code.polynomial : 0)) & mask;
    }
}

std::uint32_t Crc::check_bits(std::span<const bool> bits) const {
    std::uint32_t remainder = 0;
    for (std::size_t i = 0; i < bits.size(); ++i) remainder ^= bits[i] ? weights_[i] : 0;
    return remainder;
}

bool Crc::finds(std::span<const int> wrong_bits) const {
    std::uint32_t remainder = 0;
    for (const int bit : wrong_bits) remainder ^= weights_[static_cast<std::size_t>(bit)];
    return remainder != 0;
}

}  // namespace berth::interconnect
