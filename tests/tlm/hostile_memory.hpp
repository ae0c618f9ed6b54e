// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/tlm/timed_queue.hpp"

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <functional>
#include <random>
#include <systemc>
#include <utility>
#include <vector>

namespace berth::test {

/// A memory that keeps to the base protocol and is as awkward as that allows: it answers late, out of order, by waiting or by
/// annotating, with or without END_REQ, with the return or on the backward path, at once or with a delay, and refuses where the
/// test says so. `rude`, it also breaks the protocol: it changes every field that a target may not touch.
class HostileMemory : public sc_core::sc_module {
public:
    tlm_utils::simple_target_socket<HostileMemory> socket{"socket"};
    tlm_utils::simple_target_socket_optional<HostileMemory> honest{"honest"};  ///< for a processor: plain, loosely timed
    /// What to answer a transaction at that address.
    std::function<::tlm::tlm_response_status(std::uint64_t)> verdict = [](std::uint64_t) { return ::tlm::TLM_OK_RESPONSE; };
    bool rude = false;
    std::vector<std::byte> bytes;
    std::uint64_t base;  ///< address of the first byte behind `socket`

    HostileMemory(const sc_core::sc_module_name& name, std::uint64_t size, std::uint64_t first, std::uint32_t seed)
        : sc_module(name), bytes(size), base(first), random_(seed) {
        socket.register_b_transport(this, &HostileMemory::b_transport);
        socket.register_nb_transport_fw(this, &HostileMemory::nb_transport_fw);
        honest.register_b_transport(this, &HostileMemory::honest_transport);
        SC_HAS_PROCESS(HostileMemory);
        SC_METHOD(advance);
        sensitive << due_.due();
        dont_initialize();
    }

    [[nodiscard]] std::uint64_t refused() const { return refused_; }
    [[nodiscard]] std::uint64_t answered() const { return answered_; }
    [[nodiscard]] std::uint64_t out_of_order() const { return out_of_order_; }

private:
    using Payload = ::tlm::tlm_generic_payload;
    using Step = std::pair<Payload*, ::tlm::tlm_phase_enum>;

    std::uint32_t some(std::uint32_t below) { return static_cast<std::uint32_t>(random_() % below); }
    sc_core::sc_time later(std::uint32_t most_ns = 120) { return {static_cast<double>(some(most_ns)), sc_core::SC_NS}; }

    void move(Payload& payload, std::uint64_t first) {
        const std::uint64_t address = payload.get_address() - first;
        auto status = verdict(address);
        if (!holds(address, payload.get_data_length())) status = ::tlm::TLM_ADDRESS_ERROR_RESPONSE;
        payload.set_response_status(status);
        ++answered_;
        if (status != ::tlm::TLM_OK_RESPONSE) {
            ++refused_;
            return;
        }
        copy(payload, address);
    }

    void copy(const Payload& payload, std::uint64_t address) {
        const std::uint64_t length = payload.get_data_length();
        if (payload.is_read()) std::memcpy(payload.get_data_ptr(), bytes.data() + address, length);
        if (payload.is_write()) std::memcpy(bytes.data() + address, payload.get_data_ptr(), length);
    }

    [[nodiscard]] bool holds(std::uint64_t address, std::uint64_t length) const {
        return address <= bytes.size() && length <= bytes.size() - address;
    }

    void access(Payload& payload) {
        move(payload, base);
        if (!rude) return;
        payload.set_data_length(some(1 << 20));
        payload.set_data_ptr(nullptr);
        payload.set_streaming_width(some(9));
        payload.set_byte_enable_ptr(reinterpret_cast<unsigned char*>(&random_));
        payload.set_byte_enable_length(some(5));
        payload.set_command(::tlm::TLM_IGNORE_COMMAND);
        payload.set_address(random_());
        payload.set_dmi_allowed(true);
    }

    void honest_transport(Payload& payload, sc_core::sc_time& delay) {
        delay += sc_core::sc_time(3, sc_core::SC_NS);
        const bool inside = holds(payload.get_address(), payload.get_data_length());
        payload.set_response_status(inside ? ::tlm::TLM_OK_RESPONSE : ::tlm::TLM_ADDRESS_ERROR_RESPONSE);
        if (inside) copy(payload, payload.get_address());
    }

    void b_transport(Payload& payload, sc_core::sc_time& delay) {
        const std::uint32_t way = some(4);
        if (way == 1) delay += later();
        if (way == 2) wait(later());
        if (way == 3) {
            wait(delay + later());
            delay = sc_core::SC_ZERO_TIME;
        }
        access(payload);
    }

