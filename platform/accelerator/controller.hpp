// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "compressor/weight_image.hpp"
#include "models/tlm/dma.hpp"
#include "models/tlm/register_bank.hpp"
#include "platform/accelerator/image_arrival.hpp"
#include "platform/accelerator/pipeline.hpp"
#include "platform/accelerator/registers.hpp"
#include "platform/accelerator/request_queue.hpp"
#include "platform/accelerator/residents.hpp"
#include "platform/accelerator/scattered_memory.hpp"
#include "platform/accelerator/values.hpp"
#include "platform/accelerator/wall_times.hpp"
#include "platform/config.hpp"
#include "platform/programming.hpp"
#include "platform/repair.hpp"

#include <cstdint>
#include <exception>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <systemc>
#include <vector>

namespace berth::platform {

/// Takes commands from the descriptor ring, one after the other: loads an image, or queues a request, lets its tokens into the
/// pipeline when its turn comes and goes on; writes results and completions as requests leave; raises the interrupt. docs/registers.md says
/// how firmware sees it. Whatever firmware or memory does wrong ends in a completion or in `halted`, with an interrupt.
class Controller : public sc_core::sc_module {
public:
    sc_core::sc_out<bool> irq;
    /// Its rising edge is a soft reset. May stay unbound.
    sc_core::sc_port<sc_core::sc_signal_in_if<bool>, 1, sc_core::SC_ZERO_OR_MORE_BOUND> reset;

    /// The parts that the controller drives; they outlive it.
    struct Parts {
        const interconnect::Topology& topology;
        tlm::RegisterBank& registers;
        tlm::Dma& dma;
        Pipeline& pipeline;
        const Arrays& arrays;
    };

    /// @param computes whether logits are computed; else they are 0, and time and energy are all there is.
    Controller(const sc_core::sc_module_name& name, const PlatformConfig& config, int threads, bool computes, const Parts& parts,
               KnownImage known = {});

    /// Of all images loaded so far.
    [[nodiscard]] const Programming& programming() const { return programming_; }
    [[nodiscard]] const ChipPlan* plan() const { return plan_.get(); }
    /// Null before an image, and where none are computed.
    [[nodiscard]] const Values* values() const { return values_.get(); }

    /// Tasks that were brought in on demand, and what that took.
    struct Switches {
        std::uint64_t count = 0, bytes = 0;  ///< fetched from memory
        double fetch_s = 0.0;
        Programming written;
        std::uint64_t most_programmed = 0;  ///< of a slot
    };
    [[nodiscard]] const Switches& switches() const { return switches_; }

    /// What the self-test found, and how the image on the chip goes around it.
    [[nodiscard]] const Repair& repair() const { return repair_; }
    /// Requests that were answered with a degraded result.
    [[nodiscard]] std::uint64_t degraded() const { return degraded_; }

    /// Time for which the periphery was off.
    [[nodiscard]] sc_core::sc_time powered_down() const;

    /// Requests that have been taken and neither answered nor dropped.
    [[nodiscard]] std::size_t under_way() const { return running_.size(); }

    /// Whether a command is being served, or could be fetched and is not.
    [[nodiscard]] bool command_waits() const;

    [[nodiscard]] const WallTimes& wall() const { return wall_; }

    /// What went wrong inside, in full, where a completion can only give a code; null when nothing did.
    [[nodiscard]] std::exception_ptr fault() const { return fault_; }

private:
    /// Images are fetched in parts of this, so that a wrong length cannot ask for memory that no image fills.
    static constexpr std::uint64_t kFetchBytes = 1 << 20;

    struct Ring {
        std::uint64_t descriptors = 0, completions = 0;
        std::uint32_t entries = 0;
    };
    /// Tasks that are asked for one sentence, and answered by one completion.
    struct Together {
        std::uint64_t tag = 0;
        std::size_t unanswered = 0;
        std::vector<std::size_t> tasks;
        Outcome outcome = Outcome::done;  ///< the first that was not well
        std::uint64_t failed_address = 0;
    };
    struct Running {
        std::uint64_t tag = 0;
        ScatteredMemory result;
        int task = 0, tokens = 0;
        std::future<std::vector<float>> logits;
        std::shared_ptr<Together> together{};  ///< null for a request of one task
    };
    /// An image as it came, where from, and what tells its bytes from another's.
    struct Fetched {
        ScatteredMemory memory;
        std::shared_ptr<const compressor::WeightImage> image;
        std::size_t digest = 0;
    };
    /// An image that is being written, or that a reset has left half written.
    struct Writing {
        std::size_t digest = 0;
        Programming programming;  ///< what was to be written
        double before = 0.0;      ///< share that was there already
        double share = 0.0;       ///< that is there, once it is cut short
        sc_core::sc_time begun;   ///< reading back comes before
        bool cut_short = false;
    };
    struct Abandoned {};  ///< thrown in a server that a reset has replaced

