// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/occupancy.hpp"

#include <cstdint>
#include <span>
#include <systemc>
#include <vector>

namespace berth::platform {

/// What the IMAs do for one product of a vector with the planes that read it.
struct ArrayActions {
    std::int64_t reads = 0;                  ///< arrays times input slices
    std::int64_t drives = 0;                 ///< wordlines times input slices
    std::int64_t conversions = 0;            ///< columns times input slices: samples, conversions and shift-and-adds
    std::int64_t input_register_bytes = 0;   ///< shifted out to the wordlines
    std::int64_t output_register_bytes = 0;  ///< partial sums rewritten at every read
    std::int64_t partial_sums = 0;           ///< joined by the global shift-and-add: row blocks, polarities, base and delta

    ArrayActions& operator+=(const ArrayActions& other) {
        reads += other.reads;
        drives += other.drives;
        conversions += other.conversions;
        input_register_bytes += other.input_register_bytes;
        output_register_bytes += other.output_register_bytes;
        partial_sums += other.partial_sums;
        return *this;
    }
};

/// The arrays of every plane on the chip, in time: the arrays of one plane take one vector at a time, and all planes that a
/// vector is meant for (the base's and the active task's) take it together.
class Arrays : public sc_core::sc_module {
public:
    Arrays(const sc_core::sc_module_name& name, const sc_core::sc_time& interval, const sc_core::sc_time& latency)
        : sc_module(name), interval_(interval), latency_(latency) {}

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

    [[nodiscard]] const ArrayActions& done() const { return done_; }

private:
    sc_core::sc_time interval_, latency_;
    std::vector<Occupancy<sc_core::sc_time>> planes_;
    ArrayActions done_;
};

}  // namespace berth::platform
