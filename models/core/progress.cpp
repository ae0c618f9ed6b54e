// SPDX-License-Identifier: Apache-2.0
#include "models/core/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace berth {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

milliseconds interval(bool terminal) { return terminal ? milliseconds(100) : milliseconds(5000); }

}  // namespace

Progress::Progress(std::string what, std::size_t total, bool quiet)
    : what_(std::move(what)),
      total_(total),
      quiet_(quiet),
      terminal_(::isatty(STDERR_FILENO) != 0),
      begin_(steady_clock::now()),
      next_(begin_ + interval(terminal_)) {}

Progress::~Progress() {
    if (terminal_ && !quiet_) show(done_.load(), true);
}

void Progress::advance(std::size_t steps) {
    const std::size_t done = done_ += steps;
    if (quiet_) return;
    const std::lock_guard lock(shown_);
    if (steady_clock::now() < next_) return;
    next_ = steady_clock::now() + interval(terminal_);
    show(done, false);
}

void Progress::show(std::size_t done, bool last) {
    const double seconds = std::chrono::duration<double>(steady_clock::now() - begin_).count();
    const double part = total_ == 0 ? 1.0 : static_cast<double>(std::min(done, total_)) / static_cast<double>(total_);
    const std::string left = part > 0.0 && part < 1.0 ? fmt::format(", {:.0f} s left", seconds * (1.0 - part) / part) : "";
    const std::string line = fmt::format("{}: {}/{}{}", what_, done, total_, left);
    if (!terminal_) {
        fmt::print(stderr, "{}\n", line);
        return;
    }
    constexpr std::size_t width = 30;
    const auto filled = static_cast<std::size_t>(part * width);
    fmt::print(stderr, "\r[{}{}] {}\033[K{}", std::string(filled, '='), std::string(width - filled, ' '), line, last ? "\n" : "");
    std::fflush(stderr);
}

}  // namespace berth
