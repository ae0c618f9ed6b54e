// SPDX-License-Identifier: Apache-2.0
#include "models/inference/network.hpp"

#include "models/core/error.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <stdexcept>

namespace berth::inference {
namespace {

std::int8_t effective_value(int base, int code, std::int32_t channel) {
    if (std::abs(base + code) > 127)
        throw InputError("delta", "makes a weight of channel " + std::to_string(channel) + " " + std::to_string(base + code),
                         "weights within -127 and 127");
    return static_cast<std::int8_t>(base + code);
}

}  // namespace

Int8Matrix Linear::effective() const {
    Int8Matrix sum = *matrix;
    if (delta == nullptr) return sum;
    const auto in = static_cast<std::size_t>(sum.in);
    if (delta->codes.size() != delta->channels.size() * in)
        throw InputError("delta", "has " + std::to_string(delta->codes.size()) + " codes", "one for each input of its channels");
    for (std::size_t kept = 0; kept < delta->channels.size(); ++kept) {
        const std::int32_t channel = delta->channels[kept];
        if (channel < 0 || channel >= sum.out)
            throw InputError("delta", "keeps channel " + std::to_string(channel), "a channel below " + std::to_string(sum.out));
        std::int8_t* row = sum.values.data() + static_cast<std::size_t>(channel) * in;
        for (std::size_t i = 0; i < in; ++i) row[i] = effective_value(row[i], delta->codes[kept * in + i], channel);
    }
    return sum;
}

std::string matrix_name(const Shape& shape, std::size_t index) {
    static constexpr std::array names{"query", "key", "value", "attention_output", "intermediate", "output"};
    const std::size_t encoder = matrix_index(shape.layers, 0);
    if (index == encoder) return "pooler";
    if (index > encoder) throw std::out_of_range("matrix index beyond the pooler");
    return "layer." + std::to_string(index / kMatricesPerLayer) + "." + names[index % kMatricesPerLayer];
}

MatrixSize matrix_size(const Shape& shape, std::size_t index) {
    constexpr std::size_t intermediate = 4, output = 5;
    const bool pooler = index == matrix_index(shape.layers, 0);
    if (!pooler && index % kMatricesPerLayer == intermediate) return {shape.intermediate, shape.hidden};
    if (!pooler && index % kMatricesPerLayer == output) return {shape.hidden, shape.intermediate};
    return {shape.hidden, shape.hidden};
}

std::string stage_name(const Shape& shape, std::size_t index) {
    constexpr std::size_t attending = 3;
    const std::size_t matrix = index % kMatricesPerLayer;
    const bool attends = index < matrix_index(shape.layers, 0) && matrix < attending;
    return matrix_name(shape, attends ? index - matrix : index);
}

Int8Matrix quantise_rows(const std::vector<float>& values, int out, int in, int magnitude_bits) {
    Int8Matrix matrix{out, in, std::vector<std::int8_t>(values.size()), std::vector<float>(static_cast<std::size_t>(out), 1.0f),
                      magnitude_bits};
    const auto most = static_cast<float>(largest_magnitude(magnitude_bits));
    const auto width = static_cast<std::size_t>(in);
    for (std::size_t row = 0; row < matrix.scales.size(); ++row) {
        const float* real = values.data() + row * width;
        float largest = 0.0f;
        for (std::size_t i = 0; i < width; ++i) largest = std::max(largest, std::abs(real[i]));
        if (largest == 0.0f) continue;
        // Divided in double: a row of subnormal weights has a scale that a float cannot hold exactly, and must not pass the largest.
        matrix.scales[row] = std::max(largest / most, std::numeric_limits<float>::min());
        for (std::size_t i = 0; i < width; ++i) {
            const double code = std::nearbyint(static_cast<double>(real[i]) / matrix.scales[row]);
            matrix.values[row * width + i] = static_cast<std::int8_t>(std::clamp(code, -double{most}, double{most}));
        }
    }
    return matrix;
}

}  // namespace berth::inference
