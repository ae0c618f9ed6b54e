// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/params.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace berth::periphery {

inline constexpr int kActivationBits = 8;  ///< of a byte, the widest activation

/// What one read applies: bits [shift, shift + bits) of every input.
struct InputSlice {
    int shift = 0;
    int bits = 0;
    bool negative = false;  ///< the sign bit's read

    /// What one unit of this slice counts in the input.
    [[nodiscard]] constexpr std::int64_t weight() const { return negative ? -(std::int64_t{1} << shift) : std::int64_t{1} << shift; }

    [[nodiscard]] constexpr int largest() const { return (1 << bits) - 1; }

    /// The number driven on the wordline of input x, never negative.
    [[nodiscard]] constexpr int of(std::int8_t x) const { return (static_cast<std::uint8_t>(x) >> shift) & largest(); }
};

/// Reads that one input vector takes.
[[nodiscard]] constexpr int input_reads(int activation_bits, int dac_bits) { return (activation_bits - 1 + dac_bits - 1) / dac_bits + 1; }

/// The slices in the order of the reads; sum over them of weight() * of(x) is x for every x of `activation_bits` bits.
[[nodiscard]] inline std::vector<InputSlice> input_slices(int activation_bits, int dac_bits) {
    std::vector<InputSlice> slices;
    for (int shift = 0; shift < activation_bits - 1; shift += dac_bits)
        slices.push_back({.shift = shift, .bits = std::min(dac_bits, activation_bits - 1 - shift)});
    slices.push_back({.shift = activation_bits - 1, .bits = 1, .negative = true});
    return slices;
}

/// Digital-to-analogue converters on the wordlines: an input is applied `bits` at a time, two's complement, least
/// significant slice first. A wordline cannot be driven below zero, so the sign bit, which counts negatively, has the
/// last read to itself: an 8-bit input takes 7 / bits reads, rounded up, and one more (8, 5, 4, 3 for 1 to 4 bits). Where
/// `bits` does not divide 7, the last read before the sign's has fewer bits.
///
/// Activations of fewer bits take fewer reads, two at least.
///
/// A wordline's voltage is the number driven, but for `inl`: driven with k of n = 2^bits - 1 it has k + 4 inl u (1 - u) steps, u = k / n.
/// Both ends are exact, so 1-bit inputs are always linear.
struct DacParams {
    int bits;
    int activation_bits = kActivationBits;
    double inl = 0.0;

    static constexpr std::tuple fields{
        Field{"bits", &DacParams::bits, "bit", 1, 4, "bits applied to a wordline in one read"},
        Field{"activation_bits", &DacParams::activation_bits, "bit", 2, kActivationBits,
              "bits of a crossbar's inputs, the sign among them: the digital unit makes them so narrow, and they take so many fewer reads"},
        Field{"inl", &DacParams::inl, "step", -1.0, 1.0, "integral nonlinearity: what a voltage amid the range is too high by"},
    };

    [[nodiscard]] bool narrow() const { return activation_bits < kActivationBits; }  ///< than a byte

    /// What the reads of one input apply, in their order, and how many they are.
    [[nodiscard]] std::vector<InputSlice> slices() const { return input_slices(activation_bits, bits); }
    [[nodiscard]] int reads() const { return input_reads(activation_bits, bits); }

    /// The largest magnitude that the digital unit makes: symmetric, so the lowest number of two's complement is not used.
    [[nodiscard]] int largest_activation() const { return (1 << (activation_bits - 1)) - 1; }

    [[nodiscard]] bool linear() const { return bits == 1 || inl == 0.0; }

    /// Voltage of a wordline driven with `number`, in steps.
    [[nodiscard]] double voltage(int number) const {
        const double place = double(number) / ((1 << bits) - 1);
        return number + 4.0 * inl * place * (1.0 - place);
    }
};

}  // namespace berth::periphery
