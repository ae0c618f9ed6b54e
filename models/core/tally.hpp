// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace berth {

/// Counts durations as they come: how many, their sum, least and most, and a histogram whose steps are powers of two of a nanosecond.
class Tally {
public:
    /// @param duration in picoseconds, not negative; taken to the nearest whole one.
    void add(double duration) {
        const auto picoseconds = static_cast<std::uint64_t>(std::llround(duration));
        least_ = count_ == 0 ? picoseconds : std::min(least_, picoseconds);
        most_ = std::max(most_, picoseconds);
        sum_ += static_cast<double>(picoseconds);
        ++count_;
        ++steps_[static_cast<std::size_t>(std::bit_width(picoseconds / kPicosecondsOfStep))];
    }

    Tally& operator+=(const Tally& other) {
        if (other.count_ == 0) return *this;
        least_ = count_ == 0 ? other.least_ : std::min(least_, other.least_);
        most_ = std::max(most_, other.most_);
        sum_ += other.sum_;
        count_ += other.count_;
        for (std::size_t i = 0; i < steps_.size(); ++i) steps_[i] += other.steps_[i];
        return *this;
    }

    [[nodiscard]] std::uint64_t count() const { return count_; }

    /// {count, min_s, mean_s, max_s, histogram: [{below_s, count}]}; steps that hold nothing are left out. Null where nothing was counted.
    [[nodiscard]] boost::json::value json() const {
        if (count_ == 0) return nullptr;
        boost::json::array histogram;
        for (std::size_t i = 0; i < steps_.size(); ++i)
            if (steps_[i] > 0)
                histogram.emplace_back(boost::json::object{
                    {"below_s", seconds(static_cast<double>((std::uint64_t{1} << i) * kPicosecondsOfStep))}, {"count", steps_[i]}});
        return boost::json::object{{"count", count_},
                                   {"min_s", seconds(static_cast<double>(least_))},
                                   {"mean_s", seconds(sum_ / static_cast<double>(count_))},
                                   {"max_s", seconds(static_cast<double>(most_))},
                                   {"histogram", std::move(histogram)}};
    }

private:
    static constexpr std::uint64_t kPicosecondsOfStep = 1000;
    static double seconds(double picoseconds) { return picoseconds / 1e12; }

    std::uint64_t count_ = 0, least_ = 0, most_ = 0;
    double sum_ = 0.0;
    std::array<std::uint64_t, 64> steps_{};
};

}  // namespace berth
