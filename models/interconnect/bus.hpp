// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/occupancy.hpp"

#include <cstdint>
#include <systemc>

namespace berth::interconnect {

/// The wires between a tile's buffer and its IMAs (ISAAC, Sec. IV): one transfer at a time, heard by every IMA at once.
class Bus : public sc_core::sc_module {
public:
    Bus(const sc_core::sc_module_name& name, int bits, const sc_core::sc_time& cycle)
        : sc_module(name), bits_(static_cast<std::uint64_t>(bits)), cycle_(cycle) {}

    /// Adds the time until the last word has passed to `delay`.
    void transfer(std::uint64_t bytes, sc_core::sc_time& delay) {
        const sc_core::sc_time length = static_cast<double>((bytes * 8 + bits_ - 1) / bits_) * cycle_;
        const sc_core::sc_time now = sc_core::sc_time_stamp();
        delay = wires_.serve(now + delay, length) + length - now;
        bytes_ += bytes;
    }

    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
    [[nodiscard]] sc_core::sc_time busy() const { return wires_.busy(); }

private:
    std::uint64_t bits_;
    sc_core::sc_time cycle_;
    Occupancy<sc_core::sc_time> wires_;
    std::uint64_t bytes_ = 0;
};

}  // namespace berth::interconnect
