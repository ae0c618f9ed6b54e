// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/tlm/payload_pool.hpp"
#include "platform/accelerator/registers.hpp"

#include <tlm_utils/simple_initiator_socket.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <systemc>
#include <utility>

namespace berth::test {

/// A transaction at the registers, any of its fields as the base protocol allows.
struct RegisterAccess {
    ::tlm::tlm_command command = ::tlm::TLM_READ_COMMAND;
    std::uint64_t address = 0;
    std::uint32_t length = 4, width = 4;
    bool enables = false;
    std::array<unsigned char, 256> data{};

    [[nodiscard]] std::uint32_t word(std::uint32_t at) const {
        std::uint32_t value = 0;
        std::memcpy(&value, data.data() + at, sizeof value);
        return value;
    }
};

/// What docs/registers.md promises, in the test's own words: which accesses are refused, and what the registers hold that only
/// the bus can change.
class RegisterOracle {
public:
    explicit RegisterOracle(std::uint32_t tiles) : tiles_(tiles) { reset(); }

    static constexpr std::uint64_t kWindow = 0x1000;  ///< of addresses that the bus gives to the registers

    [[nodiscard]] static ::tlm::tlm_response_status status(const RegisterAccess& access) {
        if (access.address >= kWindow) return ::tlm::TLM_ADDRESS_ERROR_RESPONSE;
        if (access.command == ::tlm::TLM_IGNORE_COMMAND) return ::tlm::TLM_COMMAND_ERROR_RESPONSE;
        if (access.enables) return ::tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE;
        if (access.length % 4 != 0 || (access.width != 0 && access.width < access.length)) return ::tlm::TLM_BURST_ERROR_RESPONSE;
        if (access.address % 4 != 0) return ::tlm::TLM_ADDRESS_ERROR_RESPONSE;
        for (std::uint64_t at = 0; at < access.length; at += 4)
            if (!exists(access.address + at)) return ::tlm::TLM_ADDRESS_ERROR_RESPONSE;
        return ::tlm::TLM_OK_RESPONSE;
    }

    /// What a word must read as; nothing where time and firmware may change it.
    [[nodiscard]] std::optional<std::uint32_t> expected(std::uint32_t offset) const {
        const auto found = held_.find(offset);
        return found == held_.end() ? std::nullopt : std::optional(found->second);
    }

    void written(std::uint32_t offset, std::uint32_t word) {
        if (offset == platform::reg::kControl && (word & platform::kControlSoftReset) != 0) return reset();
        if (offset == platform::reg::kControl) held_[offset] = word & platform::kControlEnable;
        if (offset == platform::reg::kScheduler && word < 3) held_[offset] = word;
        if (offset != platform::reg::kControl && plain(offset)) held_[offset] = word;
    }

private:
    static bool exists(std::uint64_t offset) {
        return offset <= 0x01C || (offset >= 0x020 && offset <= 0x040) || (offset >= 0x050 && offset <= 0x060) ||
               (offset >= 0x080 && offset <= 0x0C4);
    }
    static bool plain(std::uint32_t offset) {
        using namespace platform::reg;
        return offset == kWatchdog || (offset >= kRingBaseLow && offset <= kCompletionBaseHigh) || offset == kInterruptEnable;
    }
    void reset() {
        using namespace platform::reg;
        held_ = {{platform::reg::kIdentification, platform::kIdentification},
                 {kVersion, 0x00020002},
                 {kCapability, 0x000165FF},
                 {kTiles, tiles_},
                 {kScheduler, 0}};
        for (std::uint32_t offset = 0; offset < 0x080; offset += 4)
            if (plain(offset) || offset == kControl) held_[offset] = 0;
    }

    std::uint32_t tiles_;
    std::map<std::uint32_t, std::uint32_t> held_;
};

/// An initiator whose transactions go through b_transport or in four phases, with any delay, each way of ending a response
/// taken in turn.
class RegisterTraffic : public sc_core::sc_module {
public:
    tlm_utils::simple_initiator_socket<RegisterTraffic> socket{"socket"};

    RegisterTraffic(const sc_core::sc_module_name& name, std::uint32_t seed, std::function<void(RegisterTraffic&)> program)
        : sc_module(name), random(seed), program_(std::move(program)) {
        socket.register_nb_transport_bw(this, &RegisterTraffic::nb_transport_bw);
        SC_HAS_PROCESS(RegisterTraffic);
        SC_THREAD(main);
    }

    std::mt19937 random;
    std::uint64_t phased = 0, blocking = 0;
    [[nodiscard]] bool done() const { return done_; }
    [[nodiscard]] std::uint32_t some(std::uint32_t below) { return static_cast<std::uint32_t>(random() % below); }
    void sleep(const sc_core::sc_time& time) { wait(time); }

