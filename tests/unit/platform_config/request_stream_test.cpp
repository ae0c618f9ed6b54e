// SPDX-License-Identifier: Apache-2.0
#include "platform/request_stream.hpp"

#include "models/core/error.hpp"
#include "tests/unit/core/refusal.hpp"
#include "tests/unit/core/scratch.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace berth::platform {
namespace {

using Counts = std::vector<std::size_t>;
using Stream = std::vector<StreamPlace>;

const std::vector<std::string> kTasks{"one", "two"};

TEST(RequestStream, LetsTasksTakeTurns) {
    EXPECT_EQ(in_turns(Counts{2, 0, 3}), (Stream{{0, 0, {}, 0}, {2, 0, {}, 0}, {0, 1, {}, 0}, {2, 1, {}, 0}, {2, 2, {}, 0}}));
    EXPECT_TRUE(in_turns({}).empty());
}

TEST(RequestStream, ArrivesInAPoissonProcessWithTheTasksMixedByTheirShares) {
    constexpr double kRate = 500.0;
    const Counts counts{12000, 4000};
    const Stream stream = poisson_stream(counts, kRate, 3);
    ASSERT_EQ(stream.size(), 16000u);
    std::vector<double> gaps;
    std::size_t alternations = 0;
    for (std::size_t i = 1; i < 15000; ++i) {  // where one task has run out there is no mixture any more
        gaps.push_back(*stream[i].arrival_s - *stream[i - 1].arrival_s);
        alternations += stream[i].task != stream[i - 1].task;
        ASSERT_GE(gaps.back(), 0.0);
    }
    // Kolmogorov and Smirnov at 1 %: gaps are exponential with mean 1 / rate.
    std::sort(gaps.begin(), gaps.end());
    double distance = 0.0;
    const auto n = static_cast<double>(gaps.size());
    for (std::size_t i = 0; i < gaps.size(); ++i) {
        const double share = 1.0 - std::exp(-gaps[i] * kRate);
        distance = std::max({distance, std::abs(share - static_cast<double>(i) / n), std::abs(share - static_cast<double>(i + 1) / n)});
    }
    EXPECT_LT(distance, 1.628 / std::sqrt(n));
    // Independent marks: neighbours differ with probability 2 p (1 - p); 3 standard deviations of so many trials, which overlap in pairs.
    const double expected = 2 * 0.75 * 0.25;
    EXPECT_NEAR(static_cast<double>(alternations) / n, expected, 3 * 1.5 * std::sqrt(expected * (1 - expected) / n));
}

TEST(RequestStream, IsAFunctionOfItsSeed) {
    const Counts counts{5, 5};
    EXPECT_EQ(poisson_stream(counts, 10.0, 7), poisson_stream(counts, 10.0, 7));
    EXPECT_NE(poisson_stream(counts, 10.0, 7), poisson_stream(counts, 10.0, 8));
    // A task's own arrivals do not depend on what comes behind them.
    const Stream alone = poisson_stream(Counts{5}, 5.0, 7), more = poisson_stream(Counts{5, 5}, 10.0, 7);
    for (const auto& place : more) {
        if (place.task == 0) {
            EXPECT_DOUBLE_EQ(*place.arrival_s, *alone[place.sentence].arrival_s);
        }
    }
}

class StreamFile : public ::testing::Test {
protected:
    Stream read(const std::string& text) const { return read_stream(scratch.file("s.tsv", text), kTasks, Counts{2, 1}); }
    std::string fault(const std::string& text) const {
        return test::refusal([&] { (void)read(text); });
    }
    const test::Scratch scratch;
};

TEST_F(StreamFile, SaysWhatComesWhen) {
    EXPECT_EQ(read("task\tarrival_s\tdeadline_s\ntwo\t0\t1e-3\none\t0.5\t0\r\none\t0.5\t2\n"),
              (Stream{{1, 0, 0.0, 1e-3}, {0, 0, 0.5, 0.0}, {0, 1, 0.5, 2.0}}));
    EXPECT_EQ(read("arrival_s\n1\n2\n"), (Stream{{0, 0, 1.0, 0.0}, {1, 0, 2.0, 0.0}})) << "tasks take turns";
}

TEST_F(StreamFile, IsRefusedWithItsLine) {
    const auto says = [&](const std::string& text, const std::string& part) {
        EXPECT_NE(fault(text).find("s.tsv" + part), std::string::npos) << fault(text);
    };
    says("", ": is empty");
    says("task\none\n", ":1: has no column arrival_s");
    says("arrival_s\tarrival_s\n1\t1\n", ":1: has a column 'arrival_s'");
    says("arrival_s\twhen\n1\t1\n", ":1: has a column 'when'");
    says("arrival_s\ttask\n1\n", ":2: has 1 fields");
    says("arrival_s\n1\n0.5\n", ":3: says '0.5'");
    says("arrival_s\n-1\n", ":2: says '-1'");
    says("arrival_s\nsoon\n", ":2: says 'soon'");
    says("arrival_s\tdeadline_s\n1\tnan\n", ":2: says 'nan'");
    says("arrival_s\ttask\n1\tthree\n", ":2: names the task 'three'");
    says("arrival_s\ttask\n1\ttwo\n2\ttwo\n", ":3: wants another sentence of task two");
    says("arrival_s\ttask\n1\tone\n", ": has no line for task two");
}

}  // namespace
}  // namespace berth::platform
