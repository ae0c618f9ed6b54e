// SPDX-License-Identifier: Apache-2.0
#include "platform/host/host.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

namespace berth::platform {
namespace {

constexpr std::uint64_t kAlignment = 64;
constexpr std::uint64_t kLoadTag = UINT64_MAX;
constexpr int kStackBytes = 1 << 18;

constexpr std::uint64_t align(std::uint64_t value) { return (value + kAlignment - 1) / kAlignment * kAlignment; }

}  // namespace

MemoryMap memory_map(const Job& job) {
    std::size_t longest = 0;
    for (const auto& sentence : job.sentences) longest = std::max(longest, sentence.ids.size());
    MemoryMap map;
    map.ring_entries = job.in_flight + 1;
    map.descriptors = align(job.image_bytes);
    map.completions = map.descriptors + map.ring_entries * sizeof(Descriptor);
    map.slots = align(map.completions + map.ring_entries * sizeof(Completion));
    map.result_offset = align(longest * 2 * sizeof(std::int32_t));
    map.slot_bytes = map.result_offset + align(static_cast<std::uint64_t>(job.labels) * sizeof(float));
    map.bytes = map.slots + job.in_flight * map.slot_bytes;
    return map;
}

Host::Host(const sc_core::sc_module_name& name, Job job, const sc_core::sc_time& poll, std::function<void()> served)
    : sc_module(name),
      csr("csr"),
      memory("memory"),
      irq("irq"),
      job_(std::move(job)),
      map_(memory_map(job_)),
      poll_(poll),
      on_served_(std::move(served)),
      slot_of_(job_.sentences.size()),
      served_(job_.sentences.size()) {
    for (std::uint32_t slot = job_.in_flight; slot > 0; --slot) free_slots_.push_back(slot - 1);
    SC_HAS_PROCESS(Host);
    SC_THREAD(main);
    set_stack_size(kStackBytes);
}

void Host::main() {
    // An exception may not cross the kernel, which would drop what it says.
    try {
        drive();
    } catch (...) {
        fault_ = std::current_exception();
    }
    sc_core::sc_stop();
}

void Host::drive() {
    set_up();
    load_image();
    loaded_ = sc_core::sc_time_stamp();
    run_requests();
    wait_for_idle();
    idle_ = sc_core::sc_time_stamp();
    done_ = true;
}

void Host::set_up() {
    if (read_register(reg::kIdentification) != kIdentification) throw std::runtime_error("no accelerator answers at the registers");
    write_register(reg::kRingBaseLow, static_cast<std::uint32_t>(map_.descriptors));
    write_register(reg::kRingBaseHigh, static_cast<std::uint32_t>(map_.descriptors >> 32));
    write_register(reg::kCompletionBaseLow, static_cast<std::uint32_t>(map_.completions));
    write_register(reg::kCompletionBaseHigh, static_cast<std::uint32_t>(map_.completions >> 32));
    write_register(reg::kRingEntries, map_.ring_entries);
    write_register(reg::kInterruptEnable, kInterruptCompletion | kInterruptError);
}

void Host::load_image() {
    Descriptor descriptor{};
    descriptor.command = Command::load_image;
    descriptor.length = job_.image_bytes;
    descriptor.tag = kLoadTag;
    give(descriptor);
    while (taken_ == 0) {
        wait_for_interrupt();
        (void)take_completions();
    }
}

void Host::run_requests() {
    std::uint32_t next = 0;
    std::uint64_t finished = 0;
    while (finished < job_.sentences.size()) {
        while (next < job_.sentences.size() && !free_slots_.empty()) post(next++);
        wait_for_interrupt();
        finished += take_completions();
    }
}

void Host::wait_for_idle() {
    while ((read_register(reg::kStatus) & kStatusBusy) != 0) wait(poll_);
}

void Host::post(std::uint32_t index) {
    const inference::Sentence& sentence = job_.sentences[index];
    const std::uint32_t slot = free_slots_.back();
    free_slots_.pop_back();
    slot_of_[index] = slot;
    std::vector<std::int32_t> words = sentence.ids;
    words.insert(words.end(), sentence.segments.begin(), sentence.segments.end());
    Descriptor descriptor{};
    descriptor.command = Command::run_request;
    descriptor.task = job_.task;
    descriptor.address = map_.slots + slot * map_.slot_bytes;
    descriptor.length = sentence.ids.size();
    descriptor.result = descriptor.address + map_.result_offset;
    descriptor.tag = index;
    access(memory, ::tlm::TLM_WRITE_COMMAND, descriptor.address, words.data(), words.size() * sizeof(std::int32_t));
    give(descriptor);
    served_[index].doorbell = sc_core::sc_time_stamp();
}

void Host::give(const Descriptor& descriptor) {
    Descriptor entry = descriptor;
    access(memory, ::tlm::TLM_WRITE_COMMAND, map_.descriptors + given_ % map_.ring_entries * sizeof(Descriptor), &entry, sizeof entry);
    write_register(reg::kTail, ++given_);
}

void Host::wait_for_interrupt() {
    if (!irq.read()) wait(irq.posedge_event());
    write_register(reg::kInterruptCause, kInterruptCompletion | kInterruptError);
}

/// Takes every completion that is there. @return how many.
std::uint32_t Host::take_completions() {
    const std::uint32_t before = taken_, completed = read_register(reg::kCompleted);
    while (taken_ != completed) {
        Completion completion{};
        access(memory, ::tlm::TLM_READ_COMMAND, map_.completions + taken_ % map_.ring_entries * sizeof(Completion), &completion,
               sizeof completion);
        ++taken_;
        take(completion);
    }
    return taken_ - before;
}

void Host::take(const Completion& completion) {
    if (completion.outcome != Outcome::done)
        throw std::runtime_error("the accelerator answered a command with error " +
                                 std::to_string(static_cast<std::uint32_t>(completion.outcome)) + " at address " +
                                 std::to_string(completion.failed_address));
    if (completion.tag == kLoadTag) return;
    const std::uint32_t slot = slot_of_.at(completion.tag);
    Served& served = served_.at(completion.tag);
    served.finished = static_cast<double>(completion.finished_ps) * sc_core::sc_time(1, sc_core::SC_PS);
    served.logits.resize(static_cast<std::size_t>(job_.labels));
    access(memory, ::tlm::TLM_READ_COMMAND, map_.slots + slot * map_.slot_bytes + map_.result_offset, served.logits.data(),
           served.logits.size() * sizeof(float));
    free_slots_.push_back(slot);
    if (on_served_) on_served_();
}

void Host::write_register(std::uint32_t offset, std::uint32_t word) { access(csr, ::tlm::TLM_WRITE_COMMAND, offset, &word, sizeof word); }

std::uint32_t Host::read_register(std::uint32_t offset) {
    std::uint32_t word = 0;
    access(csr, ::tlm::TLM_READ_COMMAND, offset, &word, sizeof word);
    return word;
}

void Host::access(tlm_utils::simple_initiator_socket<Host>& socket, ::tlm::tlm_command command, std::uint64_t address, void* data,
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
