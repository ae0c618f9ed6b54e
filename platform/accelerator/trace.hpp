// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <systemc>
#include <vector>

namespace berth::platform {

/// Spans of simulated time on named tracks, for Perfetto (the Chrome trace event format).
class Trace {
public:
    void span(const std::string& track, std::string name, const sc_core::sc_time& begin, const sc_core::sc_time& end) {
        spans_.push_back({track, std::move(name), begin, end});
    }
    [[nodiscard]] std::size_t spans() const { return spans_.size(); }

    /// The trace as JSON: tracks in order of their names, spans in order of their beginning, times in microseconds.
    [[nodiscard]] std::string json() const;

private:
    struct Span {
        std::string track, name;
        sc_core::sc_time begin, end;
    };
    std::vector<Span> spans_;
};

}  // namespace berth::platform
