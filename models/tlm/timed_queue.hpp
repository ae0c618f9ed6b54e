// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <queue>
#include <systemc>
#include <utility>
#include <vector>

namespace berth::tlm {

/// Things that fall due at a time of their own: one kernel event however many wait. Of those due together, the first put
/// in comes out first, so a run never depends on the kernel's order.
template <class Item>
class TimedQueue {
public:
    explicit TimedQueue(const char* name) : due_(name) {}

    /// Puts an item in, to fall due `delay` from now.
    void push(Item item, const sc_core::sc_time& delay) {
        waiting_.push(Entry{sc_core::sc_time_stamp() + delay, next_++, std::move(item)});
        due_.notify(waiting_.top().at - sc_core::sc_time_stamp());
    }

    /// Takes the next item that is due now. @return whether there was one; when not, the event will tell of the next.
    bool pop(Item& item) {
        if (waiting_.empty()) return false;
        if (waiting_.top().at > sc_core::sc_time_stamp()) {
            due_.notify(waiting_.top().at - sc_core::sc_time_stamp());
            return false;
        }
        item = waiting_.top().item;
        waiting_.pop();
        return true;
    }

    /// Forgets everything that waits.
    void clear() {
        waiting_ = {};
        due_.cancel();
    }

    /// Notified when an item falls due.
    [[nodiscard]] const sc_core::sc_event& due() const { return due_; }
    [[nodiscard]] bool empty() const { return waiting_.empty(); }

private:
    struct Entry {
        sc_core::sc_time at;
        std::uint64_t order;
        Item item;
        bool operator<(const Entry& other) const { return at > other.at || (at == other.at && order > other.order); }
    };

    std::priority_queue<Entry> waiting_;
    std::uint64_t next_ = 0;
    sc_core::sc_event due_;
};

}  // namespace berth::tlm
