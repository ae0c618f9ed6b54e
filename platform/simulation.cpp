// SPDX-License-Identifier: Apache-2.0
#include "platform/simulation.hpp"

#include "models/buffer/memory.hpp"
#include "models/core/address_sanitizer.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <optional>
#include <stdexcept>
#include <utility>

namespace berth::platform {
namespace {

using sc_core::SC_SEC;
using sc_core::sc_time;

/// The SoC: a processor, a memory and the accelerator.
class Soc : public sc_core::sc_module {
public:
    buffer::Memory memory;
    Accelerator accelerator;
    Host host;
    sc_core::sc_signal<bool> irq;

    Soc(const sc_core::sc_module_name& name, const SimulationInput& input, const Job& job)
        : sc_module(name),
          memory("memory", memory_map(job).bytes, memory_timing(*input.config)),
          accelerator("accelerator", *input.config,
                      {input.view, input.threads, input.modelled_tiles, {input.image, input.parsed}, input.values}),
          host("host", job, sc_time(1.0 / input.config->timing.clock_hz, SC_SEC) * kPollCycles, input.served),
          irq("irq") {
        memory.load(0, input.image);
        host.csr.bind(accelerator.csr());
        host.memory.bind(memory.socket);
        accelerator.dma().bind(memory.socket);
        accelerator.irq().bind(irq);
        host.irq.bind(irq);
        accelerator.trace(input.trace);
        if (input.waves) {
            accelerator.add_waves(input.waves->file());
            sc_core::sc_trace(input.waves->file(), irq, "soc.irq");
        }
    }

private:
    static constexpr int kPollCycles = 1000;

