// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string_view>
#include <systemc>
#include <vector>

namespace berth::tlm {

enum class Access {
    read_only,
    read_write,
    write_one_to_clear,  ///< a bit written as one becomes zero
};

/// One 32-bit register. A table of these is the only place that knows offsets: the decode and the documentation follow it.
struct Register {
    std::string_view name;
    std::uint32_t offset;
    Access access;
    std::uint32_t reset;
    std::string_view meaning;
};

/// A bank of registers behind a TLM target socket. Takes aligned bursts of whole words at any delay and answers all else
/// with the status that says why: ADDRESS_ERROR outside the table, BURST_ERROR for a part of a word or for streaming,
/// BYTE_ENABLE_ERROR for byte enables. Streaming width 0 means no streaming. A refused transaction changes nothing, and
/// debug access reads without side effects and never writes.
class RegisterBank : public sc_core::sc_module {
public:
    tlm_utils::simple_target_socket<RegisterBank> socket;

    /// @param access_time added to the delay for every word.
    RegisterBank(const sc_core::sc_module_name& name, std::span<const Register> table, const sc_core::sc_time& access_time);

    [[nodiscard]] std::uint32_t value(std::uint32_t offset) const { return values_.at(offset).value; }

    /// The same where it is kept, for waves.
    [[nodiscard]] const std::uint32_t& word(std::uint32_t offset) const { return values_.at(offset).value; }

    /// Sets a register from inside, whatever its access.
    void set(std::uint32_t offset, std::uint32_t value) { values_.at(offset).value = value; }

    /// Called after a write from outside took effect, with the offset and the word that was written.
    void on_write(std::function<void(std::uint32_t offset, std::uint32_t word)> call) { written_ = std::move(call); }

    void reset();

private:
    struct Entry {
        Register description;
        std::uint32_t value;
    };

    void b_transport(::tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
    unsigned transport_dbg(::tlm::tlm_generic_payload& payload);
    [[nodiscard]] ::tlm::tlm_response_status check(const ::tlm::tlm_generic_payload& payload) const;
    [[nodiscard]] bool holds(std::uint64_t address, std::uint32_t length) const;
    void write(Entry& entry, std::uint32_t word);

    std::map<std::uint32_t, Entry> values_;
    sc_core::sc_time access_time_;
    std::function<void(std::uint32_t, std::uint32_t)> written_;
};

}  // namespace berth::tlm
