// SPDX-License-Identifier: Apache-2.0
#include "models/tlm/timed_queue.hpp"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace berth::tlm {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;

SC_MODULE(Reader) {
    TimedQueue<int> queue{"due"};
    std::vector<std::pair<int, sc_time>> seen;
    SC_CTOR(Reader) {
        SC_METHOD(read);
        sensitive << queue.due();
        dont_initialize();
    }
    void read() {
        int item = 0;
        while (queue.pop(item)) {
            seen.emplace_back(item, sc_core::sc_time_stamp());
            if (item == 2) queue.push(9, sc_time(1, SC_NS));
        }
    }
};

TEST(TimedQueue, GivesItemsInOrderOfTimeAndThenOfArrival) {
    Reader reader("reader");
    reader.queue.push(3, sc_time(5, SC_NS));
    reader.queue.push(1, sc_time(2, SC_NS));
    reader.queue.push(2, sc_time(2, SC_NS));
    reader.queue.push(4, sc_time(5, SC_NS));
    sc_core::sc_start();
    const std::vector<std::pair<int, sc_time>> expected{
        {1, sc_time(2, SC_NS)}, {2, sc_time(2, SC_NS)}, {9, sc_time(3, SC_NS)}, {3, sc_time(5, SC_NS)}, {4, sc_time(5, SC_NS)}};
    EXPECT_EQ(reader.seen, expected);
    EXPECT_TRUE(reader.queue.empty());
}

}  // namespace
}  // namespace berth::tlm
