// SPDX-License-Identifier: Apache-2.0
// Streams of several tasks' sentences, with times of arrival and deadlines.
#include "compressor/image_file.hpp"
#include "models/core/statistics.hpp"
#include "platform/request_stream.hpp"
#include "platform/simulation.hpp"
#include "tests/tlm/own_process.hpp"
#include "tests/unit/compressor/small_image.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

namespace berth::platform {
namespace {

/// Sentences of four tokens of the small image's two tasks.
struct Stream {
    PlatformConfig config;
    compressor::WeightImage image = test::small_image();
    std::vector<std::byte> bytes = compressor::serialise(image);
    SimulationInput input;

    explicit Stream(const std::vector<std::string>& settings) : config(load_platform("reram-multitask", all(settings))) {
        input.config = &config;
        input.image = bytes;
        input.in_flight = 64;
        input.threads = 2;
    }
    static std::vector<std::string> all(std::vector<std::string> settings) {
        settings.emplace_back("hierarchy.tiles=16");
        return settings;
    }
    void add(std::uint32_t task, std::optional<double> arrival_s = {}, double deadline_s = 0.0) {
        const auto number = static_cast<std::int32_t>(input.requests.size());
        input.requests.push_back({task, 2, {input.requests.size(), {2, number % 7, 3, number % 5}, {0, 0, 1, 1}}, arrival_s, deadline_s});
    }
    SimulationOutcome go() { return simulate(input); }
};

class MixedStream : public ::testing::TestWithParam<std::tuple<std::string, tlm::View>> {};
INSTANTIATE_TEST_SUITE_P(Schedulers, MixedStream,
                         ::testing::Combine(::testing::Values("fifo", "by_task", "deadline"),
                                            ::testing::Values(tlm::View::lt, tlm::View::at)),
                         [](const auto& about) {
                             return std::get<0>(about.param) + (std::get<1>(about.param) == tlm::View::lt ? "_lt" : "_at");
                         });

TEST_P(MixedStream, GivesTheFunctionalExecutorsLogitsToTheBit) {
    const auto& [scheduler, view] = GetParam();
    Stream stream({"queue.scheduler=" + scheduler});
    stream.input.view = view;
    for (std::uint32_t i = 0; i < 20; ++i) stream.add(i % 2, {}, (20 - i) * 1e-6);
    const SimulationOutcome outcome = stream.go();
    std::vector<float> expected;
    for (const Request& request : stream.input.requests) {
        const inference::Network& network = stream.image.tasks[request.task].network;
        const inference::ExactEngine engine(network);
        const inference::Executor executor(network, engine, inference::Arithmetic::integer);
        const auto logits = executor.logits(std::span(&request.sentence, 1));
        expected.insert(expected.end(), logits.begin(), logits.end());
    }
    EXPECT_EQ(outcome.logits, expected);
}

TEST(Stream, CountsLatencyFromTheArrival) {
    const auto latency = [](bool arrives) {
        return std::stod(test::in_own_process([arrives] {
            Stream stream({});
            stream.add(0, arrives ? std::optional(1e-3) : std::nullopt);
            if (arrives) stream.add(1, 2e-3);
            const SimulationOutcome outcome = stream.go();
            if (arrives && outcome.inference_s < 1e-3) return std::string("-1");
            return std::to_string(outcome.latency_s.back() * 1e9);
        }));
    };
    // The host puts the sentence into memory and rings: some two hundred cycles of which a doorbell knows nothing.
    const double alone = latency(false), arriving = latency(true);
    EXPECT_GT(arriving, alone);
    EXPECT_LT(arriving, alone + 1000.0);
}

double service_s(int requests) {
    return std::stod(test::in_own_process([requests] {
               Stream stream({"queue.in_pipeline=1"});
               for (int i = 0; i < requests; ++i) stream.add(0);
               return std::to_string(stream.go().inference_s * 1e9);
           })) *
           1e-9;
}

TEST(Stream, WaitsAsPoissonArrivalsAtAServerOfEqualTimesDo) {
    // Pollaczek and Khinchine for equal services: the mean wait is rho / (2 (1 - rho)) of one.
    constexpr double kLoad = 0.6;
    constexpr std::size_t kRequests = 6000;
    const double service = (service_s(60) - service_s(20)) / 40;
    const double wait = std::stod(test::in_own_process([service] {
        Stream stream({"queue.in_pipeline=1", "queue.depth=1024"});
        stream.input.in_flight = 1024;
        stream.input.values = false;
        for (const StreamPlace& place : poisson_stream(std::vector<std::size_t>{kRequests / 2, kRequests / 2}, kLoad / service, 5))
            stream.add(0, place.arrival_s);
        const auto latency = stream.go().latency_s;
        return std::to_string((mean(latency) - *std::min_element(latency.begin(), latency.end())) / service);
    }));
    // Waits are correlated over some 1 / (1 - rho)^2 requests: a hundredth and a half of standard deviation, three of them.
    EXPECT_NEAR(wait, kLoad / (2 * (1 - kLoad)), 0.12 * kLoad / (2 * (1 - kLoad)));
}

/// Requests that come together, the last of them the most urgent, each deadline half a service behind what the order of deadlines takes.
std::size_t late_under(const std::string& scheduler, double service, int requests) {
    return std::stoul(test::in_own_process([&] {
        Stream stream({"queue.in_pipeline=1", "queue.scheduler=" + scheduler});
        for (int i = 0; i < requests; ++i) stream.add(0, 1e-6, i == 0 ? 1.0 : (requests - i + 1.5) * service);
        const SimulationOutcome outcome = stream.go();
        std::size_t late = 0;
        for (std::size_t i = 0; i < outcome.latency_s.size(); ++i) late += outcome.latency_s[i] > stream.input.requests[i].deadline_s;
        return std::to_string(late);
    }));
}

TEST(Stream, KeepsDeadlinesByTheirOrderThatFirstComeFirstServedMisses) {
    const double service = (service_s(60) - service_s(20)) / 40;
    constexpr int kRequests = 8;
    EXPECT_EQ(late_under("deadline", service, kRequests), 0u);
    // The i-th is through behind i + 1 services: too late where that is more than requests - i + 1.5.
    EXPECT_EQ(late_under("fifo", service, kRequests), 3u);
}

}  // namespace
}  // namespace berth::platform
