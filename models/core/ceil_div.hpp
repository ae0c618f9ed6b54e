// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace berth {

/// number / by, rounded up; number not negative, by positive.
[[nodiscard]] constexpr std::int64_t ceil_div(std::int64_t number, std::int64_t by) { return (number + by - 1) / by; }

}  // namespace berth
