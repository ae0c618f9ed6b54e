// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/philox.hpp"
#include "models/crossbar/crossbar_matrix.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace berth::test {

/// Whole numbers from `least` to `largest`, the same for the same seed.
inline std::vector<std::int8_t> random_int8(std::size_t count, int least, int largest, std::uint32_t seed) {
    std::vector<std::int8_t> values(count);
    for (std::size_t i = 0; i < count; ++i) {
        const auto word = philox({static_cast<std::uint32_t>(i), 0, 0, 0}, {seed, 0})[0];
        values[i] = static_cast<std::int8_t>(least + static_cast<int>(word % static_cast<std::uint32_t>(largest - least + 1)));
    }
    return values;
}

inline std::vector<std::int32_t> exact_product(const std::vector<std::int8_t>& x, const std::vector<std::int8_t>& w, int tokens, int in,
                                               int out) {
    std::vector<std::int32_t> y(std::size_t(tokens) * std::size_t(out));
    for (std::size_t token = 0; token < std::size_t(tokens); ++token)
        for (std::size_t channel = 0; channel < std::size_t(out); ++channel)
            for (std::size_t i = 0; i < std::size_t(in); ++i)
                y[token * std::size_t(out) + channel] += x[token * std::size_t(in) + i] * w[channel * std::size_t(in) + i];
    return y;
}

inline std::shared_ptr<const periphery::Adc> uniform_adc(int bits, double step = 1.0) {
    return periphery::make_adc({.kind = "uniform", .bits = bits, .step = step});
}

inline std::shared_ptr<const periphery::Adc> ideal_adc() { return periphery::make_adc({.kind = "ideal", .bits = 1, .step = 1.0}); }

}  // namespace berth::test