    /// Sends the access, in either view, and waits for its end.
    ::tlm::tlm_response_status send(RegisterAccess& access) {
        ::tlm::tlm_generic_payload& payload = pool_.acquire();
        payload.set_command(access.command);
        payload.set_address(access.address);
        payload.set_data_ptr(access.data.data());
        payload.set_data_length(access.length);
        payload.set_streaming_width(access.width);
        payload.set_byte_enable_ptr(access.enables ? enables_.data() : nullptr);
        payload.set_byte_enable_length(access.enables ? 1 + some(4) : 0);
        payload.set_response_status(::tlm::TLM_INCOMPLETE_RESPONSE);
        payload.set_dmi_allowed(false);
        if (some(2) == 0)
            send_blocking(payload);
        else
            send_phased(payload);
        const auto status = payload.get_response_status();
        payload.release();
        return status;
    }

    /// A debug access, which may change nothing. @return the bytes that moved.
    unsigned debug(RegisterAccess& access) {
        ::tlm::tlm_generic_payload payload;
        payload.set_command(access.command);
        payload.set_address(access.address);
        payload.set_data_ptr(access.data.data());
        payload.set_data_length(access.length);
        payload.set_streaming_width(access.length);
        return socket->transport_dbg(payload);
    }

private:
    void main() {
        program_(*this);
        done_ = true;
    }
    sc_core::sc_time any_delay() { return {some(3) == 0 ? 0.0 : static_cast<double>(some(200)), sc_core::SC_NS}; }

    void send_blocking(::tlm::tlm_generic_payload& payload) {
        ++blocking;
        sc_core::sc_time delay = any_delay();
        socket->b_transport(payload, delay);
        // Now and then the time is spent at once; else it is left to the next one, as a temporally decoupled initiator does.
        if (some(2) == 0) wait(delay);
    }

    void send_phased(::tlm::tlm_generic_payload& payload) {
        ++phased;
        ::tlm::tlm_phase phase = ::tlm::BEGIN_REQ;
        sc_core::sc_time delay = any_delay();
        answered_ = false;
        const auto said = socket->nb_transport_fw(payload, phase, delay);
        if (said == ::tlm::TLM_COMPLETED) return wait(delay);
        if (said == ::tlm::TLM_UPDATED && phase == ::tlm::BEGIN_RESP) {
            wait(delay);
            return end(payload);
        }
        while (!answered_) wait(response_);
        if (!ended_) end(payload);
    }

    void end(::tlm::tlm_generic_payload& payload) {
        ::tlm::tlm_phase phase = ::tlm::END_RESP;
        sc_core::sc_time delay = any_delay();
        socket->nb_transport_fw(payload, phase, delay);
        wait(delay);
    }

    ::tlm::tlm_sync_enum nb_transport_bw(::tlm::tlm_generic_payload&, ::tlm::tlm_phase& phase, sc_core::sc_time& delay) {
        if (phase != ::tlm::BEGIN_RESP) return ::tlm::TLM_ACCEPTED;
        answered_ = true;
        const std::uint32_t way = some(3);
        ended_ = way != 0;
        if (way == 1) delay += any_delay();
        response_.notify(delay);
        if (!ended_) return ::tlm::TLM_ACCEPTED;
        phase = ::tlm::END_RESP;
        return way == 1 ? ::tlm::TLM_UPDATED : ::tlm::TLM_COMPLETED;
    }

    tlm::PayloadPool pool_;
    std::function<void(RegisterTraffic&)> program_;
    std::array<unsigned char, 4> enables_{0xFF, 0x00, 0xFF, 0xFF};
    sc_core::sc_event response_;
    bool answered_ = false, ended_ = false, done_ = false;
};

/// An access with random fields, of which about half are such that they are taken.
inline RegisterAccess random_access(RegisterTraffic& traffic) {
    constexpr std::uint32_t kBeyond = 0x0E0;
    RegisterAccess access;
    const std::uint32_t kind = traffic.some(16);
    access.command = kind == 0 ? ::tlm::TLM_IGNORE_COMMAND : kind < 8 ? ::tlm::TLM_READ_COMMAND : ::tlm::TLM_WRITE_COMMAND;
    access.address = traffic.some(4) == 0 ? traffic.some(kBeyond) : traffic.some(kBeyond / 4) * 4;
    access.length = traffic.some(4) == 0 ? 1 + traffic.some(200) : 4 * (1 + traffic.some(traffic.some(3) == 0 ? 8 : 1));
    access.width = traffic.some(4) == 0 ? traffic.some(300) : access.length;
    access.enables = traffic.some(10) == 0;
    if (traffic.some(100) == 0) access.address = traffic.random() | static_cast<std::uint64_t>(traffic.random()) << 32;
    for (auto& byte : access.data) byte = static_cast<unsigned char>(traffic.random());
    return access;
}

}  // namespace berth::test
