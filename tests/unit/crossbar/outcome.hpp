// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/crossbar/crossbar_matrix.hpp"
#include "tests/unit/crossbar/any_case.hpp"

#include <rapidcheck.h>

#include <cstdint>
#include <vector>

namespace berth::test {

/// All that arrays give for a product.
struct Outcome {
    std::vector<std::int32_t> codes;
    std::vector<std::int64_t> sums;
    crossbar::Activity activity;

    bool operator==(const Outcome&) const = default;
};

inline Outcome read(const crossbar::CrossbarMatrix& matrix, const std::vector<std::int8_t>& x, int tokens,
                    const crossbar::ReadKey& key = {}) {
    Outcome all;
    all.codes.resize(matrix.code_count(tokens));
    all.sums.resize(std::size_t(tokens) * std::size_t(matrix.layout().out));
    all.activity = matrix.accumulate(x, tokens, all.sums, all.codes, key);
    return all;
}

/// The same, which the product without codes must give too.
inline Outcome outcome(const crossbar::CrossbarMatrix& matrix, const Case& c) {
    Outcome all = read(matrix, c.x, c.tokens);
    std::vector<std::int64_t> without_codes(all.sums.size());
    RC_ASSERT(matrix.accumulate(c.x, c.tokens, without_codes) == all.activity);
    RC_ASSERT(without_codes == all.sums);
    return all;
}

}  // namespace berth::test
