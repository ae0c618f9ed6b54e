// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/periphery/adc.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace berth::crossbar {

/// What a converter makes of every current in fixed point (see FixedBlock) within bounds, in the cheapest form that gives exactly its
/// codes.
struct FixedRule {
    enum class Form {
        shift,       ///< current / 2^shift, ties to even
        scale,       ///< float(current) * scale, to the nearest whole number, ties to even
        near,        ///< as scale, which comes out at most `behind` below the code, and then one up for each threshold that is reached
        thresholds,  ///< lowest_code and how many of the thresholds are reached
    };

    Form form = Form::thresholds;
    int shift = 0;
    double scale = 0.0;
    double bias = 0.0;  ///< added to what scale gives before it is rounded, for `near`
    int behind = 0;
    std::int32_t least = 0, most = 0;                ///< currents for which the rule holds
    std::int32_t lowest_code = 0, largest_code = 0;  ///< of those; results of shift and scale are clamped to them
    std::int32_t lowest_kept = 0, largest_kept = 0;  ///< currents below or above clip
    /// Ascending: the least current of code lowest_code + 1, + 2, ..., and at last one beyond all.
    std::vector<std::int32_t> thresholds;

    [[nodiscard]] std::int32_t code(std::int32_t current) const;

    /// What `scale` and `bias` make of a current.
    [[nodiscard]] std::int32_t guess(std::int32_t current) const;

    [[nodiscard]] bool clips(std::int32_t current) const { return current < lowest_kept || current > largest_kept; }
};

/// A converter of a design, and what its currents are given in: units of 2^-fraction_bits, of which it sees 2^-exponent.
struct FixedConverter {
    const periphery::Adc& adc;
    std::uint64_t instance = 0;
    int fraction_bits = 0;
    int exponent = 0;
};

/// @param least, most bounds of the currents, within 2^30 of zero.
/// @return nothing where there would be more than 2^16 codes, or where codes fall with rising currents.
[[nodiscard]] std::optional<FixedRule> fixed_rule(const FixedConverter& converter, std::int32_t least, std::int32_t most);

}  // namespace berth::crossbar
