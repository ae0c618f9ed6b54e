// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/ledger.hpp"
#include "models/tlm/dma.hpp"
#include "platform/accelerator/accelerator.hpp"
#include "platform/accelerator/trace.hpp"
#include "platform/config.hpp"
#include "platform/host/host.hpp"
#include "platform/waves.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace berth::platform {

/// One run of the platform: an image's bytes in memory, sentences of its tasks.
struct SimulationInput {
    const PlatformConfig* config = nullptr;
    std::span<const std::byte> image;
    std::vector<Request> requests;
    std::uint32_t in_flight = 1;                              ///< requests that the host keeps under way
    std::shared_ptr<const compressor::WeightImage> parsed{};  ///< the image, where it was parsed already; see KnownImage
    int modelled_tiles = 0;                                   ///< see AcceleratorOptions
    tlm::View view = tlm::View::lt;
    int threads = 0;
    bool values = true;  ///< see AcceleratorOptions
    Trace* trace = nullptr;
    Waves* waves = nullptr;
    double heartbeat_s = 0.0;                 ///< of the host's time between two calls of heartbeat; 0: never
    std::function<void(double)> heartbeat{};  ///< called with the simulated seconds so far
    std::function<void()> served;             ///< called after each request
};

struct SimulationOutcome {
    std::vector<float> logits;      ///< of each request, in their order
    std::vector<double> latency_s;  ///< from the arrival, or the doorbell, to the result in memory, in the same order
    double inference_s = 0.0;       ///< from the first doorbell to the last result
    double active_s = 0.0;          ///< from the image's readiness until the last token had left
    double simulated_s = 0.0;       ///< all of it, loading and programming included
    double load_s = 0.0;            ///< the image over the DMA, without programming
    Programming programming;
    Repair repair;                       ///< of dead parts that the image met
    std::uint64_t degraded_results = 0;  ///< of requests that used some without a spare
    Controller::Switches switches;
    std::size_t slots = 0;  ///< that tasks take turns on; 0: each has arrays of its own
    Ledger ledger;          ///< actions of inference; no static energy
    std::uint64_t array_reads = 0, adc_conversions = 0, clipped = 0;
    CellReads cell_reads;            ///< of those array reads
    Utilisation utilisation;         ///< over active_s
    std::string path;                ///< how products were taken; "off" where they were not
    std::vector<StageTimes> stages;  ///< over active_s
    double link_share = 0.0;         ///< of active_s for which the busiest link carried flits
    interconnect::LinkErrorCounts link_errors;
    buffer::BufferErrorCounts buffer_errors;
    std::uint64_t asked_again = 0;   ///< requests that were flagged, and asked for again
    boost::json::object statistics;  ///< part by part: see Accelerator::statistics
    double powered_down_s = 0.0;     ///< of active_s, without the arrays' periphery
    WallTimes wall;                  ///< of the host
    double wall_s = 0.0;             ///< of the host, all of the simulation
};

/// What errors came to, as reports have it; null where none can come.
[[nodiscard]] boost::json::value faults_block(const SimulationOutcome& outcome, const PlatformConfig& config);

/// Assembles host, memory and accelerator, runs them, and takes them apart. The kernel permits this once a process.
/// @throws InputError from inside the platform: an image that cannot be read or does not fit.
[[nodiscard]] SimulationOutcome simulate(const SimulationInput& input);

}  // namespace berth::platform
