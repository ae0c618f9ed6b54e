// SPDX-License-Identifier: Apache-2.0
#include "models/buffer/memory.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace berth::buffer {

using sc_core::sc_time;

Memory::Memory(const sc_core::sc_module_name& name, std::uint64_t bytes, const MemoryTiming& timing)
    : sc_module(name), socket("socket"), bytes_(bytes), timing_(timing), accepts_("accepts"), answers_("answers") {
    socket.register_b_transport(this, &Memory::b_transport);
    socket.register_nb_transport_fw(this, &Memory::nb_transport_fw);
    socket.register_transport_dbg(this, &Memory::transport_dbg);
    SC_HAS_PROCESS(Memory);
    SC_METHOD(accept_requests);
    sensitive << accepts_.get_event();
    dont_initialize();
    SC_METHOD(answer_requests);
    sensitive << answers_.get_event();
    dont_initialize();
    SC_METHOD(respond_all);
    sensitive << response_ended_;
    dont_initialize();
}

void Memory::load(std::uint64_t address, std::span<const std::byte> bytes) {
    if (address > bytes_.size() || bytes.size() > bytes_.size() - address) throw std::out_of_range("memory contents lie outside it");
    std::copy(bytes.begin(), bytes.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(address));
}

::tlm::tlm_response_status Memory::check(const ::tlm::tlm_generic_payload& payload) const {
    const std::uint64_t length = payload.get_data_length();
    if (payload.get_byte_enable_ptr() != nullptr) return ::tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE;
    const unsigned width = payload.get_streaming_width();
    if (payload.get_data_ptr() == nullptr || length == 0 || (width != 0 && width < length)) return ::tlm::TLM_BURST_ERROR_RESPONSE;
    if (payload.get_address() > bytes_.size() || length > bytes_.size() - payload.get_address()) return ::tlm::TLM_ADDRESS_ERROR_RESPONSE;
    return ::tlm::TLM_OK_RESPONSE;
}

void Memory::access(::tlm::tlm_generic_payload& payload) {
    const auto status = check(payload);
    payload.set_response_status(status);
    if (status != ::tlm::TLM_OK_RESPONSE) return;
    std::byte* place = bytes_.data() + payload.get_address();
    if (payload.is_read()) std::memcpy(payload.get_data_ptr(), place, payload.get_data_length());
    if (payload.is_write()) std::memcpy(place, payload.get_data_ptr(), payload.get_data_length());
}

sc_time Memory::answered(const ::tlm::tlm_generic_payload& payload, const sc_time& asked) {
    const sc_time length = timing_.transfer(payload.get_data_length());
    return port_.serve(asked + timing_.latency_cycles * timing_.cycle, length) + length;
}

void Memory::b_transport(int, ::tlm::tlm_generic_payload& payload, sc_time& delay) {
    access(payload);
    delay = answered(payload, sc_core::sc_time_stamp() + delay) - sc_core::sc_time_stamp();
}

::tlm::tlm_sync_enum Memory::nb_transport_fw(int from, ::tlm::tlm_generic_payload& payload, ::tlm::tlm_phase& phase, sc_time& delay) {
    if (phase == ::tlm::END_RESP) {
        finish(payload);
        response_ended_.notify(sc_core::SC_ZERO_TIME);
        return ::tlm::TLM_COMPLETED;
    }
    if (phase != ::tlm::BEGIN_REQ) return ::tlm::TLM_ACCEPTED;
    payload.acquire();
    asked_[&payload] = from;
    accepts_.notify(payload, delay + timing_.cycle);
    return ::tlm::TLM_ACCEPTED;
}

void Memory::accept_requests() {
    while (::tlm::tlm_generic_payload* payload = accepts_.get_next_transaction()) {
        // The request began a cycle ago; its time counts from there.
        const sc_time asked = sc_core::sc_time_stamp() - timing_.cycle;
        access(*payload);
        const sc_time at = std::max(answered(*payload, asked), sc_core::sc_time_stamp());
        ::tlm::tlm_phase phase = ::tlm::END_REQ;
        sc_time delay;
        socket[asked_.at(payload)]->nb_transport_bw(*payload, phase, delay);
        answers_.notify(*payload, at - sc_core::sc_time_stamp());
    }
}

void Memory::answer_requests() {
    while (::tlm::tlm_generic_payload* payload = answers_.get_next_transaction()) {
        const int to = asked_.at(payload);
        links_[to].waiting.push_back(payload);
        respond(to);
    }
}

void Memory::respond_all() {
    for (auto& [to, answers] : links_) respond(to);
}

void Memory::respond(int to) {
    Answers& answers = links_[to];
    while (answers.open == nullptr && !answers.waiting.empty()) {
        ::tlm::tlm_generic_payload* payload = answers.open = answers.waiting.front();
        answers.waiting.pop_front();
        ::tlm::tlm_phase phase = ::tlm::BEGIN_RESP;
        sc_time delay;
        const auto answer = socket[to]->nb_transport_bw(*payload, phase, delay);
        if (answer == ::tlm::TLM_COMPLETED || phase == ::tlm::END_RESP) finish(*payload);
    }
}

void Memory::finish(::tlm::tlm_generic_payload& payload) {
    const auto asked = asked_.find(&payload);
    if (asked == asked_.end()) return;
    links_[asked->second].open = nullptr;
    asked_.erase(asked);
    payload.release();
}

unsigned Memory::transport_dbg(int, ::tlm::tlm_generic_payload& payload) {
    const std::uint64_t address = payload.get_address();
    if (address >= bytes_.size() || payload.get_data_ptr() == nullptr) return 0;
    const auto moved = static_cast<unsigned>(std::min<std::uint64_t>(payload.get_data_length(), bytes_.size() - address));
    if (payload.is_read()) std::memcpy(payload.get_data_ptr(), bytes_.data() + address, moved);
    if (payload.is_write()) std::memcpy(bytes_.data() + address, payload.get_data_ptr(), moved);
    return moved;
}

}  // namespace berth::buffer
