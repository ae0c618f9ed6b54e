// SPDX-License-Identifier: Apache-2.0
#include "firmware.hpp"

#include "models/buffer/memory.hpp"

#include <exception>
#include <iostream>
#include <systemc>

namespace {

/// The smallest SoC there is: a processor, a memory, the accelerator.
void run(const std::string& image_file) {
    using namespace berth;
    constexpr std::uint64_t kSpace = 1 << 16;
    const std::vector<std::byte> image = example::read_file(image_file);
    const std::uint64_t behind_image = (image.size() + 0xFFFF) / 0x10000 * 0x10000;
    const sc_core::sc_time cycle(1, sc_core::SC_NS);

    const PlatformConfig config = load_platform("reram-multitask", {});
    Accelerator accelerator("accelerator", config, {});
    buffer::Memory memory("memory", behind_image + kSpace, {cycle, 50, 16});
    memory.load(0, image);
    platform::Processor processor("processor", [&](platform::Processor& self) {
        example::Firmware firmware(self, {behind_image});
        firmware.load(0, image.size());
        const sc_core::sc_time begin = sc_core::sc_time_stamp();
        const auto logits = firmware.run(0, 2);
        std::cout << "logits " << logits[0] << ' ' << logits[1] << " in " << (sc_core::sc_time_stamp() - begin).to_seconds() * 1e6
                  << " us\n";
        sc_core::sc_stop();
    });
    sc_core::sc_signal<bool> irq("irq");
    processor.csr.bind(accelerator.csr());
    processor.memory.bind(memory.socket);
    accelerator.dma().bind(memory.socket);
    accelerator.irq().bind(irq);
    processor.irq.bind(irq);
    sc_core::sc_start();
    example::check(processor);
}

}  // namespace

int sc_main(int argc, char** argv) {
    try {
        if (argc != 2) throw std::runtime_error("usage: minimal_testbench IMAGE");
        run(argv[1]);
        return 0;
    } catch (const std::exception& error) {
        std::cerr << "minimal_testbench: " << error.what() << '\n';
        return 1;
    }
}
