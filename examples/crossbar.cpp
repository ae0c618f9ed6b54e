// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/crossbar_matrix.hpp"
#include "models/periphery/adc.hpp"

#include <cstdint>
#include <iostream>
#include <random>
#include <vector>

/// One matrix on arrays of its own, with no accelerator around it: what converters of 8 and of 4 bits make of its products.
int main() {
    using namespace berth;
    constexpr int out = 16, in = 200, tokens = 4, weight_bits = 7;
    std::mt19937 random(1);
    std::vector<std::int8_t> weights(out * in), inputs(tokens * in);
    for (auto& weight : weights) weight = static_cast<std::int8_t>(static_cast<int>(random() % 255) - 127);
    for (auto& input : inputs) input = static_cast<std::int8_t>(static_cast<int>(random() % 255) - 127);

    for (const int bits : {8, 4}) {
        const crossbar::CrossbarParams arrays{.rows = 128, .cols = 128, .cell_bits = 1, .encoding = "differential", .path = "auto"};
        periphery::AdcParams adc;
        adc.kind = "uniform";
        adc.bits = bits;
        adc.step = 1.0;
        const crossbar::CrossbarMatrix matrix(weights, out, in, weight_bits, arrays, {.bits = 1}, periphery::make_adc(adc));
        std::vector<std::int32_t> products(tokens * out);
        const crossbar::Activity done = matrix.multiply(inputs, tokens, products);

        int differ = 0;
        for (int token = 0; token < tokens; ++token)
            for (int row = 0; row < out; ++row) {
                std::int32_t exact = 0;
                for (int i = 0; i < in; ++i) exact += weights[row * in + i] * inputs[token * in + i];
                differ += exact != products[token * out + row];
            }
        std::cout << bits << "-bit converters: " << differ << " of " << tokens * out << " products differ, " << done.array_reads
                  << " array reads, " << done.adc_conversions << " conversions, " << done.clipped << " clipped\n";
    }
    return 0;
}
