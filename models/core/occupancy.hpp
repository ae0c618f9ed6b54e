// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

namespace berth {

/// A resource that serves one user at a time, in the order in which they ask. Knows nothing of who moves time: a target
/// adds what it returns to its delay. Time is sc_time in the shells; anything with +, - and < will do.
template <class Time>
class Occupancy {
public:
    /// @return when a service of `length` that is asked for at `asked` begins.
    Time serve(const Time& asked, const Time& length) {
        const Time begin = std::max(asked, free_at_);
        free_at_ = begin + length;
        busy_ = busy_ + length;
        ++served_;
        return begin;
    }

    [[nodiscard]] const Time& free_at() const { return free_at_; }
    [[nodiscard]] const Time& busy() const { return busy_; }  ///< the sum of all services
    [[nodiscard]] std::uint64_t served() const { return served_; }

private:
    Time free_at_{};
    Time busy_{};
    std::uint64_t served_ = 0;
};

}  // namespace berth
