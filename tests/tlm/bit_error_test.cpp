// SPDX-License-Identifier: Apache-2.0
// Bits that come wrong over links and out of buffers: mended at a cost, or the request is answered with an outcome and no result.
#include "platform/simulation.hpp"

#include "models/core/error.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/tlm/soc_bench.hpp"

namespace berth::platform {
namespace {

using test::SocBench;

/// Tiles of two arrays, so that the small image's vectors travel.
std::vector<std::string> spread(std::vector<std::string> more) {
    std::vector<std::string> settings{"hierarchy.tiles=64", "hierarchy.imas_per_tile=1", "hierarchy.arrays_per_ima=2",
                                      "hierarchy.mapper=separate"};
    settings.insert(settings.end(), more.begin(), more.end());
    return settings;
}

/// @param retries that a flit is given.
PlatformConfig with_wrong_links(const std::string& rate, const std::string& retries) {
    return load_platform("reram-multitask", spread({"interconnect.crc=crc16_ccitt", "interconnect.bit_error_rate=" + rate,
                                                    "interconnect.retry_limit=" + retries}));
}

SimulationOutcome simulated(const PlatformConfig& config) {
    const std::vector<std::byte> bytes = compressor::serialise(test::small_image());
    SimulationInput input;
    input.config = &config;
    input.image = bytes;
    input.in_flight = 2;
    input.threads = 1;
    for (std::uint64_t i = 0; i < 6; ++i)
        input.requests.push_back({1, 2, {i, std::vector<std::int32_t>(9, static_cast<std::int32_t>(i)), std::vector<std::int32_t>(9, 0)}});
    return simulate(input);
}

void expect_the_executors_logits(const SimulationOutcome& outcome) {
    const compressor::WeightImage image = test::small_image();
    const inference::Network& network = image.tasks[1].network;
    const inference::ExactEngine engine(network);
    const inference::Executor executor(network, engine, inference::Arithmetic::integer);
    std::vector<inference::Sentence> sentences;
    for (std::uint64_t i = 0; i < 6; ++i)
        sentences.push_back({i, std::vector<std::int32_t>(9, static_cast<std::int32_t>(i)), std::vector<std::int32_t>(9, 0)});
    EXPECT_EQ(outcome.logits, executor.logits(sentences));
}

TEST(BitErrors, OnLinksAreMendedByRetries) {
    const PlatformConfig config = with_wrong_links("1e-4", "20");
    const SimulationOutcome outcome = simulated(config);
    expect_the_executors_logits(outcome);
    EXPECT_GT(outcome.link_errors.retries, 0u);
    EXPECT_EQ(outcome.link_errors.lost, 0u);
    EXPECT_EQ(outcome.asked_again, 0u);
    EXPECT_EQ(faults_block(outcome, config).at("links").at("retries").to_number<std::uint64_t>(), outcome.link_errors.retries);
}

TEST(BitErrors, BeyondRetriesAreAnsweredAndTheHostAsksAgain) {
    const PlatformConfig config = with_wrong_links("2e-6", "0");
    const SimulationOutcome outcome = simulated(config);
    expect_the_executors_logits(outcome);
    EXPECT_GT(outcome.link_errors.lost, 0u);
    EXPECT_GT(outcome.asked_again, 0u);
}

TEST(BitErrors, ThatNeverLetARequestThroughAreTheUsersToMend) {
    const PlatformConfig config = with_wrong_links("0.01", "0");
    try {
        (void)simulated(config);
        FAIL() << "a request came through";
    } catch (const InputError& error) {
        EXPECT_NE(std::string(error.what()).find("interconnect.bit_error_rate"), std::string::npos) << error.what();
    }
}

TEST(BitErrors, InBuffersAreCorrectedOneAWord) {
    const PlatformConfig config = load_platform("reram-multitask", spread({"buffer.ecc=secded", "buffer.bit_error_rate=1e-4"}));
    const SimulationOutcome outcome = simulated(config);
    expect_the_executors_logits(outcome);
    EXPECT_GT(outcome.buffer_errors.corrected, 0u);
}

TEST(BitErrors, TwoInAWordFlagTheRequest) {
    SocBench bench(
        "bench", tlm::View::lt,
        [](SocBench& soc) {
            soc.open();
            soc.load();
            soc.post(1, 5);
            const berth_completion completion = soc.finish();
            EXPECT_EQ(completion.outcome, BERTH_OUTCOME_BUFFER_ERROR);
            EXPECT_EQ(soc.processor.read_register(BERTH_REG_ERROR_CODE), BERTH_OUTCOME_BUFFER_ERROR);
            EXPECT_FALSE(soc.answered(1, 5)) << "a result was written";
        },
        spread({"buffer.ecc=secded", "buffer.bit_error_rate=0.02"}));
    bench.run();
    EXPECT_GT(bench.accelerator.buffer_errors().flagged, 0u);
}

TEST(BitErrors, AreTheSameForTheSameSeedInBothViewsAndOthersForAnother) {
    PlatformConfig config = with_wrong_links("1e-4", "20");
    const auto retries = [](const PlatformConfig& of) {
        interconnect::LinkErrors errors(network_design(of).errors, 4, of.interconnect.flit_bits);
        std::vector<std::int64_t> list;
        for (int packet = 0; packet < 100; ++packet) list.push_back(errors.cross(packet % 4, 100).retries);
        return list;
    };
    const auto one = retries(config);
    EXPECT_EQ(one, retries(config));
    config.seed = 2;
    EXPECT_NE(one, retries(config));
}

TEST(BitErrors, WantACodeThatFindsThem) {
    const auto refused = [](const std::vector<std::string>& settings) {
        try {
            (void)load_platform("reram-multitask", settings);
        } catch (const InputError& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    EXPECT_NE(refused({"interconnect.bit_error_rate=1e-9"}).find("interconnect.crc"), std::string::npos);
    EXPECT_NE(refused({"buffer.bit_error_rate=1e-9"}).find("buffer.ecc"), std::string::npos);
    EXPECT_NE(refused({"interconnect.crc=crc8_atm", "interconnect.flit_bits=256"}).find("interconnect.crc"), std::string::npos);
}

TEST(CheckBits, CostWhatOtherBitsDo) {
    const auto cost = [](const char* path, const char* action, const std::vector<std::string>& settings) {
        const PlatformConfig config = load_platform("reram-multitask", settings);
        return std::pair(config.inventory.area({.tiles = 4}, config.hierarchy).at(path), config.inventory.energy(path, action));
    };
    const auto plain = cost("tile.router", "flit", {}), checked = cost("tile.router", "flit", {"interconnect.crc=crc8_atm"});
    EXPECT_DOUBLE_EQ(checked.first, plain.first * 40 / 32);
    EXPECT_DOUBLE_EQ(checked.second, plain.second * 40 / 32);
    const auto words = cost("tile.buffer", "read_byte", {}), coded = cost("tile.buffer", "read_byte", {"buffer.ecc=secded"});
    EXPECT_DOUBLE_EQ(coded.first, words.first * 72 / 64);
    EXPECT_DOUBLE_EQ(coded.second, words.second * 72 / 64);
}

}  // namespace
}  // namespace berth::platform
