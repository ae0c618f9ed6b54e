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

inline Outcome outcome(const crossbar::CrossbarMatrix& matrix, const Case& c) {
    Outcome all;
    all.codes.resize(matrix.code_count(c.tokens));
    all.sums.resize(std::size_t(c.tokens * c.out));
    all.activity = matrix.accumulate(c.x, c.tokens, all.sums, all.codes);
    std::vector<std::int64_t> without_codes(all.sums.size());
    RC_ASSERT(matrix.accumulate(c.x, c.tokens, without_codes) == all.activity);
    RC_ASSERT(without_codes == all.sums);
    return all;
}

}  // namespace berth::test
