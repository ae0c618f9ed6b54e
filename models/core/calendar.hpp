// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <iterator>

namespace berth {

/// A resource that is asked for ahead of time: each service takes the first gap that is long enough. Where a packet is known
/// to come late, one that comes before it still finds the resource free, as it would if each were served at its arrival.
/// Time is sc_time in the shells; anything with +, - and < will do.
template <class Time>
class Calendar {
public:
    /// When a service of `length`, wanted from `asked` on, would begin.
    [[nodiscard]] Time earliest(const Time& asked, const Time& length) const {
        Time begin = asked;
        for (auto at = first_after(asked); at != taken_.end() && at->begin < begin + length; ++at) begin = std::max(begin, at->end);
        return begin;
    }

    /// Takes that time. @param now nothing is asked for before it any more. @return when the service begins.
    Time serve(const Time& now, const Time& asked, const Time& length) {
        while (!taken_.empty() && !(now < taken_.front().end)) taken_.pop_front();
        const Time begin = earliest(asked, length);
        if (Time{} < length) take({begin, begin + length});
        busy_ = busy_ + length;
        ++served_;
        return begin;
    }

    [[nodiscard]] const Time& busy() const { return busy_; }  ///< the sum of all services
    [[nodiscard]] std::uint64_t served() const { return served_; }

private:
    struct Interval {
        Time begin, end;
    };

    [[nodiscard]] auto first_after(const Time& time) const {
        return std::upper_bound(taken_.begin(), taken_.end(), time,
                                [](const Time& t, const Interval& interval) { return t < interval.end; });
    }

    /// Enters an interval that overlaps none, joined with those that it touches.
    void take(const Interval& interval) {
        const auto place = std::upper_bound(taken_.begin(), taken_.end(), interval.begin,
                                            [](const Time& t, const Interval& other) { return t < other.begin; });
        const bool joins_next = place != taken_.end() && !(interval.end < place->begin);
        const bool joins_last = place != taken_.begin() && !(std::prev(place)->end < interval.begin);
        if (joins_last && joins_next) {
            std::prev(place)->end = place->end;
            taken_.erase(place);
        } else if (joins_last) {
            std::prev(place)->end = interval.end;
        } else if (joins_next) {
            place->begin = interval.begin;
        } else {
            taken_.insert(place, interval);
        }
    }

    std::deque<Interval> taken_;  ///< in order, none touching another
    Time busy_{};
    std::uint64_t served_ = 0;
};

}  // namespace berth