    static buffer::MemoryTiming memory_timing(const PlatformConfig& config) {
        return {sc_time(1.0 / config.timing.clock_hz, SC_SEC), static_cast<std::uint32_t>(config.host.memory_latency_cycles),
                static_cast<std::uint32_t>(config.host.bus_bytes)};
    }
};

/// Runs to the end, and says now and then how far it is. Pieces of simulated time are made to take some tenths of the host's heartbeat;
/// what happens in them does not depend on where they are cut.
void run(const SimulationInput& input) {
    if (input.heartbeat_s <= 0.0) return sc_core::sc_start();
    using Clock = std::chrono::steady_clock;
    const std::chrono::duration<double> period(input.heartbeat_s);
    auto due = Clock::now() + period;
    sc_time piece(1, sc_core::SC_US);
    for (bool first = true; first || (sc_core::sc_get_status() == sc_core::SC_PAUSED && sc_core::sc_pending_activity()); first = false) {
        const auto begin = Clock::now();
        if (!first) piece = std::max(piece, sc_core::sc_time_to_pending_activity());
        sc_core::sc_start(piece, sc_core::SC_EXIT_ON_STARVATION);
        const auto now = Clock::now();
        if (now - begin < period / 10) piece = 2 * piece;
        if (now - begin > period / 2) piece = piece / 2;
        if (now < due) continue;
        input.heartbeat(sc_core::sc_time_stamp().to_seconds());
        due = now + std::chrono::duration_cast<Clock::duration>(period);
    }
}

void rethrow_faults(const Soc& soc) {
    // The accelerator says in full what the host only got as a code.
    if (const auto fault = soc.accelerator.controller().fault()) std::rethrow_exception(fault);
    if (const auto fault = soc.host.fault()) std::rethrow_exception(fault);
    if (!soc.host.done()) throw std::runtime_error("the simulation ended before its requests did");
    const auto leftovers = soc.accelerator.leftovers();
    if (!leftovers.empty()) throw std::logic_error("the simulation came to its end, but " + leftovers.front());
}

constexpr double kRounding = 1e6 * std::numeric_limits<double>::epsilon();

/// The total is the sum of its components, or a report may not be written.
void check_sum(const Ledger& ledger) {
    double sum = 0.0;
    for (const auto& [path, component] : ledger.components()) sum += component.at("energy_j").to_number<double>();
    if (std::abs(sum - ledger.total()) > kRounding * ledger.total())
        throw std::logic_error("the energy total is not the sum of its components");
}

void take_requests(const Soc& soc, SimulationOutcome& outcome, Trace* trace) {
    sc_time first = soc.host.idle(), last;
    for (std::size_t i = 0; i < soc.host.served().size(); ++i) {
        const Served& served = soc.host.served()[i];
        outcome.logits.insert(outcome.logits.end(), served.logits.begin(), served.logits.end());
        outcome.latency_s.push_back((served.finished - served.asked).to_seconds());
        first = std::min(first, served.doorbell);
        last = std::max(last, served.finished);
        if (trace) trace->span("requests", "request", std::to_string(i), served.doorbell, served.finished, Trace::flow_of(i, 0));
    }
    outcome.inference_s = (last - first).to_seconds();
}

}  // namespace

boost::json::value faults_block(const SimulationOutcome& outcome, const PlatformConfig& config) {
    if (config.interconnect.bit_error_rate <= 0.0 && config.buffer.bit_error_rate <= 0.0) return nullptr;
    const auto& links = outcome.link_errors;
    const auto& buffers = outcome.buffer_errors;
    return boost::json::object{
        {"links", {{"retries", links.retries}, {"lost_packets", links.lost}, {"undetected_flits", links.undetected}}},
        {"buffers", {{"corrected", buffers.corrected}, {"flagged", buffers.flagged}, {"miscorrected", buffers.miscorrected}}},
        {"requests_asked_again", outcome.asked_again}};
}

SimulationOutcome simulate(const SimulationInput& input) {
    const Job job{input.image.size(), input.in_flight, input.requests};
    // The kernel's remarks (that it was stopped) are nobody's results; its warnings and errors stay.
    sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
    double wall_s = 0.0;
    std::optional<Soc> soc_there;
    measured(wall_s, [&] {
        soc_there.emplace("soc", input, job);
        run(input);
    });
    const Soc& soc = *soc_there;
    announce_own_stack();
    rethrow_faults(soc);

    SimulationOutcome outcome;
    take_requests(soc, outcome, input.trace);
    const Controller& controller = soc.accelerator.controller();
    outcome.programming = controller.programming();
    outcome.repair = controller.repair();
    outcome.degraded_results = static_cast<std::uint64_t>(
        std::count_if(soc.host.served().begin(), soc.host.served().end(), [](const Served& served) { return served.degraded; }));
    outcome.switches = controller.switches();
    outcome.slots = controller.plan()->in_slot.size();
    outcome.simulated_s = soc.host.idle().to_seconds();
    outcome.active_s = (soc.host.idle() - soc.host.loaded()).to_seconds();
    outcome.load_s = soc.host.loaded().to_seconds() - outcome.programming.time_s;
    soc.accelerator.record(outcome.ledger);
    check_sum(outcome.ledger);
    outcome.array_reads = static_cast<std::uint64_t>(soc.accelerator.array_actions().reads);
    outcome.adc_conversions = static_cast<std::uint64_t>(soc.accelerator.array_actions().conversions);
    outcome.utilisation = soc.accelerator.utilisation(outcome.active_s);
    outcome.stages = soc.accelerator.pipeline().stage_times(soc.host.idle());
    outcome.link_share = soc.accelerator.busiest_link(outcome.active_s);
    outcome.statistics = soc.accelerator.statistics();
    outcome.link_errors = soc.accelerator.link_errors();
    outcome.buffer_errors = soc.accelerator.buffer_errors();
    outcome.asked_again = soc.host.asked_again();
    outcome.powered_down_s = controller.powered_down().to_seconds();
    outcome.wall = soc.accelerator.wall();
    outcome.wall_s = wall_s;
    outcome.path = "off";
    if (const Values* values = controller.values()) {
        outcome.path = values->path();
        outcome.clipped = values->clipped();
        outcome.cell_reads = values->cell_reads();
    }
    return outcome;
}

}  // namespace berth::platform
