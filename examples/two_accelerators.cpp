// SPDX-License-Identifier: Apache-2.0
#include "firmware.hpp"

#include "models/buffer/memory.hpp"
#include "models/tlm/monitor.hpp"
#include "models/tlm/system_bus.hpp"

#include <exception>
#include <iostream>
#include <systemc>

namespace {

using berth::Accelerator, berth::PlatformConfig;
using berth::platform::Processor;

constexpr std::uint64_t kRegisters = 0x8000'0000, kRegisterWindow = 0x1000;

/// A core and its accelerator. Everything of it is on the bus: the core's accesses, the registers, the DMA.
struct Node : sc_core::sc_module {
    Accelerator accelerator;
    Processor processor;
    berth::tlm::Monitor dma_link{"dma_link", berth::tlm::Monitor::Beyond::interconnect};
    sc_core::sc_signal<bool> irq{"irq"};
    std::vector<float> logits;

    Node(const sc_core::sc_module_name& name, const PlatformConfig& config, berth::tlm::View view, std::uint64_t registers,
         Processor::Program program)
        : sc_module(name), accelerator("accelerator", config, {view, 1, 0}), processor("processor", std::move(program), registers) {
        accelerator.irq().bind(irq);
        processor.irq.bind(irq);
        accelerator.dma().bind(dma_link.target);
    }

    void join(berth::tlm::SystemBus& bus, std::uint64_t registers) {
        bus.add(accelerator.csr(), registers, kRegisterWindow);
        processor.csr.bind(bus.from);
        processor.memory.bind(bus.from);
        dma_link.initiator.bind(bus.from);
    }
};

/// Two of them share a bus and a memory; one DMA is loosely timed, the other goes through four phases.
void run(const std::string& image_file) {
    constexpr std::uint64_t kSpace = 1 << 16;
    const std::vector<std::byte> image = example::read_file(image_file);
    const std::uint64_t behind_image = (image.size() + 0xFFFF) / 0x10000 * 0x10000;
    const PlatformConfig config = berth::load_platform("reram-multitask", {});

    berth::tlm::SystemBus bus("bus");
    berth::tlm::Monitor memory_link("memory_link");
    berth::buffer::Memory memory("memory", behind_image + 2 * kSpace, {sc_core::sc_time(1, sc_core::SC_NS), 50, 16});
    memory.load(0, image);
    memory_link.initiator.bind(memory.socket);
    bus.add(memory_link.target, 0, behind_image + 2 * kSpace);

    std::vector<std::vector<float>> logits(2);
    const auto program = [&](std::size_t number) {
        return [&, number](Processor& self) {
            example::Firmware firmware(self, {behind_image + number * kSpace});
            firmware.load(0, image.size());
            for (std::uint32_t task = 0; task < 2; ++task)
                for (const float logit : firmware.run(task, 2)) logits[number].push_back(logit);
        };
    };
    Node first("first", config, berth::tlm::View::lt, kRegisters, program(0));
    Node second("second", config, berth::tlm::View::at, kRegisters + kRegisterWindow, program(1));
    first.join(bus, kRegisters);
    second.join(bus, kRegisters + kRegisterWindow);
    sc_core::sc_start();
    example::check(first.processor);
    example::check(second.processor);

    std::size_t violations = 0;
    for (const berth::tlm::Monitor* link : {&first.dma_link, &second.dma_link, &memory_link}) violations += link->violations().size();
    const auto& seen = memory_link.statistics();
    std::cout << (logits[0] == logits[1] ? "the same answers" : "DIFFERENT ANSWERS") << " from both; " << seen.reads + seen.writes
              << " transactions at the memory, at most " << seen.outstanding_at_most << " outstanding, " << violations
              << " protocol violations\n";
    if (logits[0] != logits[1] || violations > 0) throw std::runtime_error("the two accelerators do not agree");
}

}  // namespace

int sc_main(int argc, char** argv) {
    try {
        if (argc != 2) throw std::runtime_error("usage: two_accelerators IMAGE");
        run(argv[1]);
        return 0;
    } catch (const std::exception& error) {
        std::cerr << "two_accelerators: " << error.what() << '\n';
        return 1;
    }
}
