// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/inference/executor.hpp"
#include "platform/accelerator/registers.hpp"
#include "platform/host/processor.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <systemc>
#include <vector>

namespace berth::platform {

/// A sentence for one of the image's tasks, or for several in one pass.
struct Request {
    std::uint32_t task = 0;  ///< its number in the image
    int labels = 0;          ///< of all tasks asked
    inference::Sentence sentence;
    std::optional<double> arrival_s{};    ///< from the image's readiness on; none: as soon as there is room
    double deadline_s = 0.0;              ///< behind the arrival, or the posting; 0: none
    std::vector<std::uint32_t> others{};  ///< tasks that are asked in the same pass; their logits come behind the first's
};

/// Sentences of one task, each as soon as there is room.
[[nodiscard]] std::vector<Request> requests_of(std::uint32_t task, int labels, const std::vector<inference::Sentence>& sentences);

/// What the host is to run, in this order, several in flight.
struct Job {
    std::uint64_t image_bytes = 0;  ///< at address 0 of the memory
    std::uint32_t in_flight = 1;
    std::vector<Request> requests;
};

/// Where things lie in the memory: the image, the rings, then a slot for tokens and logits of each request in flight.
struct MemoryMap {
    std::uint64_t descriptors = 0, completions = 0, slots = 0, slot_bytes = 0, bytes = 0;
    std::uint64_t result_offset = 0;  ///< of a slot's logits
    std::uint32_t ring_entries = 0;
};
[[nodiscard]] MemoryMap memory_map(const Job& job);

/// One request as the host saw it.
struct Served {
    std::vector<float> logits;
    sc_core::sc_time asked;     ///< when it arrived; the doorbell's time where no time was given
    sc_core::sc_time doorbell;  ///< when the doorbell was rung
    sc_core::sc_time finished;  ///< the completion's time stamp: its result was in memory
    bool degraded = false;      ///< whether the result says that dead parts without a spare had a share in it
};

/// The processor of the SoC, running the driver of platform/driver: has the image loaded, posts requests, takes interrupts,
/// completions and logits, waits until the accelerator is idle.
class Host : public Processor {
public:
    /// @param poll how long the driver waits between two looks at the status when it waits for idleness.
    /// @param served called after each request.
    Host(const sc_core::sc_module_name& name, Job job, const sc_core::sc_time& poll, std::function<void()> served = {});

    [[nodiscard]] const std::vector<Served>& served() const { return served_; }
    /// Requests that were asked for again, because the accelerator answered that it had lost something of them.
    [[nodiscard]] std::uint64_t asked_again() const { return asked_again_; }
    [[nodiscard]] const sc_core::sc_time& loaded() const { return loaded_; }  ///< when the image was ready
    [[nodiscard]] const sc_core::sc_time& idle() const { return idle_; }      ///< when the last token had left

private:
    void main();
    void drive();
    void set_up();
    void load_image();
    void run_requests();
    [[nodiscard]] bool wait_for_completion(const sc_core::sc_time& until);
    void wait_for_idle();

    [[nodiscard]] sc_core::sc_time arrival(std::uint32_t index) const;
    void post(std::uint32_t index);
    void ask(std::uint32_t index);
    [[nodiscard]] std::uint32_t take_completions();
    [[nodiscard]] bool take(const berth_completion& completion);
    void ask_again(const berth_completion& completion);

    Job job_;
    MemoryMap map_;
    sc_core::sc_time poll_;
    std::function<void()> on_served_;
    berth_device device_{};
    std::vector<std::uint32_t> slot_of_;  ///< by request
    std::vector<std::uint32_t> free_slots_;
    std::vector<Served> served_;
    std::vector<int> tries_;  ///< by request
    std::uint64_t asked_again_ = 0;
    sc_core::sc_time loaded_, idle_;
};

}  // namespace berth::platform
