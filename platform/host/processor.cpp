// SPDX-License-Identifier: Apache-2.0
#include "platform/host/processor.hpp"

#include <stdexcept>
#include <string>
#include <utility>

namespace berth::platform {
namespace {

constexpr int kStackBytes = 1 << 18;

Processor& self(void* context) { return *static_cast<Processor*>(context); }

}  // namespace

Processor::Processor(const sc_core::sc_module_name& name, Program program, std::uint64_t registers, const sc_core::sc_time& patience)
    : sc_module(name),
      csr("csr"),
      memory("memory"),
      irq("irq"),
      program_(std::move(program)),
      registers_(registers),
      patience_(patience),
      transport_(make_transport()) {
    SC_HAS_PROCESS(Processor);
    SC_THREAD(main);
    set_stack_size(kStackBytes);
}

void Processor::main() {
    // An exception may not cross the kernel, which would drop what it says.
    try {
        program_(*this);
        done_ = true;
    } catch (const sc_core::sc_unwind_exception&) {
        throw;
    } catch (...) {
        fault_ = std::current_exception();
    }
}

void Processor::check(berth_status status) const {
    if (status == BERTH_TRANSPORT && met_) std::rethrow_exception(met_);
    if (status == BERTH_NO_DEVICE) throw std::runtime_error("no accelerator answers at the registers");
    if (status != BERTH_OK) throw std::runtime_error("the driver gave up with status " + std::to_string(status));
}

/// Exceptions do not pass through C.
template <class Work>
int Processor::guarded(Work work) {
    try {
        work();
        return 0;
    } catch (const std::runtime_error&) {
        met_ = std::current_exception();
        return -1;
    }
}

berth_transport Processor::make_transport() {
    berth_transport transport{};
    transport.context = this;
    transport.read_register = [](void* context, std::uint32_t offset, std::uint32_t* word) {
        return self(context).guarded([&] { *word = self(context).read_register(offset); });
    };
    transport.write_register = [](void* context, std::uint32_t offset, std::uint32_t word) {
        return self(context).guarded([&] { self(context).write_register(offset, word); });
    };
    transport.read_memory = [](void* context, std::uint64_t address, void* to, std::size_t bytes) {
        return self(context).guarded([&] { self(context).read_memory(address, to, bytes); });
    };
    transport.write_memory = [](void* context, std::uint64_t address, const void* from, std::size_t bytes) {
        return self(context).guarded([&] { self(context).write_memory(address, from, bytes); });
    };
    transport.wait_for_interrupt = [](void* context) { return self(context).wait_for_interrupt(); };
    return transport;
}

int Processor::wait_for_interrupt() {
    if (irq.read()) return 0;
    if (patience_ == sc_core::SC_ZERO_TIME)
        wait(irq.posedge_event());
    else
        wait(patience_, irq.posedge_event());
    return irq.read() ? 0 : 1;
}

void Processor::read_memory(std::uint64_t address, void* to, std::size_t bytes) {
    access(memory, ::tlm::TLM_READ_COMMAND, address, to, bytes);
}

void Processor::write_memory(std::uint64_t address, const void* from, std::size_t bytes) {
    // The payload's pointer is not const for either command; a target does not write through it for a write command.
    access(memory, ::tlm::TLM_WRITE_COMMAND, address, const_cast<void*>(from), bytes);
}

std::uint32_t Processor::read_register(std::uint32_t offset) {
    std::uint32_t word = 0;
    access(csr, ::tlm::TLM_READ_COMMAND, registers_ + offset, &word, sizeof word);
    return word;
}

void Processor::write_register(std::uint32_t offset, std::uint32_t word) {
    access(csr, ::tlm::TLM_WRITE_COMMAND, registers_ + offset, &word, sizeof word);
}

void Processor::access(tlm_utils::simple_initiator_socket<Processor>& socket, ::tlm::tlm_command command, std::uint64_t address, void* data,
                       std::size_t bytes) {
    ::tlm::tlm_generic_payload payload;
    payload.set_command(command);
    payload.set_address(address);
    payload.set_data_ptr(static_cast<unsigned char*>(data));
    payload.set_data_length(static_cast<unsigned>(bytes));
    payload.set_streaming_width(static_cast<unsigned>(bytes));
    sc_core::sc_time delay;
    socket->b_transport(payload, delay);
    if (!payload.is_response_ok())
        throw std::runtime_error(std::string(socket.name()) + " at " + std::to_string(address) + ": " + payload.get_response_string());
    wait(delay);
}

}  // namespace berth::platform
