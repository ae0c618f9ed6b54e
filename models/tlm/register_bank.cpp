// SPDX-License-Identifier: Apache-2.0
#include "models/tlm/register_bank.hpp"

#include <cstring>
#include <stdexcept>
#include <string>

namespace berth::tlm {
namespace {

constexpr std::uint32_t kWord = 4;

}  // namespace

RegisterBank::RegisterBank(const sc_core::sc_module_name& name, std::span<const Register> table, const sc_core::sc_time& access_time)
    : sc_module(name), socket("socket"), access_time_(access_time) {
    for (const Register& entry : table)
        if (entry.offset % kWord != 0 || !values_.emplace(entry.offset, Entry{entry, entry.reset}).second)
            throw std::logic_error("register " + std::string(entry.name) + " has an offset that is taken or not a word's");
    socket.register_b_transport(this, &RegisterBank::b_transport);
    socket.register_transport_dbg(this, &RegisterBank::transport_dbg);
}

void RegisterBank::reset() {
    for (auto& [offset, entry] : values_) entry.value = entry.description.reset;
}

bool RegisterBank::holds(std::uint64_t address, std::uint32_t length) const {
    for (std::uint64_t word = 0; word < length; word += kWord) {
        const std::uint64_t offset = address + word;
        if (offset < address || offset > UINT32_MAX || !values_.contains(static_cast<std::uint32_t>(offset))) return false;
    }
    return true;
}

::tlm::tlm_response_status RegisterBank::check(const ::tlm::tlm_generic_payload& payload) const {
    const std::uint32_t length = payload.get_data_length();
    if (payload.is_read() == payload.is_write()) return ::tlm::TLM_COMMAND_ERROR_RESPONSE;
    if (payload.get_byte_enable_ptr() != nullptr) return ::tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE;
    const unsigned width = payload.get_streaming_width();
    if (payload.get_data_ptr() == nullptr || length == 0 || length % kWord != 0 || (width != 0 && width < length))
        return ::tlm::TLM_BURST_ERROR_RESPONSE;
    if (payload.get_address() % kWord != 0 || !holds(payload.get_address(), length)) return ::tlm::TLM_ADDRESS_ERROR_RESPONSE;
    return ::tlm::TLM_OK_RESPONSE;
}

void RegisterBank::write(Entry& entry, std::uint32_t word) {
    if (entry.description.access == Access::read_write) entry.value = word;
    if (entry.description.access == Access::write_one_to_clear) entry.value &= ~word;
    if (written_) written_(entry.description.offset, word);
}

void RegisterBank::b_transport(::tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
    const auto status = check(payload);
    payload.set_response_status(status);
    if (status != ::tlm::TLM_OK_RESPONSE) return;
    const auto first = static_cast<std::uint32_t>(payload.get_address());
    for (std::uint32_t at = 0; at < payload.get_data_length(); at += kWord) {
        delay += access_time_;
        Entry& entry = values_.at(first + at);
        std::uint32_t word = entry.value;
        if (payload.is_read()) {
            std::memcpy(payload.get_data_ptr() + at, &word, kWord);
        } else {
            std::memcpy(&word, payload.get_data_ptr() + at, kWord);
            write(entry, word);
        }
    }
}

unsigned RegisterBank::transport_dbg(::tlm::tlm_generic_payload& payload) {
    if (!payload.is_read() || check(payload) != ::tlm::TLM_OK_RESPONSE) return 0;
    const auto first = static_cast<std::uint32_t>(payload.get_address());
    for (std::uint32_t at = 0; at < payload.get_data_length(); at += kWord)
        std::memcpy(payload.get_data_ptr() + at, &values_.at(first + at).value, kWord);
    return payload.get_data_length();
}

}  // namespace berth::tlm
