// SPDX-License-Identifier: Apache-2.0
// What users see of a simulation beside its results: the trace, the waves, the statistics.
#include "platform/simulation.hpp"

#include "compressor/image_file.hpp"
#include "tests/unit/compressor/small_image.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/tlm/own_process.hpp"

namespace berth::platform {
namespace {

constexpr double kPicosecond = 1e-6;  ///< in microseconds

struct Experiment {
    PlatformConfig config = load_platform(
        "reram-multitask", {"hierarchy.tiles=64", "hierarchy.imas_per_tile=1", "hierarchy.arrays_per_ima=2", "hierarchy.mapper=separate"});
    std::vector<std::byte> bytes = compressor::serialise(test::small_image());
    SimulationInput input;

    Experiment() {
        input.config = &config;
        input.image = bytes;
        input.in_flight = 2;
        input.threads = 1;
        input.values = false;
        for (std::uint64_t i = 0; i < 4; ++i)
            input.requests.push_back({0, 2, {i, std::vector<std::int32_t>(5 + i, 3), std::vector<std::int32_t>(5 + i, 0)}});
    }
};

using Thread = std::pair<std::int64_t, std::int64_t>;

Thread thread_of(const boost::json::value& event) {
    return {event.at("pid").to_number<std::int64_t>(), event.at("tid").to_number<std::int64_t>()};
}

struct TraceOfRun : ::testing::Test {
    boost::json::array events;
    Trace trace;

