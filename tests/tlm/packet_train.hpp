// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/interconnect/network.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace berth::test {

/// Sends so many packets all at once. @return when the last flit of the last one is there.
inline sc_core::sc_time packet_train(interconnect::Network& network, const interconnect::Tree& tree, int packets) {
    sc_core::sc_time last;
    for (int packet = 0; packet < packets; ++packet) {
        sc_core::sc_time delay;
        EXPECT_TRUE(network.multicast(tree, delay));
        last = std::max(last, delay);
    }
    return last;
}

}  // namespace berth::test
