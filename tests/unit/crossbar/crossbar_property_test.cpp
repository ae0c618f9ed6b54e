// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/crossbar_matrix.hpp"

#include "tests/unit/crossbar/random_matrix.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace berth::crossbar {
namespace {

using test::exact_product;
using test::random_int8;

/// Any platform and any matrix on it that a test can afford.
struct Case {
    CrossbarParams params;
    periphery::DacParams dac;
    int out, in, tokens, magnitude_bits;
    std::vector<std::int8_t> weights, x;
};

Case any_case() {
    const auto within = [](int least, int largest) { return *rc::gen::inRange(least, largest + 1); };
    Case any;
    any.params.rows = *rc::gen::oneOf(rc::gen::elementOf(std::vector<int>{16, 32, 64, 128, 256, 512, 1024}), rc::gen::inRange(16, 1025));
    any.params.cols = within(16, 1024);
    any.params.cell_bits = within(1, 4);
    any.params.encoding = *rc::gen::elementOf(encoding_names());
    any.dac.bits = within(1, 4);
    any.out = within(1, 24);
    any.in = within(1, 300);
    any.tokens = within(1, 3);
    any.magnitude_bits = within(1, 7);
    const int largest = (1 << any.magnitude_bits) - 1;
    const auto seed = *rc::gen::arbitrary<std::uint32_t>();
    // Half of the cases have weights of one sign and large, whose columns are full.
    const int least = within(0, 1) == 0 ? -largest : largest / 2;
    any.weights = random_int8(std::size_t(any.out * any.in), least, largest, seed);
    any.x = random_int8(std::size_t(any.tokens * any.in), -128, 127, seed + 1);
    return any;
}

std::vector<std::int32_t> product(Case any, const char* path, const std::shared_ptr<const periphery::Adc>& adc) {
    any.params.path = path;
    const CrossbarMatrix matrix(any.weights, any.out, any.in, any.magnitude_bits, any.params, any.dac, adc);
    std::vector<std::int32_t> y(std::size_t(any.tokens * any.out));
    const Activity activity = matrix.multiply(any.x, any.tokens, y);
    if (matrix.lossless()) RC_ASSERT(activity.clipped == 0u);
    return y;
}

RC_GTEST_PROP(Crossbar, EqualsTheIntegerProductWithIdealCellsAndAWideConverter, ()) {
    const Case any = any_case();
    const auto exact = exact_product(any.x, any.weights, any.tokens, any.in, any.out);
    RC_ASSERT(product(any, "auto", test::ideal_adc()) == exact);
    RC_ASSERT(product(any, "reference", test::ideal_adc()) == exact);
}

RC_GTEST_PROP(Crossbar, EqualsTheIntegerProductWhereTheConverterHasJustEnoughBits, ()) {
    const Case any = any_case();
    int bits = 1;
    while (!always_lossless(any.params, any.dac, *test::uniform_adc(bits))) ++bits;
    const auto exact = exact_product(any.x, any.weights, any.tokens, any.in, any.out);
    RC_ASSERT(product(any, "reference", test::uniform_adc(bits)) == exact);
    RC_ASSERT(product(any, "auto", test::uniform_adc(bits)) == exact);
}

RC_GTEST_PROP(Crossbar, TakesTheSameValuesByEveryPathWhateverTheConverter, ()) {
    const Case any = any_case();
    const int bits = *rc::gen::inRange(1, 13);
    const double step = *rc::gen::elementOf(std::vector<double>{0.25, 0.5, 0.7, 1.0, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 12.0});
    const auto adc = test::uniform_adc(bits, step);
    RC_ASSERT(product(any, "auto", adc) == product(any, "reference", adc));
}

}  // namespace
}  // namespace berth::crossbar