    ::tlm::tlm_sync_enum nb_transport_fw(Payload& payload, ::tlm::tlm_phase& phase, sc_core::sc_time& delay) {
        if (phase == ::tlm::END_RESP) {
            due_.push({&payload, ::tlm::END_RESP}, delay);
            return ::tlm::TLM_ACCEPTED;
        }
        payload.acquire();
        order_.push_back(&payload);
        switch (some(5)) {
            case 0:
                due_.push({&payload, ::tlm::END_REQ}, delay + later());
                return ::tlm::TLM_ACCEPTED;
            case 1:
                delay += later();
                phase = ::tlm::END_REQ;
                due_.push({&payload, ::tlm::BEGIN_RESP}, delay + later());
                return ::tlm::TLM_UPDATED;
            case 2:
                due_.push({&payload, ::tlm::BEGIN_RESP}, delay + later());
                return ::tlm::TLM_ACCEPTED;
            case 3:
                if (open_ != nullptr || !waiting_.empty()) {
                    due_.push({&payload, ::tlm::BEGIN_RESP}, delay + later());
                    return ::tlm::TLM_ACCEPTED;
                }
                answer(payload);
                open_ = &payload;
                delay += later();
                phase = ::tlm::BEGIN_RESP;
                return ::tlm::TLM_UPDATED;
            default:
                answer(payload);
                delay += later();
                payload.release();
                return ::tlm::TLM_COMPLETED;
        }
    }

    void answer(Payload& payload) {
        out_of_order_ += order_.front() != &payload;
        order_.erase(std::find(order_.begin(), order_.end(), &payload));
        access(payload);
    }

    void advance() {
        Step step;
        while (due_.pop(step)) {
            Payload& payload = *step.first;
            if (step.second == ::tlm::END_REQ) accept(payload);
            if (step.second == ::tlm::BEGIN_RESP) waiting_.push_back(&payload);
            if (step.second == ::tlm::END_RESP) {
                open_ = nullptr;
                payload.release();
            }
            respond();
        }
    }

    void accept(Payload& payload) {
        ::tlm::tlm_phase phase = ::tlm::END_REQ;
        sc_core::sc_time delay = later(20);
        due_.push({&payload, ::tlm::BEGIN_RESP}, delay + later());
        socket->nb_transport_bw(payload, phase, delay);
    }

    void respond() {
        if (open_ != nullptr || waiting_.empty()) return;
        Payload& payload = *(open_ = waiting_.front());
        waiting_.pop_front();
        answer(payload);
        ::tlm::tlm_phase phase = ::tlm::BEGIN_RESP;
        sc_core::sc_time delay = some(2) == 0 ? sc_core::SC_ZERO_TIME : later(30);
        const auto said = socket->nb_transport_bw(payload, phase, delay);
        const bool over = said == ::tlm::TLM_COMPLETED || (said == ::tlm::TLM_UPDATED && phase == ::tlm::END_RESP);
        if (over) due_.push({&payload, ::tlm::END_RESP}, delay);
    }

    std::mt19937 random_;
    berth::tlm::TimedQueue<Step> due_{"due"};
    std::deque<Payload*> order_, waiting_;
    Payload* open_ = nullptr;
    std::uint64_t refused_ = 0, answered_ = 0, out_of_order_ = 0;
};

/// An interconnect that moves addresses by `shift` on the way and brings back whatever lies in the fields that it may change.
class Mangler : public sc_core::sc_module {
public:
    tlm_utils::simple_target_socket<Mangler> target{"target"};
    tlm_utils::simple_initiator_socket<Mangler> initiator{"initiator"};

    Mangler(const sc_core::sc_module_name& name, std::uint64_t shift) : sc_module(name), shift_(shift) {
        target.register_b_transport(this, &Mangler::b_transport);
        target.register_nb_transport_fw(this, &Mangler::nb_transport_fw);
        initiator.register_nb_transport_bw(this, &Mangler::nb_transport_bw);
    }

private:
    void mangle(::tlm::tlm_generic_payload& payload) {
        payload.set_address(random_());
        payload.set_dmi_allowed(random_() % 2 == 0);
    }
    void b_transport(::tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
        payload.set_address(payload.get_address() + shift_);
        initiator->b_transport(payload, delay);
        mangle(payload);
    }
    ::tlm::tlm_sync_enum nb_transport_fw(::tlm::tlm_generic_payload& payload, ::tlm::tlm_phase& phase, sc_core::sc_time& delay) {
        const bool request = phase == ::tlm::BEGIN_REQ;
        if (request) payload.set_address(payload.get_address() + shift_);
        const auto said = initiator->nb_transport_fw(payload, phase, delay);
        if (said == ::tlm::TLM_COMPLETED ? request : said == ::tlm::TLM_UPDATED && phase == ::tlm::BEGIN_RESP) mangle(payload);
        return said;
    }
    ::tlm::tlm_sync_enum nb_transport_bw(::tlm::tlm_generic_payload& payload, ::tlm::tlm_phase& phase, sc_core::sc_time& delay) {
        if (phase == ::tlm::BEGIN_RESP) mangle(payload);
        return target->nb_transport_bw(payload, phase, delay);
    }

    std::uint64_t shift_;
    std::mt19937_64 random_{5};
};

}  // namespace berth::test
