// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/periphery/adc.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace berth::crossbar {

/// What a converter makes of every whole current from 0 up, in the cheapest form that gives exactly its codes; currents above
/// `largest_unclipped` clip and read as that current does.
struct CodeRule {
    enum class Form {
        identity,   ///< current
        odd_step,   ///< (current + half) / step, which has no ties
        even_step,  ///< ties to even: (current + half - 1 + parity of current / step) / step
        table,      ///< codes[current]
    };

    Form form = Form::table;
    std::uint16_t largest_unclipped = 0;
    std::uint16_t half = 0;     ///< step / 2, rounded down
    std::uint16_t inverse = 0;  ///< n / step is n * inverse / 2^16, rounded down, for all n in question
    std::uint16_t largest_code = 0;
    std::vector<std::uint16_t> codes;  ///< of every current from 0 to the largest
    std::vector<std::uint8_t> bytes;   ///< [128], the same once more where neither currents nor codes need more than 7 and 8 bits

    /// The code of a current that does not clip, by the form.
    [[nodiscard]] std::uint16_t code(std::uint16_t current) const;
};

/// @param exponent codes are those of the current over 2^exponent: see ConverterRanges.
/// @return nothing where the codes cannot be put so: a current above 2^16 - 1, a code above 2^15 - 1, or a converter that clips
/// anywhere but at the top.
[[nodiscard]] std::optional<CodeRule> code_rule(const periphery::Adc& adc, std::int64_t largest_current, int exponent = 0);

}  // namespace berth::crossbar
