// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace berth::platform {

/// Threads that work while the kernel, which runs on one thread, moves time. Work is taken in the order given; destruction
/// drops what has not begun.
class WorkerPool {
public:
    explicit WorkerPool(int threads) {
        for (int i = 0; i < threads; ++i) workers_.emplace_back([this](const std::stop_token& stop) { run(stop); });
    }
    ~WorkerPool() {
        for (auto& worker : workers_) worker.request_stop();
        given_.notify_all();
    }

    /// The result comes, or is thrown, through the future.
    template <class Work>
    [[nodiscard]] auto submit(Work work) {
        std::packaged_task<decltype(work())()> task(std::move(work));
        auto result = task.get_future();
        {
            const std::lock_guard lock(mutex_);
            waiting_.emplace_back([task = std::make_shared<decltype(task)>(std::move(task))] { (*task)(); });
        }
        given_.notify_one();
        return result;
    }

private:
    void run(const std::stop_token& stop) {
        for (;;) {
            std::function<void()> work;
            {
                std::unique_lock lock(mutex_);
                given_.wait(lock, stop, [this] { return !waiting_.empty(); });
                if (stop.stop_requested()) return;
                work = std::move(waiting_.front());
                waiting_.pop_front();
            }
            work();
        }
    }

    std::mutex mutex_;
    std::condition_variable_any given_;
    std::deque<std::function<void()>> waiting_;
    std::vector<std::jthread> workers_;
};

}  // namespace berth::platform
