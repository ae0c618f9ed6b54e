// SPDX-License-Identifier: Apache-2.0
#include "models/tlm/burst.hpp"
#include "tests/tlm/dma_bench.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace berth::tlm {
namespace {

using sc_core::SC_NS;
using sc_core::sc_time;
using Bench = DmaBench;
constexpr std::uint32_t kLatency = DmaBench::kLatency, kBus = DmaBench::kBus, kBurst = DmaBench::kBurst;

TEST(FirstBurst, EndsAtTheTransferThePageAndTheBurstsAlignment) {
    EXPECT_EQ(first_burst(0, 1000, 64), 64u);
    EXPECT_EQ(first_burst(3, 1000, 64), 61u);
    EXPECT_EQ(first_burst(64, 10, 64), 10u);
    EXPECT_EQ(first_burst(4090, 1000, 4096), 6u);
    EXPECT_EQ(first_burst(4095, 1000, 48), 1u) << "a burst length that does not divide the page";
}

class DmaInBothViews : public ::testing::TestWithParam<View> {};
INSTANTIATE_TEST_SUITE_P(Views, DmaInBothViews, ::testing::Values(View::lt, View::at),
                         [](const auto& view) { return view.param == View::lt ? "lt" : "at"; });

TEST_P(DmaInBothViews, ReadsUnalignedRangesAcrossPagesExactly) {
    std::vector<std::byte> got(5000);
    Bench bench("bench", GetParam(), 4, [&](Bench& b) { EXPECT_TRUE(b.dma.read(4001, got).ok()); });
    sc_core::sc_start();
    EXPECT_TRUE(std::equal(got.begin(), got.end(), bench.memory.bytes().begin() + 4001));
    EXPECT_TRUE(bench.monitor.violations().empty()) << bench.monitor.violations().front();
    EXPECT_EQ(bench.monitor.statistics().bytes_read, 5000u);
    EXPECT_EQ(bench.dma.bursts(), 79u) << "31 bytes, 77 whole bursts, 41 bytes";
}

TEST_P(DmaInBothViews, TakesTheClosedFormsTimeForAStream) {
    std::vector<std::byte> got(16 * kBurst);
    sc_time end;
    Bench bench("bench", GetParam(), 16, [&](Bench& b) {
        ASSERT_TRUE(b.dma.read(0, got).ok());
        end = sc_core::sc_time_stamp();
    });
    sc_core::sc_start();
    // Enough bursts under way: the latency once, then the port's four cycles a burst.
    EXPECT_EQ(end, sc_time(kLatency + 16 * kBurst / kBus, SC_NS));
}

TEST_P(DmaInBothViews, PaysTheLatencyForEveryBurstWithOneUnderWay) {
    std::vector<std::byte> got(16 * kBurst);
    sc_time end;
    Bench bench("bench", GetParam(), 1, [&](Bench& b) {
        ASSERT_TRUE(b.dma.read(0, got).ok());
        end = sc_core::sc_time_stamp();
    });
    sc_core::sc_start();
    EXPECT_EQ(end, sc_time(16 * (kLatency + kBurst / kBus), SC_NS));
    EXPECT_EQ(bench.monitor.statistics().outstanding_at_most, 1u);
}

TEST_P(DmaInBothViews, WritesWhatItIsGivenAndNothingElse) {
    const std::vector<std::byte> given(130, std::byte{0xAB});
    Bench bench("bench", GetParam(), 2, [&](Bench& b) { EXPECT_TRUE(b.dma.write(61, given).ok()); });
    const std::vector<std::byte> before(bench.memory.bytes().begin(), bench.memory.bytes().end());
    sc_core::sc_start();
    for (std::size_t i = 0; i < before.size(); ++i)
        ASSERT_EQ(bench.memory.bytes()[i], i >= 61 && i < 191 ? std::byte{0xAB} : before[i]) << i;
}

TEST_P(DmaInBothViews, ReportsTheAddressOfTheBurstThatFailed) {
    std::vector<std::byte> got(1000);
    DmaResult result, after;
    Bench bench(
        "bench", GetParam(), 2,
        [&](Bench& b) {
            result = b.dma.read(1024 - 128, got);
            after = b.dma.read(0, std::span(got).first(16));
        },
        1024);
    sc_core::sc_start();
    EXPECT_EQ(result.status, ::tlm::TLM_ADDRESS_ERROR_RESPONSE);
    EXPECT_EQ(result.failed_address, 1024u);
    EXPECT_TRUE(after.ok()) << "a failure is over with its transfer";
    EXPECT_TRUE(bench.monitor.violations().empty());
}

}  // namespace
}  // namespace berth::tlm