    void SetUp() override {
        Experiment run;
        run.input.trace = &trace;
        (void)simulate(run.input);
        events = boost::json::parse(trace.json()).at("traceEvents").as_array();
    }
    [[nodiscard]] std::vector<boost::json::value> of_kind(const std::string& kind) const {
        std::vector<boost::json::value> list;
        for (const auto& event : events)
            if (event.at("ph").as_string() == kind) list.push_back(event);
        return list;
    }
};

TEST_F(TraceOfRun, HasTracksOfEveryGroup) {
    std::set<std::string> groups;
    for (const auto& event : of_kind("M"))
        if (event.at("name").as_string() == "process_name") groups.insert(std::string(event.at("args").at("name").as_string()));
    EXPECT_EQ(groups, (std::set<std::string>{"dma", "links", "requests", "stages", "tiles"}));
    EXPECT_EQ(of_kind("X").size(), trace.spans());
}

TEST_F(TraceOfRun, GoesForwardInTime) {
    double last = 0.0;
    for (const auto& event : events) {
        if (event.at("ph").as_string() == "M") continue;
        EXPECT_GE(event.at("ts").to_number<double>(), last);
        last = event.at("ts").to_number<double>();
    }
}

TEST_F(TraceOfRun, HasSpansThatNestOnEveryThread) {
    std::map<Thread, double> ends;
    for (const auto& event : of_kind("X")) {
        EXPECT_GE(event.at("dur").to_number<double>(), 0.0);
        const double begin = event.at("ts").to_number<double>();
        double& end = ends[thread_of(event)];
        EXPECT_GE(begin, end - kPicosecond) << event;
        end = begin + event.at("dur").to_number<double>();
    }
}

TEST_F(TraceOfRun, HasArrowsWithBothEndsInsideSpans) {
    std::map<std::uint64_t, std::string> kinds;
    std::map<Thread, std::vector<std::pair<double, double>>> spans;
    for (const auto& event : of_kind("X")) {
        const double begin = event.at("ts").to_number<double>();
        spans[thread_of(event)].emplace_back(begin, begin + event.at("dur").to_number<double>());
    }
    for (const auto& event : events) {
        const std::string kind(event.at("ph").as_string());
        if (kind != "s" && kind != "t" && kind != "f") continue;
        kinds[event.at("id").to_number<std::uint64_t>()] += kind;
        const double at = event.at("ts").to_number<double>();
        const auto& there = spans.at(thread_of(event));
        EXPECT_TRUE(std::any_of(there.begin(), there.end(), [at](const auto& span) { return span.first <= at && at <= span.second; }));
    }
    // A token each: five to eight in four sentences.
    EXPECT_EQ(kinds.size(), 5u + 6 + 7 + 8);
    for (const auto& [id, steps] : kinds) {
        EXPECT_EQ(steps.front(), 's') << id;
        EXPECT_EQ(steps.back(), 'f') << id;
        EXPECT_EQ(std::count(steps.begin(), steps.end(), 's') + std::count(steps.begin(), steps.end(), 'f'), 2) << id;
        EXPECT_GT(steps.size(), 4u) << id;
    }
}

TEST(Observation, CountsWhatTheReportCounts) {
    Experiment run;
    const SimulationOutcome outcome = simulate(run.input);
    const auto& statistics = outcome.statistics;
    EXPECT_EQ(statistics.at("arrays").at("reads").to_number<std::uint64_t>(), outcome.array_reads);
    EXPECT_EQ(statistics.at("pipeline").at("tokens_left").to_number<int>(), 5 + 6 + 7 + 8);
    std::uint64_t written = 0, elements = 0, moved = 0;
    for (const auto& tile : statistics.at("tiles").at("list").as_array()) {
        written += tile.at("buffer_bytes_written").to_number<std::uint64_t>();
        elements += tile.at("elements").to_number<std::uint64_t>();
        moved += tile.at("bus_bytes").to_number<std::uint64_t>();
    }
    EXPECT_EQ(written, outcome.ledger.count("tile.buffer", "write_byte"));
    EXPECT_EQ(elements, outcome.ledger.count("tile.digital.vector", "element"));
    EXPECT_EQ(moved, outcome.ledger.count("tile.bus", "byte"));
    EXPECT_EQ(statistics.at("network").at("router_flits").to_number<std::uint64_t>(), outcome.ledger.count("tile.router", "flit"));
    // The image, a descriptor for it and each request, the requests' tokens; completions and logits.
    EXPECT_EQ(statistics.at("dma").at("bytes_read").to_number<std::uint64_t>(), run.bytes.size() + 5 * 64 + 8 * (5 + 6 + 7 + 8));
    EXPECT_EQ(statistics.at("dma").at("bytes_written").to_number<std::uint64_t>(), 5u * 32 + 4 * 8);
    for (const char* part : {"dma", "network"}) {
        const auto& durations = statistics.at(part).at(std::string(part) == "dma" ? "bursts" : "packets");
        std::uint64_t counted = 0;
        for (const auto& step : durations.at("histogram").as_array()) counted += step.at("count").to_number<std::uint64_t>();
        EXPECT_EQ(counted, durations.at("count").to_number<std::uint64_t>());
        EXPECT_LE(durations.at("min_s").to_number<double>(), durations.at("mean_s").to_number<double>());
        EXPECT_LE(durations.at("mean_s").to_number<double>(), durations.at("max_s").to_number<double>());
    }
}

TEST(Observation, DumpsWavesThatEndWhereTheRunDid) {
    Experiment run;
    Waves waves;
    run.input.waves = &waves;
    (void)simulate(run.input);
    const std::string text = waves.text();
    EXPECT_EQ(text.find("$date"), std::string::npos) << "the same run gives the same bytes";
    const auto value_of = [&](const std::string& signal) {
        const std::size_t name = text.find(signal);
        if (name == std::string::npos) return std::string("no such signal");
        // "$var wire 64 aaaaa name [63:0] $end"
        const std::size_t line = text.rfind('\n', name) + 1;
        std::string code = text.substr(line, name - line);
        code = code.substr(0, code.find_last_not_of(' ') + 1);
        code = code.substr(code.find_last_of(' ') + 1);
        const std::size_t last = text.rfind(" " + code + "\n"), begin = text.rfind('\n', last) + 1;
        return text.substr(begin, last - begin);
    };
    EXPECT_EQ(value_of("tokens_left"), "b11010") << "26 tokens";
    EXPECT_EQ(value_of("completed"), "b101") << "a load and four requests";
    EXPECT_NE(text.find("irq"), std::string::npos);
}

TEST(Observation, ChangesNoResultWithAHeartbeat) {
    const std::string without = test::in_own_process([] {
        Experiment run;
        return boost::json::serialize(boost::json::value_from(simulate(run.input).latency_s));
    });
    Experiment run;
    run.input.heartbeat_s = 1e-9;
    int beats = 0;
    double last = 0.0;
    run.input.heartbeat = [&](double simulated_s) {
        ++beats;
        EXPECT_GE(simulated_s, last);
        last = simulated_s;
    };
    const SimulationOutcome outcome = simulate(run.input);
    EXPECT_GT(beats, 0);
    EXPECT_EQ(boost::json::serialize(boost::json::value_from(outcome.latency_s)), without);
    EXPECT_LE(last, outcome.simulated_s + 1e-3);
}

}  // namespace
}  // namespace berth::platform
