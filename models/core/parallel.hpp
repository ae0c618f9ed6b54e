// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/thread_sanitizer.hpp"

#include <tbb/blocked_range.h>
#include <tbb/global_control.h>
#include <tbb/info.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <cstddef>
#include <optional>

namespace berth {

/// A pool of at most `threads` threads. Work is cut by index, never by thread, so the thread count cannot change a result.
class Threads {
public:
    /// @param threads 0 means every core.
    explicit Threads(int threads) : arena_(threads == 0 ? tbb::task_arena::automatic : threads) {
        // Without leave, the library keeps to one thread a core and warns on stderr of every further one.
        if (threads > tbb::info::default_concurrency())
            more_than_cores_.emplace(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(threads));
    }

    [[nodiscard]] int count() { return arena_.max_concurrency(); }

    /// Calls body(i) for i in [0, count), in any order, possibly at the same time. The first exception is thrown on.
    template <class Body>
    void for_each(std::size_t count, const Body& body) {
        HandOver begin, end;
        begin.give();
        arena_.execute([&] {
            tbb::parallel_for(tbb::blocked_range<std::size_t>(0, count, 1), [&](const auto& range) {
                begin.take();
                for (std::size_t i = range.begin(); i != range.end(); ++i) body(i);
                end.give();
            });
        });
        end.take();
    }

private:
    std::optional<tbb::global_control> more_than_cores_;
    tbb::task_arena arena_;
};

}  // namespace berth
