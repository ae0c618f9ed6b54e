// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/image_file.hpp"
#include "models/buffer/memory.hpp"
#include "models/tlm/monitor.hpp"
#include "platform/accelerator/accelerator.hpp"
#include "platform/host/processor.hpp"
#include "tests/unit/compressor/small_image.hpp"

#include <gtest/gtest.h>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace berth::test {

/// In front of a memory: lets through, refuses, or never answers, as long as a test wants it.
class Gate : public sc_core::sc_module {
public:
    enum class Mood { pass, refuse, hang };

    tlm_utils::simple_target_socket<Gate> target{"target"};
    tlm_utils::simple_initiator_socket<Gate> initiator{"initiator"};
    Mood mood = Mood::pass;
    std::function<bool(std::uint64_t)> refuses = [](std::uint64_t) { return false; };  ///< a burst at that address, while it lets through
    std::uint64_t asked = 0;                                                           ///< transactions so far

    explicit Gate(const sc_core::sc_module_name& name) : sc_module(name) {
        target.register_b_transport(this, &Gate::b_transport);
        target.register_nb_transport_fw(this, &Gate::nb_transport_fw);
        initiator.register_nb_transport_bw(this, &Gate::nb_transport_bw);
    }

private:
    [[nodiscard]] bool is_refused(const ::tlm::tlm_generic_payload& payload) const {
        return mood == Mood::refuse || (mood == Mood::pass && refuses(payload.get_address()));
    }
    void b_transport(::tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
        ++asked;
        if (mood == Mood::hang) wait(never_);
        if (is_refused(payload))
            payload.set_response_status(::tlm::TLM_GENERIC_ERROR_RESPONSE);
        else
            initiator->b_transport(payload, delay);
    }
    ::tlm::tlm_sync_enum nb_transport_fw(::tlm::tlm_generic_payload& payload, ::tlm::tlm_phase& phase, sc_core::sc_time& delay) {
        if (phase == ::tlm::BEGIN_REQ) ++asked;
        if (phase != ::tlm::BEGIN_REQ) return initiator->nb_transport_fw(payload, phase, delay);
        if (is_refused(payload)) {
            payload.set_response_status(::tlm::TLM_GENERIC_ERROR_RESPONSE);
            return ::tlm::TLM_COMPLETED;
        }
        if (mood == Mood::pass) return initiator->nb_transport_fw(payload, phase, delay);
        phase = ::tlm::END_REQ;
        return ::tlm::TLM_UPDATED;
    }
    ::tlm::tlm_sync_enum nb_transport_bw(::tlm::tlm_generic_payload& payload, ::tlm::tlm_phase& phase, sc_core::sc_time& delay) {
        return target->nb_transport_bw(payload, phase, delay);
    }

    sc_core::sc_event never_;
};

/// The accelerator with the small image, and a processor with firmware that drives it: what a SoC is built around. Who derives
/// from it adds memory and links.
struct FirmwareBench : sc_core::sc_module {
    static constexpr std::uint64_t kMemoryBytes = 1 << 20, kDescriptors = 0x40000, kCompletions = 0x50000, kTokens = 0x60000,
                                   kResults = 0x70000, kSlot = 0x100;

    platform::PlatformConfig config;
    compressor::WeightImage image;
    std::vector<std::byte> image_bytes = compressor::serialise(image);
    platform::Accelerator accelerator;
    platform::Processor processor;
    sc_core::sc_signal<bool> irq{"irq"}, reset{"reset"};
    berth_device device{};
    bool memory_hung = false;  ///< a burst was never answered, and so waits for ever

    FirmwareBench(const sc_core::sc_module_name& name, tlm::View view, std::function<void()> firmware,
                  const std::vector<std::string>& settings = {}, compressor::WeightImage given = small_image())
        : sc_module(name),
          config(platform::load_platform("reram-multitask", settings.empty() ? std::vector<std::string>{"hierarchy.tiles=16"} : settings)),
          image(std::move(given)),
          accelerator("accelerator", config, {view, 2, 64}),
          processor(
              "processor", [run = std::move(firmware)](platform::Processor&) { run(); }, 0, sc_core::sc_time(10, sc_core::SC_MS)) {
        accelerator.irq().bind(irq);
        accelerator.reset().bind(reset);
        processor.irq.bind(irq);
    }

    static sc_core::sc_time cycle() { return {1, sc_core::SC_NS}; }

