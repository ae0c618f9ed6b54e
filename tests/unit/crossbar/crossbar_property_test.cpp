// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/crossbar_matrix.hpp"

#include "tests/unit/crossbar/any_case.hpp"
#include "tests/unit/crossbar/random_matrix.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace berth::crossbar {
namespace {

using test::any_case;
using test::Case;
using test::exact_product;

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

}  // namespace
}  // namespace berth::crossbar
