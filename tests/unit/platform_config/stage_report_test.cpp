// SPDX-License-Identifier: Apache-2.0
#include "platform/stage_report.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace berth::platform {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;

sc_time ns(double count) { return {count, SC_NS}; }

TEST(StageClock, PartsTheTimeBetweenReadingConvertersNetworkAndInput) {
    StageClock clock;
    clock.begin(ns(100));
    // Nothing until 160, then 15 on the way; 80 of reads and 20 of conversions. The next two come while it works, and late.
    clock.take(ns(160), ns(175), ns(175), ns(80), ns(20));
    clock.take(ns(200), ns(230), ns(275), ns(80), ns(20));
    clock.take(ns(370), ns(390), ns(390), ns(80), ns(20));
    const StageTimes times = clock.until(ns(500), "stage");
    EXPECT_EQ(times.tokens, 3u);
    EXPECT_NEAR(times.busy_s, 240e-9, 1e-15);
    EXPECT_NEAR(times.converters_s, 60e-9, 1e-15);
    EXPECT_NEAR(times.network_s, (15 + 15) * 1e-9, 1e-15) << "of the third's way, 5 ns lay behind the second's end";
    EXPECT_NEAR(times.input_s, (60 + 10) * 1e-9, 1e-15);
}

std::vector<StageTimes> two(StageTimes second) { return {{"layer.0.query_key_value", 5, 0.1, 0.0, 0.1, 0.8}, std::move(second)}; }

TEST(Bottleneck, IsNamedInWords) {
    EXPECT_EQ(bottleneck(two({"layer.0.output", 5, 0.6, 0.1, 0.1, 0.2}), 0.1),
              "the arrays of layer.0.output: at work for 70 % of the time");
    EXPECT_EQ(bottleneck(two({"layer.0.output", 5, 0.2, 0.6, 0.1, 0.1}), 0.1),
              "the converters of layer.0.output: at work for 80 % of the time");
    EXPECT_EQ(bottleneck(two({"layer.0.attention", 5, 0.9, 0.0, 0.0, 0.1}), 0.1),
              "the multipliers of layer.0.attention: at work for 90 % of the time");
    EXPECT_EQ(bottleneck(two({"layer.0.output", 5, 0.6, 0.1, 0.1, 0.2}), 0.95),
              "the busiest link of the network: at work for 95 % of the time");
    EXPECT_TRUE(bottleneck(two({"layer.0.output", 5, 0.2, 0.0, 0.1, 0.7}), 0.1).starts_with("too few requests in flight"));
    EXPECT_TRUE(bottleneck(two({"layer.0.output", 5, 0.2, 0.0, 0.7, 0.1}), 0.1).starts_with("the ways of vectors to the arrays"));
    EXPECT_EQ(bottleneck({}, 0.0), "nothing was at work");
}

TEST(StagesTable, HasALineAStageAndTheBottleneck) {
    EXPECT_EQ(stages_table(two({"layer.0.output", 5, 0.6, 0.1, 0.1, 0.2}), 0.1),
              "stage                           tokens    busy  converters  network  input\n"
              "layer.0.query_key_value              5   10.0%        0.0%    10.0%  80.0%\n"
              "layer.0.output                       5   60.0%       10.0%    10.0%  20.0%\n"
              "bottleneck: the arrays of layer.0.output: at work for 70 % of the time\n");
}

}  // namespace
}  // namespace berth::platform
