// SPDX-License-Identifier: Apache-2.0
#include "compressor/image_file.hpp"
#include "models/core/error.hpp"
#include "platform/simulation.hpp"
#include "tests/tlm/own_process.hpp"
#include "tests/unit/compressor/small_distilled_image.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace berth::platform {
namespace {

using test::in_own_process;

std::vector<inference::Sentence> some_sentences() {
    std::vector<inference::Sentence> list;
    test::Numbers numbers(11);
    for (std::uint64_t i = 0; i < 9; ++i) {
        inference::Sentence sentence{i, {2}, {0}};
        for (std::uint64_t token = 0; token < 1 + 3 * i % 14; ++token) {
            sentence.ids.push_back(std::abs(numbers.integer(7)));
            sentence.segments.push_back(token > 2);
        }
        list.push_back(std::move(sentence));
    }
    return list;
}

struct Experiment {
    PlatformConfig config = load_platform("reram-multitask", {"hierarchy.tiles=16"});
    compressor::WeightImage image = test::small_image();
    std::vector<std::byte> bytes = compressor::serialise(image);
    std::uint32_t task;
    std::vector<inference::Sentence> sentences = some_sentences();
    SimulationInput input;

    explicit Experiment(std::uint32_t number = 0) : task(number) {
        input.config = &config;
        input.image = bytes;
        input.in_flight = 3;
        input.threads = 2;
    }
    SimulationOutcome go() {
        input.requests = requests_of(task, 2, sentences);
        return simulate(input);
    }
};

/// Everything of an outcome that must not depend on threads.
std::string shown(const SimulationOutcome& outcome) {
    boost::json::array logits, latency;
    for (const float value : outcome.logits) logits.emplace_back(value);
    for (const double value : outcome.latency_s) latency.emplace_back(value);
    return boost::json::serialize(boost::json::object{{"logits", logits},
                                                      {"latency", latency},
                                                      {"components", outcome.ledger.components()},
                                                      {"driven", outcome.cell_reads.driven},
                                                      {"levels", outcome.cell_reads.levels},
                                                      {"simulated", outcome.simulated_s},
                                                      {"path", outcome.path}});
}

class PlatformInBothViews : public ::testing::TestWithParam<tlm::View> {};
INSTANTIATE_TEST_SUITE_P(Views, PlatformInBothViews, ::testing::Values(tlm::View::lt, tlm::View::at),
                         [](const auto& view) { return view.param == tlm::View::lt ? "lt" : "at"; });

TEST_P(PlatformInBothViews, GivesTheFunctionalExecutorsLogitsToTheBit) {
    Experiment run(1);
    run.input.view = GetParam();
    const SimulationOutcome outcome = run.go();
    const inference::Network& network = run.image.tasks[1].network;
    const inference::ExactEngine engine(network);
    const inference::Executor executor(network, engine, inference::Arithmetic::integer);
    EXPECT_EQ(outcome.logits, executor.logits(run.sentences));
    EXPECT_EQ(outcome.path, "int8_gemm");
}

TEST_P(PlatformInBothViews, GivesTheSameForAnyNumberOfThreads) {
    const auto with = [](int threads) {
        return in_own_process([threads] {
            Experiment run;
            run.input.view = GetParam();
            run.input.threads = threads;
            return shown(run.go());
        });
    };
    const std::string one = with(1);
    EXPECT_EQ(one.substr(0, 9), "{\"logits\"");
    EXPECT_EQ(one, with(2));
    EXPECT_EQ(one, with(5));
}

TEST_P(PlatformInBothViews, RunsArchitecturesWithoutSegmentsAndWithHeadsOfTheirOwn) {
    Experiment run(1);
    run.image = test::small_distilled_image();
    run.bytes = compressor::serialise(run.image);
    run.input.image = run.bytes;
    run.input.view = GetParam();
    std::size_t tokens = 0;
    for (inference::Sentence& sentence : run.sentences) {
        sentence.segments.assign(sentence.ids.size(), 0);
        tokens += sentence.ids.size();
    }
    const SimulationOutcome outcome = run.go();
    const inference::Network& network = run.image.tasks[1].network;
    const inference::ExactEngine engine(network);
    const inference::Executor executor(network, engine, inference::Arithmetic::integer);
    EXPECT_EQ(outcome.logits, executor.logits(run.sentences));
    EXPECT_EQ(outcome.ledger.count("chip.embedding_memory", "read_byte"), 2 * 8 * tokens) << "a row of words and one of positions";
}

TEST(Platform, TakesTheSameTimeInBothViewsWhereNobodyElseAsks) {
    const auto latency = [](tlm::View view) {
        return in_own_process([view] {
            Experiment run;
            run.input.view = view;
            run.input.in_flight = 1;
            run.sentences.resize(1);
            return boost::json::serialize(boost::json::value(run.go().latency_s.front()));
        });
    };
    const std::string loosely = latency(tlm::View::lt);
    EXPECT_GT(std::stod(loosely), 0.0);
    EXPECT_EQ(loosely, latency(tlm::View::at));
}

TEST(Platform, CountsWhatTheFormulasSay) {
    Experiment run(0);
    const SimulationOutcome outcome = run.go();
    std::int64_t tokens = 0, attention = 0;
    for (const auto& sentence : run.sentences) {
        const auto length = static_cast<std::int64_t>(sentence.ids.size());
        tokens += length;
        attention += length * length;
    }
    const auto samples = static_cast<std::int64_t>(run.sentences.size());
    // Task 0 reads the base's matrices (8-b weights: 7 columns in each of two polarities an output), a ternary delta on two
    // channels and one of three bits on three; its value matrix is its own. Behind its attention, factors of rank 3 have two bits and
    // then one. One row block each; the pooler, of four bits, sees [CLS] alone.
    const std::int64_t columns_a_token = 2 * (7 * (8 + 8 + 8 + 8 + 16 + 8) + 1 * 2 + 3 * 3 + 2 * 3 + 1 * 8);
    EXPECT_EQ(outcome.adc_conversions, static_cast<std::uint64_t>(8 * (columns_a_token * tokens + 2 * 4 * 8 * samples)));
    const Ledger& ledger = outcome.ledger;
    EXPECT_EQ(ledger.count("tile.ima.adc", "convert"), outcome.adc_conversions);
    EXPECT_EQ(ledger.count("tile.ima.sample_hold", "sample"), outcome.adc_conversions);
    EXPECT_EQ(ledger.count("chip.embedding_memory", "read_byte"), static_cast<std::uint64_t>(3 * 8 * tokens));
    EXPECT_EQ(ledger.count("tile.digital.mac", "mac"), static_cast<std::uint64_t>(2 * 8 * attention + 2 * 8 * samples));
    EXPECT_EQ(ledger.count("tile.bus", "byte"), static_cast<std::uint64_t>((8 + 8 + 3 + 8 + 16) * tokens + 8 * samples));
    // The values' side counts the cells that it reads by itself: those that the timing side is charged for.
    EXPECT_EQ(ledger.count("tile.ima.array", "cell_read"), outcome.cell_reads.cells);
    EXPECT_GT(outcome.cell_reads.driven, 0u);
    EXPECT_LT(outcome.cell_reads.driven, outcome.cell_reads.cells);
    EXPECT_LT(outcome.cell_reads.levels, outcome.cell_reads.driven);
    EXPECT_EQ(ledger.count("tile.ima.array", "write"), 0u) << "programming is booked apart";
    EXPECT_GT(outcome.programming.energy_j, 0.0);
    EXPECT_GT(outcome.programming.time_s, 0.0);
}

TEST(Platform, ReadsTheBaseAloneForNoneOfTheOtherTasksDeltas) {
    const auto conversions = [](std::size_t channels) {
        return in_own_process([channels] {
            Experiment run(0);
            auto delta = *run.image.tasks[1].network.linears[0].delta;
            delta.channels.resize(channels);
            delta.codes.resize(channels * 8);
            run.image.tasks[1].network.linears[0].delta = std::make_shared<const inference::MatrixDelta>(delta);
            run.bytes = compressor::serialise(run.image);
            run.input.image = run.bytes;
            return std::to_string(run.go().adc_conversions);
        });
    };
    EXPECT_EQ(conversions(2), conversions(1));
}

TEST(Platform, KeepsSentencesApartHoweverManyAreInFlight) {
    const auto throughput = [](std::uint32_t in_flight) {
        return std::stod(in_own_process([in_flight] {
            Experiment run;
            run.input.in_flight = in_flight;
            return boost::json::serialize(boost::json::value(run.go().inference_s));
        }));
    };
    EXPECT_LT(throughput(4), throughput(1)) << "sentences overlap";
}

TEST(Platform, SaysWhatAChipTooSmallLacks) {
    Experiment run;
    run.config = load_platform("reram-multitask", {"hierarchy.tiles=1", "hierarchy.imas_per_tile=1", "hierarchy.arrays_per_ima=1"});
    try {
        (void)run.go();
        FAIL() << "the image fitted";
    } catch (const InputError& error) {
        EXPECT_NE(std::string(error.what()).find("arrays"), std::string::npos) << error.what();
    }
}

TEST(Platform, SurfacesAnImageThatCannotBeRead) {
    Experiment run;
    run.bytes[run.bytes.size() / 2] ^= std::byte{4};
    try {
        (void)run.go();
        FAIL() << "the image was read";
    } catch (const InputError& error) {
        EXPECT_NE(std::string(error.what()).find("weight image"), std::string::npos) << error.what();
    }
}

TEST(Platform, RefusesARequestThatTheModelCannotTake) {
    Experiment run;
    run.sentences[4].segments[0] = 5;
    EXPECT_THROW((void)run.go(), std::runtime_error);
}

TEST(Platform, WritesATraceOfItsRequestsAndStages) {
    Experiment run;
    Trace trace;
    run.input.trace = &trace;
    (void)run.go();
    const auto json = boost::json::parse(trace.json()).as_object();
    std::size_t requests = 0, spans = 0;
    for (const auto& event : json.at("traceEvents").as_array()) {
        if (event.at("ph").as_string() != "X") continue;
        ++spans;
        EXPECT_GE(event.at("dur").to_number<double>(), 0.0);
    }
    for (const auto& event : json.at("traceEvents").as_array())
        if (event.at("ph").as_string() == "M" && event.at("name").as_string() == "thread_name")
            requests += event.at("args").at("name").as_string() == "request";
    EXPECT_EQ(requests, 1u) << "one track of requests";
    EXPECT_EQ(spans, trace.spans());
    EXPECT_GT(spans, run.sentences.size());
}

TEST(Platform, TakesTheSameTimeAndEnergyWithoutValues) {
    const auto with = [](bool values) {
        return in_own_process([values] {
            Experiment run;
            run.input.values = values;
            SimulationOutcome outcome = run.go();
            const std::string path = values ? "int8_gemm" : "off";
            if (outcome.path != path) return "the path is " + outcome.path;
            if (!values && outcome.logits != std::vector<float>(outcome.logits.size(), 0.0F)) return std::string("there are logits");
            outcome.logits.clear();
            outcome.cell_reads = {};
            outcome.path.clear();
            return shown(outcome);
        });
    };
    const std::string on = with(true);
    EXPECT_EQ(on.substr(0, 9), "{\"logits\"");
    EXPECT_EQ(on, with(false));
}

TEST(Platform, ComesToTheSameWithAnImageThatWasParsedBefore) {
    const auto with = [](bool parsed) {
        return in_own_process([parsed] {
            Experiment run;
            if (parsed) run.input.parsed = std::make_shared<const compressor::WeightImage>(run.image);
            return shown(run.go());
        });
    };
    EXPECT_EQ(with(true), with(false));
}

TEST(Platform, SaysHowEachStageSpentItsTime) {
    Experiment run;
    const SimulationOutcome outcome = run.go();
    std::uint64_t tokens = 0;
    for (const auto& sentence : run.sentences) tokens += sentence.ids.size();
    ASSERT_EQ(outcome.stages.size(), 6u) << "four stages and the attention of one layer, and the pooler";
    EXPECT_EQ(outcome.stages[0].name, "layer.0.query_key_value");
    EXPECT_EQ(outcome.stages[1].name, "layer.0.attention");
    EXPECT_EQ(outcome.stages[5].name, "pooler");
    for (const StageTimes& stage : outcome.stages) {
        EXPECT_EQ(stage.tokens, stage.name == "pooler" ? run.sentences.size() : tokens) << stage.name;
        EXPECT_NEAR(stage.busy_s + stage.converters_s + stage.network_s + stage.input_s, outcome.active_s, 0.01 * outcome.active_s)
            << stage.name;
        EXPECT_GE(stage.input_s, 0.0);
    }
    const double reads = 8.0 * static_cast<double>(tokens);
    EXPECT_NEAR(outcome.stages[0].busy_s, reads * run.config.timing.array_read_s, 1e-3 * outcome.stages[0].busy_s);
    const double conversion = run.config.crossbar.cols / run.config.adcs_per_array / run.config.timing.adc_rate_hz;
    EXPECT_NEAR(outcome.stages[0].converters_s, reads * std::max(0.0, conversion - run.config.timing.array_read_s), 1e-9);
}

}  // namespace
}  // namespace berth::platform
