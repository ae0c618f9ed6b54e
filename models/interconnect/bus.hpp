// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/occupancy.hpp"
#include "models/core/tally.hpp"

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
        const sc_core::sc_time asked = now + delay, begin = wires_.serve(asked, length);
        waits_.add((begin - asked) / sc_core::sc_time(1, sc_core::SC_PS));
        delay = begin + length - now;
        bytes_ += bytes;
    }

    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
    [[nodiscard]] sc_core::sc_time busy() const { return wires_.busy(); }
    [[nodiscard]] const Tally& waits() const { return waits_; }  ///< of every transfer, for the wires

private:
    std::uint64_t bits_;
    sc_core::sc_time cycle_;
    Occupancy<sc_core::sc_time> wires_;
    std::uint64_t bytes_ = 0;
    Tally waits_;
};

}  // namespace berth::interconnect
