// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>

namespace berth {

/// How far long work has come, on stderr: a bar on a terminal, a line now and then otherwise, nothing when quiet.
class Progress {
public:
    Progress(std::string what, std::size_t total, bool quiet);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /// May be called from any thread.
    void advance(std::size_t steps = 1);

private:
    void show(std::size_t done, bool last);

    std::string what_;
    std::size_t total_;
    bool quiet_;
    bool terminal_;
    std::atomic<std::size_t> done_{0};
    std::mutex shown_;
    std::chrono::steady_clock::time_point begin_;
    std::chrono::steady_clock::time_point next_;
};

}  // namespace berth
