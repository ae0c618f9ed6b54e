// SPDX-License-Identifier: Apache-2.0
#include "models/tlm/monitor.hpp"

#include <algorithm>

namespace berth::tlm {

using sc_core::sc_time;

Monitor::Fields::Fields(const ::tlm::tlm_generic_payload& payload)
    : command(payload.get_command()),
      address(payload.get_address()),
      data(payload.get_data_ptr()),
      length(payload.get_data_length()),
      byte_enables(payload.get_byte_enable_ptr()),
      streaming_width(payload.get_streaming_width()) {}

Monitor::Monitor(const sc_core::sc_module_name& name, Beyond beyond)
    : sc_module(name), target("target"), initiator("initiator"), beyond_(beyond) {
    target.register_b_transport(this, &Monitor::b_transport);
    target.register_nb_transport_fw(this, &Monitor::nb_transport_fw);
    target.register_transport_dbg(this, &Monitor::transport_dbg);
    target.register_get_direct_mem_ptr(this, &Monitor::get_direct_mem_ptr);
    initiator.register_nb_transport_bw(this, &Monitor::nb_transport_bw);
}

void Monitor::report(const ::tlm::tlm_generic_payload& payload, const std::string& what) {
    violations_.push_back(std::string(name()) + " at " + sc_core::sc_time_stamp().to_string() + ", address " +
                          std::to_string(payload.get_address()) + ": " + what);
}

void Monitor::check_request(const ::tlm::tlm_generic_payload& payload) {
    if (payload.get_response_status() != ::tlm::TLM_INCOMPLETE_RESPONSE) report(payload, "the request carries a stale status");
    if (payload.is_dmi_allowed()) report(payload, "the request carries a stale DMI hint");
    if (payload.get_data_ptr() == nullptr) report(payload, "the request has no data pointer");
    if (payload.get_data_length() == 0) report(payload, "the request has no length");
}

void Monitor::check_fields(const Fields& before, const ::tlm::tlm_generic_payload& payload, const char* where) {
    Fields now(payload);
    if (beyond_ == Beyond::interconnect) now.address = before.address;
    if (!(before == now)) report(payload, std::string("address, command, length or a pointer changed ") + where);
}

void Monitor::count(const ::tlm::tlm_generic_payload& payload, const sc_time& latency) {
    const std::uint64_t bytes = payload.is_response_ok() ? payload.get_data_length() : 0;
    statistics_.reads += payload.is_read();
    statistics_.writes += payload.is_write();
    (payload.is_write() ? statistics_.bytes_written : statistics_.bytes_read) += bytes;
    statistics_.errors += !payload.is_response_ok();
    statistics_.latency_total += latency;
    statistics_.latency_most = std::max(statistics_.latency_most, latency);
}

void Monitor::b_transport(::tlm::tlm_generic_payload& payload, sc_time& delay) {
    check_request(payload);
    const Fields before(payload);
    const sc_time given = delay, begin = sc_core::sc_time_stamp() + delay;
    statistics_.outstanding_at_most = std::max<std::uint64_t>(statistics_.outstanding_at_most, 1);
    initiator->b_transport(payload, delay);
    // A target that waits has moved kernel time in place of the delay.
    if (sc_core::sc_time_stamp() + delay < begin)
        report(payload, "the target shrank the delay from " + given.to_string() + " to " + delay.to_string());
    if (payload.get_response_status() == ::tlm::TLM_INCOMPLETE_RESPONSE) report(payload, "the target left the status INCOMPLETE");
    check_fields(before, payload, "in b_transport");
    count(payload, std::max(sc_core::sc_time_stamp() + delay, begin) - begin);
}

/// A phase opens or closes its side of the link; BEGIN_RESP closes a request that had no END_REQ.
void Monitor::check_exclusion(const ::tlm::tlm_generic_payload& payload, const ::tlm::tlm_phase& phase) {
    if (phase == ::tlm::BEGIN_REQ) {
        if (open_request_ != nullptr) report(payload, "BEGIN_REQ while another request waits for its END_REQ");
        open_request_ = &payload;
        return;
    }
    if (open_request_ == &payload) open_request_ = nullptr;
    if (phase == ::tlm::BEGIN_RESP) {
        if (open_response_ != nullptr) report(payload, "BEGIN_RESP while another response waits for its END_RESP");
        open_response_ = &payload;
    }
    if (phase == ::tlm::END_RESP && open_response_ == &payload) open_response_ = nullptr;
}

void Monitor::enter(::tlm::tlm_generic_payload& payload, const ::tlm::tlm_phase& phase) {
    const auto found = flights_.find(&payload);
    check_exclusion(payload, phase);
    if (phase == ::tlm::BEGIN_REQ) {
        if (found != flights_.end()) return report(payload, "BEGIN_REQ while the transaction is under way");
        check_request(payload);
        flights_.emplace(&payload, Flight{Fields(payload), phase, sc_core::sc_time_stamp()});
        statistics_.outstanding_at_most = std::max<std::uint64_t>(statistics_.outstanding_at_most, flights_.size());
        return;
    }
    if (found == flights_.end()) return report(payload, std::string(phase.get_name()) + " of a transaction that never began");
    Flight& flight = found->second;
    const bool in_order = (phase == ::tlm::END_REQ && flight.phase == ::tlm::BEGIN_REQ) ||
                          (phase == ::tlm::BEGIN_RESP && (flight.phase == ::tlm::BEGIN_REQ || flight.phase == ::tlm::END_REQ)) ||
                          (phase == ::tlm::END_RESP && flight.phase == ::tlm::BEGIN_RESP);
    if (!in_order) report(payload, std::string(phase.get_name()) + " after " + flight.phase.get_name());
    // At END_RESP the payload is on its way back: an interconnect has put its own side's address there again.
    if (phase != ::tlm::END_RESP) check_fields(flight.fields, payload, "between phases");
    if (phase == ::tlm::BEGIN_RESP) {
        if (payload.get_response_status() == ::tlm::TLM_INCOMPLETE_RESPONSE) report(payload, "BEGIN_RESP with the status INCOMPLETE");
        count(payload, sc_core::sc_time_stamp() - flight.begin);
    }
    flight.phase = phase;
    if (phase == ::tlm::END_RESP) flights_.erase(found);
}

/// An answer with the return of the request: there was no response phase, so one of another transaction may be open.
void Monitor::complete(::tlm::tlm_generic_payload& payload) {
    if (open_request_ == &payload) open_request_ = nullptr;
    const auto found = flights_.find(&payload);
    if (found == flights_.end()) return;
    check_fields(found->second.fields, payload, "before the early answer");
    if (payload.get_response_status() == ::tlm::TLM_INCOMPLETE_RESPONSE) report(payload, "an early answer with the status INCOMPLETE");
    count(payload, sc_core::sc_time_stamp() - found->second.begin);
    flights_.erase(found);
}

::tlm::tlm_sync_enum Monitor::nb_transport_fw(::tlm::tlm_generic_payload& payload, ::tlm::tlm_phase& phase, sc_time& delay) {
    enter(payload, phase);
    const sc_time given = delay;
    const ::tlm::tlm_phase sent = phase;
    const auto answer = initiator->nb_transport_fw(payload, phase, delay);
    if (delay < given) report(payload, "the target shrank the delay");
    if (answer == ::tlm::TLM_UPDATED) enter(payload, phase);
    if (answer == ::tlm::TLM_COMPLETED && sent == ::tlm::BEGIN_REQ) complete(payload);
    return answer;
}

::tlm::tlm_sync_enum Monitor::nb_transport_bw(::tlm::tlm_generic_payload& payload, ::tlm::tlm_phase& phase, sc_time& delay) {
    enter(payload, phase);
    const sc_time given = delay;
    const auto answer = target->nb_transport_bw(payload, phase, delay);
    if (delay < given) report(payload, "the initiator shrank the delay");
    if (answer == ::tlm::TLM_UPDATED) enter(payload, phase);
    if (answer == ::tlm::TLM_COMPLETED && flights_.contains(&payload)) enter(payload, ::tlm::END_RESP);
    return answer;
}

unsigned Monitor::transport_dbg(::tlm::tlm_generic_payload& payload) {
    const sc_time before = sc_core::sc_time_stamp();
    const unsigned length = payload.get_data_length();
    const unsigned moved = initiator->transport_dbg(payload);
    if (sc_core::sc_time_stamp() != before) report(payload, "debug access moved time");
    if (moved > length) report(payload, "debug access moved more bytes than asked");
    return moved;
}

bool Monitor::get_direct_mem_ptr(::tlm::tlm_generic_payload& payload, ::tlm::tlm_dmi& dmi) {
    const bool granted = initiator->get_direct_mem_ptr(payload, dmi);
    if (granted && (dmi.get_dmi_ptr() == nullptr || dmi.get_start_address() > dmi.get_end_address()))
        report(payload, "direct memory access was granted without a pointer or range");
    return granted;
}

}  // namespace berth::tlm
