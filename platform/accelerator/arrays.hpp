// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/occupancy.hpp"
#include "platform/accelerator/array_actions.hpp"

#include <optional>
#include <span>
#include <systemc>
#include <vector>

namespace berth::platform {

/// The arrays of every plane on the chip, in time: the arrays of one plane take one vector at a time, and all planes that a
/// vector is meant for (the base's and the active task's) take it together.
class Arrays : public sc_core::sc_module {
public:
    /// @param reading of the interval, the time in which the array itself is read; the rest waits for converters. Not given: all of it.
    Arrays(const sc_core::sc_module_name& name, const sc_core::sc_time& interval, const sc_core::sc_time& latency,
           const std::optional<sc_core::sc_time>& reading = {})
        : sc_module(name), interval_(interval), latency_(latency), reading_(reading.value_or(interval)) {}

    /// Programs the chip: so many planes, each with arrays of its own.
    void program(std::size_t planes) { planes_.assign(planes, {}); }

    /// Adds the time until the partial sums are out to `delay`. @return when the first read begins.
    sc_core::sc_time multiply(std::span<const int> planes, const ArrayActions& actions, sc_core::sc_time& delay) {
        const sc_core::sc_time now = sc_core::sc_time_stamp();
        sc_core::sc_time begin = now + delay;
        for (const int plane : planes) begin = std::max(begin, planes_[static_cast<std::size_t>(plane)].free_at());
        for (const int plane : planes) planes_[static_cast<std::size_t>(plane)].serve(begin, interval_);
        done_ += actions;
        delay = begin + latency_ - now;
        return begin;
    }

    [[nodiscard]] const sc_core::sc_time& reading() const { return reading_; }
    [[nodiscard]] sc_core::sc_time converting() const { return interval_ - reading_; }
    [[nodiscard]] const ArrayActions& done() const { return done_; }

private:
    sc_core::sc_time interval_, latency_, reading_;
    std::vector<Occupancy<sc_core::sc_time>> planes_;
    ArrayActions done_;
};

}  // namespace berth::platform