    // The registers and what writing them does.
    void start_of_simulation() override;
    void written(std::uint32_t offset, std::uint32_t word);
    void control(std::uint32_t word);
    void choose_scheduler(std::uint32_t number);
    void enable();
    void soft_reset();
    void show_identity();
    void snapshot();
    void update_status();
    void drive_irq();
    void raise(std::uint32_t causes);
    void note_error(Outcome outcome, std::uint64_t failed_address);
    void halt(Outcome outcome, std::uint64_t failed_address = 0);
    [[nodiscard]] std::uint64_t address(std::uint32_t low, std::uint32_t high) const;

    // The watchdog.
    [[nodiscard]] bool has_work() const { return command_waits() || (!halted_ && !running_.empty()); }
    [[nodiscard]] std::uint64_t progress() const;
    void arm_watchdog();
    void watch();

    // The server: a process that a reset leaves behind and replaces.
    void start_server();
    void serve();
    void serve_next();
    void check_replaced() const;
    [[nodiscard]] bool may_fetch();
    void fetch();
    void execute(const Descriptor& descriptor);
    void complete(std::uint64_t tag, Outcome outcome, std::uint64_t failed_address = 0);

    // The commands.
    [[nodiscard]] bool take_image(const Descriptor& descriptor, Fetched& fetched);
    void load_image(const Descriptor& descriptor);
    void verify_image(const Descriptor& descriptor);
    void program(const Fetched& fetched, double written, bool read_back);
    [[nodiscard]] Repair test_itself(const ChipPlan& plan, const Programming& whole);
    void cut_programming_short();
    [[nodiscard]] bool takes_requests(const Descriptor& descriptor);
    void run_request(const Descriptor& descriptor);
    void run_tasks(const Descriptor& descriptor);
    void start(std::uint64_t request);
    [[nodiscard]] bool serve_pipeline();
    void switch_in();
    [[nodiscard]] tlm::DmaResult bring_in(std::size_t task);
    void finish(std::uint64_t request, Outcome outcome, std::uint64_t failed_address);
    [[nodiscard]] std::optional<inference::Sentence> sentence_of(const Descriptor& descriptor, std::span<const std::int32_t> words);
    [[nodiscard]] const std::vector<std::shared_ptr<const SharedWay>>& ways_of(const std::vector<std::size_t>& tasks);
    [[nodiscard]] bool takes_task(std::uint32_t task) const;
    [[nodiscard]] std::uint64_t logit_bytes(std::size_t task) const;
    void unload(const Descriptor& descriptor);
    void set_power(const Descriptor& descriptor);
    void power(bool on);
    [[nodiscard]] std::future<std::vector<float>> logits_of(std::uint32_t task, inference::Sentence sentence);
    void admit();
    void answer(std::uint64_t request);
    void drain();
    [[nodiscard]] bool takes_length(std::uint64_t tokens) const;

    // What commands have in memory.
    [[nodiscard]] std::optional<ScatteredMemory> memory_at(std::uint64_t tag, std::uint64_t address, std::uint32_t entries,
                                                           std::uint64_t bytes);
    [[nodiscard]] bool fetch_image(const Descriptor& descriptor, const ScatteredMemory& memory, ImageArrival& image);
    [[nodiscard]] std::optional<std::vector<std::int32_t>> fetch_words(const Descriptor& descriptor, std::uint64_t count);
    [[nodiscard]] tlm::DmaResult read(const ScatteredMemory& from, std::uint64_t offset, std::span<std::byte> to);
    [[nodiscard]] tlm::DmaResult write(const ScatteredMemory& to, std::span<const std::byte> from);

    PlatformConfig config_;
    int threads_;
    bool computes_;
    Parts parts_;
    sc_core::sc_time cycle_;

    sc_core::sc_event doorbell_, irq_changed_, watchdog_due_;
    sc_core::sc_process_handle server_;
    Ring ring_;
    bool enabled_ = false, halted_ = false, serving_ = false, watching_ = false;
    std::uint64_t seen_progress_ = 0;
    sc_core::sc_time programmed_at_;  ///< until then no progress is expected

    KnownImage known_;
    std::shared_ptr<const compressor::WeightImage> image_;
    std::shared_ptr<const ChipPlan> plan_;
    std::size_t digest_ = 0;  ///< of the image
    std::optional<Writing> writing_;
    std::set<std::uint32_t> unloaded_;          ///< tasks of the image
    std::map<std::uint64_t, Running> running_;  ///< waiting ones included
    RequestQueue queue_;
    std::map<std::vector<std::size_t>, std::vector<std::shared_ptr<const SharedWay>>> ways_;  ///< of tasks asked together
    Residents residents_;
    std::optional<std::uint64_t> switching_;  ///< the request whose task is to be brought in when the pipeline is empty
    Switches switches_;
    ScatteredMemory image_at_;
    std::size_t in_pipeline_ = 0;  ///< requests let in and not yet finished
    std::unique_ptr<Values> values_;
    Repair repair_;
    std::set<std::size_t> degraded_tasks_;  ///< of the image, that use parts without a spare
    std::uint64_t degraded_ = 0;
    std::uint64_t next_request_ = 0, answered_ = 0, failed_ = 0;
    bool powered_ = true;
    sc_core::sc_time powered_down_, power_changed_;
    Programming programming_;
    WallTimes wall_;
    std::exception_ptr fault_;
};

}  // namespace berth::platform
