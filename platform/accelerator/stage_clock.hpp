// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <systemc>

namespace berth::platform {

/// How a stage's arrays (or an attention's multipliers) spent a span of time: the four parts add up to it.
struct StageTimes {
    std::string name;  ///< "layer.0.intermediate", "layer.0.attention"
    std::uint64_t tokens = 0;
    double busy_s = 0.0;        ///< reading, or multiplying
    double converters_s = 0.0;  ///< holding a read until its columns are converted
    double network_s = 0.0;     ///< idle while the next vector is on its way: buffer, network, bus
    double input_s = 0.0;       ///< idle, and no vector is on its way
};

/// Keeps one stage's times. Where a stage has arrays of its own for some tasks, two may work at once: then the parts can add up to more
/// than the span.
class StageClock {
public:
    /// From now on there could be work.
    void begin(const sc_core::sc_time& now) { *this = {}, free_ = now; }

    /// A vector that was made at `departed` and was there at `ready` is worked on from `begin` for `working`, and for `converting` more.
    void take(const sc_core::sc_time& departed, const sc_core::sc_time& ready, const sc_core::sc_time& begin,
              const sc_core::sc_time& working, const sc_core::sc_time& converting) {
        if (begin > free_) {
            const sc_core::sc_time gap = begin - free_, way = std::min(gap, ready - std::min(departed, ready));
            network_ += way;
            input_ += gap - way;
        }
        busy_ += working;
        converters_ += converting;
        free_ = std::max(free_, begin + working + converting);
        ++tokens_;
    }

    [[nodiscard]] StageTimes until(const sc_core::sc_time& end, std::string name) const {
        const double rest = end > free_ ? (end - free_).to_seconds() : 0.0;
        return {std::move(name), tokens_, busy_.to_seconds(), converters_.to_seconds(), network_.to_seconds(), input_.to_seconds() + rest};
    }

private:
    sc_core::sc_time free_, busy_, converters_, network_, input_;
    std::uint64_t tokens_ = 0;
};

}  // namespace berth::platform
