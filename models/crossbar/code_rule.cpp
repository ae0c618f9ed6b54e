// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/code_rule.hpp"

#include <algorithm>
#include <cmath>

namespace berth::crossbar {
namespace {

constexpr std::int64_t kLargestCurrent = 65535;
constexpr std::int32_t kLargestCode = 32767;

std::uint16_t high_product(std::uint32_t a, std::uint32_t b) { return static_cast<std::uint16_t>(a * b >> 16); }

/// Converts every current; false where a code is out of range or clipping is not at the top alone.
bool tabulate(const periphery::Adc& adc, std::int64_t largest_current, int exponent, CodeRule& rule) {
    bool clipping = false;
    for (std::int64_t current = 0; current <= largest_current; ++current) {
        const double analogue = std::ldexp(static_cast<double>(current), -exponent);
        std::int32_t code = 0;
        const bool clipped = adc.convert(std::span(&analogue, 1), std::span(&code, 1)) != 0;
        if (code < 0 || code > kLargestCode || (clipping && !clipped) || (clipped && current == 0)) return false;
        if (clipped && code != rule.codes[rule.largest_unclipped]) return false;
        clipping = clipped;
        if (!clipped) rule.largest_unclipped = static_cast<std::uint16_t>(current);
        rule.largest_code = std::max(rule.largest_code, static_cast<std::uint16_t>(code));
        rule.codes.push_back(static_cast<std::uint16_t>(code));
    }
    return true;
}

bool gives_the_codes(const CodeRule& rule) {
    for (std::uint32_t current = 0; current <= rule.largest_unclipped; ++current)
        if (rule.code(static_cast<std::uint16_t>(current)) != rule.codes[current]) return false;
    return true;
}

constexpr std::size_t kByteCurrents = 128;

std::vector<std::uint8_t> byte_codes(const CodeRule& rule) {
    if (rule.codes.size() > kByteCurrents || rule.largest_code > 255) return {};
    std::vector<std::uint8_t> bytes(kByteCurrents);
    std::transform(rule.codes.begin(), rule.codes.end(), bytes.begin(), [](std::uint16_t code) { return static_cast<std::uint8_t>(code); });
    return bytes;
}

}  // namespace

std::uint16_t CodeRule::code(std::uint16_t current) const {
    switch (form) {
        case Form::identity:
            return current;
        case Form::odd_step:
            return high_product(static_cast<std::uint16_t>(current + half), inverse);
        case Form::even_step: {
            const int parity = high_product(current, inverse) & 1;
            return high_product(static_cast<std::uint16_t>(current + half - 1 + parity), inverse);
        }
        case Form::table:
            break;
    }
    return codes[current];
}

std::optional<CodeRule> code_rule(const periphery::Adc& adc, std::int64_t largest_current, int exponent) {
    CodeRule rule;
    if (largest_current > kLargestCurrent || !tabulate(adc, largest_current, exponent, rule)) return std::nullopt;
    rule.bytes = byte_codes(rule);
    const double step = std::ldexp(adc.step(), exponent);
    CodeRule quick = rule;
    if (step == 1.0) {
        quick.form = CodeRule::Form::identity;
    } else if (step >= 2.0 && step <= 65535.0 && step == std::nearbyint(step)) {
        const int whole = static_cast<int>(step);
        quick.form = whole % 2 == 1 ? CodeRule::Form::odd_step : CodeRule::Form::even_step;
        quick.half = static_cast<std::uint16_t>(whole / 2);
        quick.inverse = static_cast<std::uint16_t>((65536 + whole - 1) / whole);
    }
    return gives_the_codes(quick) ? quick : rule;
}

}  // namespace berth::crossbar
