// SPDX-License-Identifier: Apache-2.0
// The two views of the DMA's link under load, and what the quantum of loosely timed models may change: nothing.
#include "platform/simulation.hpp"

#include "compressor/image_file.hpp"
#include "tests/unit/compressor/small_image.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "tests/tlm/own_process.hpp"

namespace berth::platform {
namespace {

constexpr std::uint32_t kSentences = 40, kInFlight = 4;

/// A byte a cycle: whoever asks finds somebody else there.
PlatformConfig a_slow_memory() {
    return load_platform("reram-multitask", {"hierarchy.tiles=16", "host.bus_bytes=1", "host.memory_latency_cycles=10"});
}

struct Loaded {
    PlatformConfig config = a_slow_memory();
    std::vector<std::byte> bytes = compressor::serialise(test::small_image());
    SimulationInput input;

    explicit Loaded(tlm::View view) {
        input.config = &config;
        input.image = bytes;
        input.in_flight = kInFlight;
        input.threads = 1;
        input.view = view;
        for (std::uint64_t i = 0; i < kSentences; ++i) {
            const std::size_t tokens = 1 + i * 7 % 16;
            input.requests.push_back(
                {0, 2, {i, std::vector<std::int32_t>(tokens, static_cast<std::int32_t>(i % 8)), std::vector<std::int32_t>(tokens, 0)}});
        }
    }
};

std::vector<double> latencies(tlm::View view, double quantum_s = 0.0) {
    const auto list = boost::json::parse(test::in_own_process([view, quantum_s] {
        if (quantum_s > 0.0) ::tlm::tlm_global_quantum::instance().set(sc_core::sc_time(quantum_s, sc_core::SC_SEC));
        Loaded run(view);
        return boost::json::serialize(boost::json::value_from(simulate(run.input).latency_s));
    }));
    return boost::json::value_to<std::vector<double>>(list);
}

TEST(Views, DifferByNoMoreThanTheTransfersThatARequestMayMeet) {
    const auto loosely = latencies(tlm::View::lt), approximately = latencies(tlm::View::at);
    ASSERT_EQ(loosely.size(), kSentences);
    // Whoever asks for the memory's port may come before or behind another. In its time a request of 16 tokens meets at most those of all
    // in flight: each a descriptor, tokens, logits and a completion, written and read, with the memory's latency for each of the eight.
    const PlatformConfig config = a_slow_memory();
    const double cycles = 2.0 * (64 + 16 * 8 + 32 + 8) / config.host.bus_bytes + 8 * config.host.memory_latency_cycles;
    const double bound = kInFlight * cycles / config.timing.clock_hz;
    double most = 0.0;
    for (std::size_t i = 0; i < loosely.size(); ++i) most = std::max(most, std::abs(loosely[i] - approximately[i]));
    EXPECT_LE(most, bound) << most / bound << " of the bound";
    RecordProperty("share_of_bound", std::to_string(most / bound));
}

TEST(Views, DoNotKnowTheQuantum) {
    const auto none = latencies(tlm::View::lt);
    for (const double quantum_s : {1e-9, 1e-6, 1e-3}) EXPECT_EQ(none, latencies(tlm::View::lt, quantum_s)) << quantum_s;
}

}  // namespace
}  // namespace berth::platform
