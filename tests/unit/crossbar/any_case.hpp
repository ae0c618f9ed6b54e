// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/crossbar/crossbar_params.hpp"
#include "models/crossbar/encoding.hpp"
#include "models/periphery/dac.hpp"
#include "tests/unit/crossbar/random_matrix.hpp"

#include <rapidcheck.h>

#include <cstdint>
#include <vector>

namespace berth::test {

/// Any platform and any matrix on it that a test can afford.
struct Case {
    crossbar::CrossbarParams params;
    periphery::DacParams dac;
    int out, in, tokens, magnitude_bits;
    std::vector<std::int8_t> weights, x;
};

inline Case any_case() {
    const auto within = [](int least, int largest) { return *rc::gen::inRange(least, largest + 1); };
    Case any;
    any.params.rows = *rc::gen::oneOf(rc::gen::elementOf(std::vector<int>{16, 32, 64, 128, 256, 512, 1024}), rc::gen::inRange(16, 1025));
    any.params.cols = within(16, 1024);
    any.params.cell_bits = within(1, 4);
    any.params.encoding = *rc::gen::elementOf(crossbar::encoding_names());
    any.dac.bits = within(1, 4);
    any.out = within(1, 24);
    // Half of the matrices have more inputs than an array has rows.
    any.in = within(0, 1) == 0 ? within(1, 300) : any.params.rows + within(1, 300);
    any.tokens = within(1, 3);
    any.magnitude_bits = within(1, 7);
    const int largest = (1 << any.magnitude_bits) - 1;
    const auto seed = *rc::gen::arbitrary<std::uint32_t>();
    // Half of the cases have weights of one sign and large, whose columns are full.
    const int least = within(0, 1) == 0 ? -largest : largest / 2;
    any.weights = random_int8(std::size_t(any.out * any.in), least, largest, seed);
    any.dac.activation_bits = within(2, periphery::kActivationBits);
    const int activation = any.dac.largest_activation() + 1;
    any.x = random_int8(std::size_t(any.tokens * any.in), -activation, activation - 1, seed + 1);
    return any;
}

/// A case that has every kind of group: 70 channels, which one vector of columns does not hold, two blocks, the second ragged, and 17
/// tokens, over one tile.
inline Case wide_case(int rows, int cols, int cell_bits, int dac_bits, const char* encoding) {
    Case c;
    c.params = {.rows = rows, .cols = cols, .cell_bits = cell_bits, .encoding = encoding, .path = "auto"};
    c.dac.bits = dac_bits;
    c.out = 70, c.in = rows + 13, c.tokens = 17, c.magnitude_bits = 7;
    c.weights = random_int8(std::size_t(c.out * c.in), -127, 127, 1);
    c.x = random_int8(std::size_t(c.tokens * c.in), -128, 127, 2);
    return c;
}

}  // namespace berth::test
