// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/buffer/buffer_errors.hpp"
#include "models/core/calendar.hpp"
#include "models/core/tally.hpp"

#include <algorithm>
#include <cstdint>
#include <systemc>
#include <vector>

namespace berth::buffer {

struct TileBufferTiming {
    sc_core::sc_time cycle;
    int banks;
    int port_bits;  ///< bits a bank gives or takes in a cycle
};

/// A tile's eDRAM buffer (ISAAC, Sec. IV). A vector lies in one bank; vectors in different banks are moved at the same time,
/// and the next one takes the bank that is free first. Moves time and counts bytes.
class TileBuffer : public sc_core::sc_module {
public:
    TileBuffer(const sc_core::sc_module_name& name, const TileBufferTiming& timing, const BufferErrorDesign& errors = {})
        : sc_module(name), timing_(timing), banks_(static_cast<std::size_t>(timing.banks)), errors_(errors) {}

    /// Adds the time until the last word is out to `delay`. @return whether the words are as they were written, as far as their check
    /// bits can say.
    [[nodiscard]] bool read(std::uint64_t bytes, sc_core::sc_time& delay) {
        bytes_read_ += bytes;
        move(bytes, delay);
        return errors_.read(bytes);
    }
    void write(std::uint64_t bytes, sc_core::sc_time& delay) {
        bytes_written_ += bytes;
        move(bytes, delay);
    }

    [[nodiscard]] std::uint64_t bytes_read() const { return bytes_read_; }
    [[nodiscard]] std::uint64_t bytes_written() const { return bytes_written_; }
    /// For a bank, of every access.
    [[nodiscard]] const Tally& waits() const { return waits_; }
    [[nodiscard]] const BufferErrorCounts& errors() const { return errors_.seen(); }

    /// Time the banks were busy, all banks together.
    [[nodiscard]] sc_core::sc_time busy() const {
        sc_core::sc_time sum;
        for (const auto& bank : banks_) sum += bank.busy();
        return sum;
    }

private:
    void move(std::uint64_t bytes, sc_core::sc_time& delay) {
        const auto port = static_cast<std::uint64_t>(timing_.port_bits);
        const sc_core::sc_time length = static_cast<double>((bytes * 8 + port - 1) / port) * timing_.cycle;
        const sc_core::sc_time now = sc_core::sc_time_stamp();
        const sc_core::sc_time asked = now + delay;
        auto& bank = *std::min_element(banks_.begin(), banks_.end(),
                                       [&](const auto& a, const auto& b) { return a.earliest(asked, length) < b.earliest(asked, length); });
        const sc_core::sc_time begin = bank.serve(now, asked, length);
        waits_.add((begin - asked) / sc_core::sc_time(1, sc_core::SC_PS));
        delay = begin + length - now;
    }

    TileBufferTiming timing_;
    std::vector<Calendar<sc_core::sc_time>> banks_;
    BufferErrors errors_;
    std::uint64_t bytes_read_ = 0, bytes_written_ = 0;
    Tally waits_;
};

}  // namespace berth::buffer
