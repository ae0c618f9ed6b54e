// SPDX-License-Identifier: Apache-2.0
#include "platform/host/host.hpp"

#include "models/core/error.hpp"

#include <algorithm>
#include <bit>
#include <stdexcept>
#include <string>
#include <utility>

namespace berth::platform {
namespace {

constexpr std::uint64_t kAlignment = 64;
constexpr std::uint64_t kLoadTag = UINT64_MAX;
constexpr int kTries = 4;  ///< of a request

std::uint64_t picoseconds(const sc_core::sc_time& time) { return static_cast<std::uint64_t>(time / sc_core::sc_time(1, sc_core::SC_PS)); }

/// Of a request in memory: ids, segments, and the tasks where there are several.
std::size_t words_of(const Request& request) {
    return 2 * request.sentence.ids.size() + (request.others.empty() ? 0 : 1 + request.others.size());
}

constexpr std::uint64_t align(std::uint64_t value) { return (value + kAlignment - 1) / kAlignment * kAlignment; }

}  // namespace

std::vector<Request> requests_of(std::uint32_t task, int labels, const std::vector<inference::Sentence>& sentences) {
    std::vector<Request> requests;
    for (const auto& sentence : sentences) requests.push_back({task, labels, sentence});
    return requests;
}

MemoryMap memory_map(const Job& job) {
    std::size_t longest = 0;
    int labels = 0;
    for (const Request& request : job.requests) {
        longest = std::max(longest, words_of(request));
        labels = std::max(labels, request.labels);
    }
    MemoryMap map;
    map.ring_entries = std::bit_ceil(job.in_flight);
    map.descriptors = align(job.image_bytes);
    map.completions = map.descriptors + map.ring_entries * sizeof(Descriptor);
    map.slots = align(map.completions + map.ring_entries * sizeof(Completion));
    map.result_offset = align(longest * sizeof(std::int32_t));
    map.slot_bytes = map.result_offset + align(static_cast<std::uint64_t>(labels) * sizeof(float));
    map.bytes = map.slots + job.in_flight * map.slot_bytes;
    return map;
}

Host::Host(const sc_core::sc_module_name& name, Job job, const sc_core::sc_time& poll, std::function<void()> served)
    : Processor(name, [this](Processor&) { main(); }),
      job_(std::move(job)),
      map_(memory_map(job_)),
      poll_(poll),
      on_served_(std::move(served)),
      slot_of_(job_.requests.size()),
      served_(job_.requests.size()),
      tries_(job_.requests.size(), 0) {
    for (std::uint32_t slot = job_.in_flight; slot > 0; --slot) free_slots_.push_back(slot - 1);
}

void Host::main() {
    try {
        drive();
    } catch (...) {
        sc_core::sc_stop();
        throw;
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
}

void Host::set_up() {
    const berth_rings rings{map_.descriptors, map_.completions, map_.ring_entries, 0};
    check(berth_open(&device_, &transport(), &rings));
}

void Host::load_image() {
    check(berth_load_image(&device_, 0, job_.image_bytes, kLoadTag));
    check(berth_wait(&device_));
    (void)take_completions();
}

void Host::run_requests() {
    std::uint32_t next = 0;
    std::uint64_t finished = 0;
    while (finished < job_.requests.size()) {
        while (next < job_.requests.size() && !free_slots_.empty() && arrival(next) <= sc_core::sc_time_stamp()) post(next++);
        const bool more = next < job_.requests.size() && !free_slots_.empty();
        if (wait_for_completion(more ? arrival(next) : sc_core::SC_ZERO_TIME)) finished += take_completions();
    }
}

/// @param until when the host is wanted for something else; zero: never. @return whether there is one.
bool Host::wait_for_completion(const sc_core::sc_time& until) {
    const bool limited = until != sc_core::SC_ZERO_TIME;
    if (limited && berth_outstanding(&device_) == 0) {
        sleep(until - sc_core::sc_time_stamp());
        return false;
    }
    set_patience(limited ? until - sc_core::sc_time_stamp() : sc_core::SC_ZERO_TIME);
    const berth_status said = berth_wait(&device_);
    if (limited && said == BERTH_TIMED_OUT) return false;
    check(said);
    return true;
}

sc_core::sc_time Host::arrival(std::uint32_t index) const {
    const auto& given = job_.requests[index].arrival_s;
    return given ? loaded_ + sc_core::sc_time(*given, sc_core::SC_SEC) : sc_core::SC_ZERO_TIME;
}

void Host::wait_for_idle() {
    for (bool busy = true; busy;) {
        check(berth_busy(&device_, &busy));
        if (busy) wait(poll_);
    }
}

void Host::post(std::uint32_t index) {
    const Request& job = job_.requests[index];
    const inference::Sentence& sentence = job.sentence;
    const std::uint32_t slot = free_slots_.back();
    free_slots_.pop_back();
    slot_of_[index] = slot;
    std::vector<std::int32_t> words = sentence.ids;
    words.insert(words.end(), sentence.segments.begin(), sentence.segments.end());
    if (!job.others.empty()) {
        words.push_back(static_cast<std::int32_t>(job.task));
        words.insert(words.end(), job.others.begin(), job.others.end());
    }
    const std::uint64_t tokens = map_.slots + slot * map_.slot_bytes;
    write_memory(tokens, words.data(), words.size() * sizeof(std::int32_t));
    served_[index].asked = job.arrival_s ? arrival(index) : sc_core::sc_time_stamp();
    ask(index);
    served_[index].doorbell = sc_core::sc_time_stamp();
    if (!job.arrival_s) served_[index].asked = served_[index].doorbell;
}

void Host::ask(std::uint32_t index) {
    const Request& job = job_.requests[index];
    const std::uint64_t tokens = map_.slots + slot_of_[index] * map_.slot_bytes;
    const std::uint64_t deadline =
        job.deadline_s > 0.0 ? picoseconds(served_[index].asked + sc_core::sc_time(job.deadline_s, sc_core::SC_SEC)) : 0;
    const bool together = !job.others.empty();
    const berth_request request{together ? static_cast<std::uint32_t>(1 + job.others.size()) : job.task,
                                tokens,
                                job.sentence.ids.size(),
                                tokens + map_.result_offset,
                                index,
                                deadline,
                                0,
                                0};
    check(together ? berth_run_tasks(&device_, &request) : berth_run(&device_, &request));
    ++tries_[index];
}

/// What the accelerator has lost something of may do better the next time; what it never gets through is for the user to know.
void Host::ask_again(const berth_completion& completion) {
    const auto index = static_cast<std::uint32_t>(completion.tag);
    if (tries_[index] == kTries)
        throw InputError(completion.outcome == BERTH_OUTCOME_NETWORK_ERROR ? "interconnect.bit_error_rate" : "buffer.bit_error_rate",
                         "leaves sentence " + std::to_string(index) + " without an answer in " + std::to_string(kTries) + " tries",
                         "fewer errors, or more retries");
    ++asked_again_;
    ask(index);
}

/// Takes every completion that is there. @return how many requests, or loads, are through with it.
std::uint32_t Host::take_completions() {
    std::uint32_t count = 0;
    do {
        berth_completion completion{};
        check(berth_take(&device_, &completion));
        count += take(completion);
    } while (device_.seen != device_.taken);
    return count;
}

bool Host::take(const berth_completion& completion) {
    if (completion.outcome == BERTH_OUTCOME_NETWORK_ERROR || completion.outcome == BERTH_OUTCOME_BUFFER_ERROR) {
        ask_again(completion);
        return false;
    }
    const bool degraded = completion.outcome == BERTH_OUTCOME_DEGRADED;
    if (completion.outcome != BERTH_OUTCOME_DONE && !degraded)
        throw std::runtime_error("the accelerator answered a command with error " + std::to_string(completion.outcome) + " at address " +
                                 std::to_string(completion.failed_address));
    if (completion.tag == kLoadTag) return true;
    const std::uint32_t slot = slot_of_.at(completion.tag);
    Served& served = served_.at(completion.tag);
    served.degraded = degraded;
    served.finished = static_cast<double>(completion.finished_ps) * sc_core::sc_time(1, sc_core::SC_PS);
    served.logits.resize(static_cast<std::size_t>(job_.requests[completion.tag].labels));
    read_memory(map_.slots + slot * map_.slot_bytes + map_.result_offset, served.logits.data(), served.logits.size() * sizeof(float));
    free_slots_.push_back(slot);
    if (on_served_) on_served_();
    return true;
}

}  // namespace berth::platform