    /// Runs the firmware to its end; anything it throws, and anything a monitor saw, fails the test.
    void run(const std::vector<const tlm::Monitor*>& links) {
        sc_core::sc_start();
        try {
            if (processor.fault()) std::rethrow_exception(processor.fault());
        } catch (const std::exception& error) {
            ADD_FAILURE() << "the firmware met: " << error.what();
        }
        EXPECT_TRUE(processor.done()) << "the firmware hangs";
        for (const tlm::Monitor* link : links) EXPECT_TRUE(link->violations().empty()) << link->violations().front();
        const auto leftovers = accelerator.leftovers();
        EXPECT_TRUE(leftovers.empty() || memory_hung) << leftovers.front();
    }

    // What firmware does.
    void open(std::uint32_t entries = 8, std::uint32_t watchdog_us = 0) {
        const berth_rings rings{kDescriptors, kCompletions, entries, watchdog_us};
        processor.check(berth_open(&device, &processor.transport(), &rings));
    }
    void load() {
        processor.check(berth_load_image(&device, 0, image_bytes.size(), 1000));
        EXPECT_EQ(finish().outcome, BERTH_OUTCOME_DONE);
    }

    [[nodiscard]] static inference::Sentence sentence(std::uint64_t tag) {
        inference::Sentence made{tag, {2}, {0}};
        for (std::uint64_t i = 0; i < tag % 13; ++i) {
            made.ids.push_back(static_cast<std::int32_t>((tag * 5 + i * 3) % 8));
            made.segments.push_back(i > 3);
        }
        return made;
    }
    /// Puts the sentence of a tag into its slot. @return the request for it.
    berth_request stage(std::uint32_t task, std::uint64_t tag) {
        const auto words = sentence(tag);
        const std::uint64_t slot = tag % 128 * kSlot;
        processor.write_memory(kTokens + slot, words.ids.data(), words.ids.size() * 4);
        processor.write_memory(kTokens + slot + words.ids.size() * 4, words.segments.data(), words.segments.size() * 4);
        return {task, kTokens + slot, words.ids.size(), kResults + slot, tag, 0, 0, 0};
    }
    void post(std::uint32_t task, std::uint64_t tag) {
        const berth_request request = stage(task, tag);
        processor.check(berth_run(&device, &request));
    }
    /// The next completion, waited for.
    berth_completion finish() {
        berth_completion completion{};
        processor.check(berth_wait(&device));
        processor.check(berth_take(&device, &completion));
        return completion;
    }
    /// Whether the memory holds the functional executor's logits for the sentence of that tag.
    [[nodiscard]] bool answered(std::uint32_t task, std::uint64_t tag) {
        const inference::Network& network = image.tasks[task].network;
        const inference::ExactEngine engine(network);
        const inference::Executor executor(network, engine, inference::Arithmetic::integer);
        const auto asked = sentence(tag);
        std::vector<float> got(2);
        processor.read_memory(kResults + tag % 128 * kSlot, got.data(), 8);
        return got == executor.logits(std::span(&asked, 1));
    }
    /// Writes a descriptor of the test's own making and rings the doorbell, as a wrong driver would.
    void give(platform::Descriptor descriptor) {
        processor.write_memory(kDescriptors + device.given % device.rings.entries * sizeof descriptor, &descriptor, sizeof descriptor);
        processor.write_register(BERTH_REG_TAIL, ++device.given);
    }
    [[nodiscard]] std::uint32_t status() { return processor.read_register(BERTH_REG_STATUS); }
};

/// A SoC as small as can be: a memory, a monitor on every link and a gate in front of the memory.
struct SocBench : FirmwareBench {
    using Firmware = std::function<void(SocBench&)>;

    buffer::Memory memory;
    tlm::Monitor csr_link{"csr_link"}, host_link{"host_link"}, dma_link{"dma_link"};
    Gate gate{"gate"};

    SocBench(const sc_core::sc_module_name& name, tlm::View view, Firmware run, const std::vector<std::string>& settings = {},
             compressor::WeightImage given = small_image())
        : FirmwareBench(
              name, view, [this, run = std::move(run)] { run(*this); }, settings, std::move(given)),
          memory("memory", kMemoryBytes, {cycle(), 10, 8}) {
        processor.csr.bind(csr_link.target);
        csr_link.initiator.bind(accelerator.csr());
        processor.memory.bind(host_link.target);
        host_link.initiator.bind(memory.socket);
        accelerator.dma().bind(dma_link.target);
        dma_link.initiator.bind(gate.target);
        gate.initiator.bind(memory.socket);
        memory.load(0, image_bytes);
    }
    void run() { FirmwareBench::run({&csr_link, &host_link, &dma_link}); }
};

}  // namespace berth::test
