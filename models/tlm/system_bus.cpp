// SPDX-License-Identifier: Apache-2.0
#include "models/tlm/system_bus.hpp"

#include <algorithm>
#include <stdexcept>

namespace berth::tlm {

using sc_core::sc_time;
using sc_core::SC_ZERO_TIME;

SystemBus::SystemBus(const sc_core::sc_module_name& name) : sc_module(name), from("from"), to_("to"), arrivals_("arrivals") {
    from.register_b_transport(this, &SystemBus::b_transport);
    from.register_transport_dbg(this, &SystemBus::transport_dbg);
    from.register_nb_transport_fw(this, &SystemBus::nb_transport_fw);
    to_.register_nb_transport_bw(this, &SystemBus::nb_transport_bw);
    SC_HAS_PROCESS(SystemBus);
    SC_METHOD(advance);
    sensitive << arrivals_.due();
    dont_initialize();
}

void SystemBus::claim(std::uint64_t base, std::uint64_t bytes) {
    if (bytes == 0 || base > UINT64_MAX - (bytes - 1))
        throw std::invalid_argument("a range of the bus is empty or passes the last address");
    const Range range{base, base + (bytes - 1)};
    for (const Range& other : ranges_)
        if (range.base <= other.last && other.base <= range.last) throw std::invalid_argument("two ranges of the bus overlap");
    ranges_.push_back(range);
}

std::optional<int> SystemBus::decode(const ::tlm::tlm_generic_payload& payload) const {
    const std::uint64_t first = payload.get_address(), more = std::max(1u, payload.get_data_length()) - 1;
    for (std::size_t i = 0; i < ranges_.size(); ++i)
        if (first >= ranges_[i].base && first <= ranges_[i].last && more <= ranges_[i].last - first) return static_cast<int>(i);
    return std::nullopt;
}

void SystemBus::b_transport(int, ::tlm::tlm_generic_payload& payload, sc_time& delay) {
    const auto target = decode(payload);
    if (!target) return payload.set_response_status(::tlm::TLM_ADDRESS_ERROR_RESPONSE);
    const std::uint64_t address = payload.get_address();
    payload.set_address(address - ranges_[static_cast<std::size_t>(*target)].base);
    to_[*target]->b_transport(payload, delay);
    payload.set_address(address);
    payload.set_dmi_allowed(false);
}

unsigned SystemBus::transport_dbg(int, ::tlm::tlm_generic_payload& payload) {
    const auto target = decode(payload);
    if (!target) return 0;
    const std::uint64_t address = payload.get_address();
    payload.set_address(address - ranges_[static_cast<std::size_t>(*target)].base);
    const unsigned moved = to_[*target]->transport_dbg(payload);
    payload.set_address(address);
    return moved;
}

::tlm::tlm_sync_enum SystemBus::nb_transport_fw(int initiator, ::tlm::tlm_generic_payload& payload, ::tlm::tlm_phase& phase,
                                                sc_time& delay) {
    if (phase == ::tlm::BEGIN_REQ) {
        const auto target = decode(payload);
        if (!target) {
            payload.set_response_status(::tlm::TLM_ADDRESS_ERROR_RESPONSE);
            return ::tlm::TLM_COMPLETED;
        }
        payload.acquire();
        flights_[&payload] = {initiator, *target, payload.get_address()};
        arrivals_.push({&payload, ::tlm::BEGIN_REQ}, delay);
    } else if (phase == ::tlm::END_RESP && flights_.contains(&payload)) {
        arrivals_.push({&payload, ::tlm::END_RESP}, delay);
    }
    return ::tlm::TLM_ACCEPTED;
}

::tlm::tlm_sync_enum SystemBus::nb_transport_bw(int, ::tlm::tlm_generic_payload& payload, ::tlm::tlm_phase& phase, sc_time& delay) {
    if (phase == ::tlm::END_REQ) arrivals_.push({&payload, ::tlm::END_REQ}, delay);
    if (phase == ::tlm::BEGIN_RESP) arrivals_.push({&payload, ::tlm::BEGIN_RESP}, delay);
    return ::tlm::TLM_ACCEPTED;
}

void SystemBus::advance() {
    Arrival arrival;
    while (arrivals_.pop(arrival)) arrive(*arrival.first, arrival.second);
}

void SystemBus::arrive(::tlm::tlm_generic_payload& payload, ::tlm::tlm_phase_enum phase) {
    const auto found = flights_.find(&payload);
    if (found == flights_.end()) return;
    const auto [initiator, target, address, over] = found->second;
    if (phase == ::tlm::BEGIN_REQ) {
        requests_[target].waiting.push_back(&payload);
        send_requests(target);
    } else if (phase == ::tlm::END_REQ) {
        end_request(payload);
        ::tlm::tlm_phase end = ::tlm::END_REQ;
        sc_time delay;
        from[initiator]->nb_transport_bw(payload, end, delay);
        send_requests(target);
    } else if (phase == ::tlm::BEGIN_RESP) {
        end_request(payload);
        responses_[initiator].waiting.push_back(&payload);
        send_responses(initiator);
        send_requests(target);
    } else {
        end_response(payload);
        send_responses(initiator);
    }
}

void SystemBus::send_requests(int target) {
    Lane& lane = requests_[target];
    if (lane.open != nullptr || lane.waiting.empty()) return;
    ::tlm::tlm_generic_payload& payload = *lane.waiting.front();
    lane.waiting.pop_front();
    lane.open = &payload;
    payload.set_address(payload.get_address() - ranges_[static_cast<std::size_t>(target)].base);
    ::tlm::tlm_phase phase = ::tlm::BEGIN_REQ;
    sc_time delay;
    const auto answer = to_[target]->nb_transport_fw(payload, phase, delay);
    if (answer == ::tlm::TLM_ACCEPTED) return;
    flights_.at(&payload).over = answer == ::tlm::TLM_COMPLETED;
    const bool request_alone = answer == ::tlm::TLM_UPDATED && phase == ::tlm::END_REQ;
    arrivals_.push({&payload, request_alone ? ::tlm::END_REQ : ::tlm::BEGIN_RESP}, delay);
}

void SystemBus::send_responses(int initiator) {
    Lane& lane = responses_[initiator];
    while (lane.open == nullptr && !lane.waiting.empty()) {
        ::tlm::tlm_generic_payload& payload = *lane.waiting.front();
        lane.waiting.pop_front();
        lane.open = &payload;
        payload.set_address(flights_.at(&payload).address);
        payload.set_dmi_allowed(false);
        ::tlm::tlm_phase phase = ::tlm::BEGIN_RESP;
        sc_time delay;
        const auto answer = from[initiator]->nb_transport_bw(payload, phase, delay);
        if (answer == ::tlm::TLM_ACCEPTED) return;
        if (delay > SC_ZERO_TIME) return arrivals_.push({&payload, ::tlm::END_RESP}, delay);
        end_response(payload);
    }
}

void SystemBus::end_request(::tlm::tlm_generic_payload& payload) {
    Lane& lane = requests_[flights_.at(&payload).to];
    if (lane.open == &payload) lane.open = nullptr;
}

void SystemBus::end_response(::tlm::tlm_generic_payload& payload) {
    const Flight flight = flights_.at(&payload);
    flights_.erase(&payload);
    responses_[flight.from].open = nullptr;
    if (!flight.over) {
        ::tlm::tlm_phase phase = ::tlm::END_RESP;
        sc_time delay;
        to_[flight.to]->nb_transport_fw(payload, phase, delay);
    }
    payload.release();
}

}  // namespace berth::tlm
