// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/occupancy.hpp"
#include "platform/accelerator/array_actions.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <systemc>
#include <vector>

namespace berth::platform {

/// The arrays of every plane on the chip, in time: the converters of a plane take one vector at a time, and all planes that a
/// vector is meant for (the base's and the active task's) take it together.
class Arrays : public sc_core::sc_module {
public:
    /// @param reading of the interval, the time in which the array itself is read; the rest waits for converters. Not given: all of it.
    Arrays(const sc_core::sc_module_name& name, const sc_core::sc_time& interval, const sc_core::sc_time& latency,
           const std::optional<sc_core::sc_time>& reading = {})
        : sc_module(name), interval_(interval), latency_(latency), reading_(reading.value_or(interval)) {}

    /// Programs the chip. Planes behind the same converters take their vectors one after the other.
    void program(std::span<const mapping::PlacedPlane> planes) {
        converters_.clear();
        int most = -1;
        for (const auto& placed : planes) {
            converters_.push_back(static_cast<std::size_t>(placed.converters));
            most = std::max(most, placed.converters);
        }
        busy_.assign(static_cast<std::size_t>(most + 1), {});
    }

    /// Adds the time until the partial sums are out to `delay`. @return when the first read begins.
    sc_core::sc_time multiply(std::span<const int> planes, const ArrayActions& actions, sc_core::sc_time& delay) {
        const sc_core::sc_time now = sc_core::sc_time_stamp();
        sc_core::sc_time begin = now + delay;
        for (const int plane : planes) begin = std::max(begin, busy_[converters_[static_cast<std::size_t>(plane)]].free_at());
        for (const int plane : planes) {
            auto& busy = busy_[converters_[static_cast<std::size_t>(plane)]];
            // Planes side by side behind the same converters are read together.
            if (busy.free_at() <= begin) busy.serve(begin, interval_);
        }
        done_ += actions;
        delay = begin + latency_ - now;
        return begin;
    }

    [[nodiscard]] const sc_core::sc_time& reading() const { return reading_; }
    [[nodiscard]] sc_core::sc_time converting() const { return interval_ - reading_; }
    [[nodiscard]] const ArrayActions& done() const { return done_; }

private:
    sc_core::sc_time interval_, latency_, reading_;
    std::vector<std::size_t> converters_;  ///< of each plane
    std::vector<Occupancy<sc_core::sc_time>> busy_;
    ArrayActions done_;
};

}  // namespace berth::platform
