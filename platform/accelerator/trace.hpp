// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <systemc>
#include <utility>
#include <vector>

namespace berth::platform {

/// Spans of simulated time on named tracks, for Perfetto (the Chrome trace event format). Tracks belong to groups: requests, stages, tiles,
/// links, dma. What one token does is tied together by arrows from span to span, in the order in which the spans begin.
class Trace {
public:
    /// Names one token's spans; 0 is nobody's.
    using Flow = std::uint64_t;
    [[nodiscard]] static Flow flow_of(std::uint64_t request, int token) {
        return ((request + 1) << 16) + static_cast<std::uint64_t>(token);
    }

    /// From now on spans without a name of their own are of this token.
    void of(std::uint64_t request, int token) { request_ = request, token_ = token, known_ = true; }
    /// From now on they are of nobody.
    void of_nobody() { known_ = false; }

    void span(const std::string& group, const std::string& track, std::string name, const sc_core::sc_time& begin,
              const sc_core::sc_time& end, Flow flow = 0) {
        spans_.push_back({group, track, std::move(name), begin, end, flow});
    }
    /// The same for the token that of() has named.
    void span(const std::string& group, const std::string& track, const sc_core::sc_time& begin, const sc_core::sc_time& end) {
        if (known_)
            span(group, track, "request " + std::to_string(request_) + " token " + std::to_string(token_), begin, end,
                 flow_of(request_, token_));
        else
            span(group, track, track, begin, end);
    }
    [[nodiscard]] std::size_t spans() const { return spans_.size(); }

    /// The trace as JSON. Groups are processes, tracks threads; where spans of one track overlap, it has as many threads as it takes, so
    /// that those of one thread never do. Events are in the order of time, times in microseconds.
    [[nodiscard]] std::string json() const;

private:
    struct Span {
        std::string group, track, name;
        sc_core::sc_time begin, end;
        Flow flow;
    };
    /// Where a span is shown.
    struct Place {
        int process = 0, thread = 0;
    };

    [[nodiscard]] std::vector<std::size_t> in_order() const;

    std::vector<Span> spans_;
    std::uint64_t request_ = 0;
    int token_ = 0;
    bool known_ = false;
};

}  // namespace berth::platform
