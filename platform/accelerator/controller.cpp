// SPDX-License-Identifier: Apache-2.0
#include "platform/accelerator/controller.hpp"

#include <bit>
#include <utility>

namespace berth::platform {
namespace {

constexpr int kStackBytes = 1 << 18;

template <class T>
std::span<std::byte> bytes_of(T& value) {
    return std::as_writable_bytes(std::span(&value, 1));
}

bool says_what_its_command_takes(const Descriptor& descriptor) {
    const bool request = descriptor.command == Command::run_request || descriptor.command == Command::run_tasks;
    const bool image = descriptor.command == Command::load_image || descriptor.command == Command::verify_image;
    return descriptor.reserved == 0 && (request || (descriptor.deadline_ps == 0 && descriptor.result_entries == 0)) &&
           (request || image || descriptor.address_entries == 0);
}

}  // namespace

using sc_core::sc_time;
using sc_core::sc_time_stamp;

Controller::Controller(const sc_core::sc_module_name& name, const PlatformConfig& config, int threads, bool computes, const Parts& parts,
                       KnownImage known)
    : sc_module(name),
      irq("irq"),
      reset("reset"),
      config_(config),
      threads_(threads),
      computes_(computes),
      parts_(parts),
      cycle_(1.0 / config.timing.clock_hz, sc_core::SC_SEC),
      known_(std::move(known)),
      queue_(config.queue) {
    parts_.registers.on_write([this](std::uint32_t offset, std::uint32_t word) { written(offset, word); });
    show_identity();
    SC_HAS_PROCESS(Controller);
    SC_METHOD(drive_irq);
    sensitive << irq_changed_;
    dont_initialize();
    SC_METHOD(watch);
    sensitive << watchdog_due_;
    dont_initialize();
}

void Controller::start_of_simulation() {
    start_server();
    if (reset.size() == 0) return;
    sc_core::sc_spawn_options options;
    options.spawn_method();
    options.dont_initialize();
    options.set_sensitivity(&reset->posedge_event());
    sc_core::sc_spawn([this] { soft_reset(); }, sc_core::sc_gen_unique_name("resetter"), &options);
}

void Controller::show_identity() {
    parts_.registers.set(reg::kTiles, static_cast<std::uint32_t>(config_.hierarchy.all_tiles()));
    parts_.registers.set(reg::kScheduler, static_cast<std::uint32_t>(queue_.scheduler()));
}

void Controller::written(std::uint32_t offset, std::uint32_t word) {
    if (offset == reg::kControl) control(word);
    if (offset == reg::kScheduler) choose_scheduler(word);
    if (offset == reg::kTail || offset == reg::kTaken) doorbell_.notify(sc_core::SC_ZERO_TIME);
    if (offset == reg::kInterruptStatus || offset == reg::kInterruptEnable) irq_changed_.notify(sc_core::SC_ZERO_TIME);
    arm_watchdog();
}

void Controller::control(std::uint32_t word) {
    parts_.registers.set(reg::kControl, word & kControlEnable);
    if ((word & kControlSoftReset) != 0) return soft_reset();
    if ((word & kControlSnapshot) != 0) snapshot();
    const bool wanted = (word & kControlEnable) != 0;
    if (wanted && !enabled_) return enable();
    enabled_ = wanted;
    update_status();
}

void Controller::choose_scheduler(std::uint32_t number) {
    queue_.use(number);
    parts_.registers.set(reg::kScheduler, static_cast<std::uint32_t>(queue_.scheduler()));
    doorbell_.notify(sc_core::SC_ZERO_TIME);
}

std::uint64_t Controller::address(std::uint32_t low, std::uint32_t high) const {
    return parts_.registers.value(low) | static_cast<std::uint64_t>(parts_.registers.value(high)) << 32;
}

/// Takes the rings over, so that later writes to their registers cannot pull them away from under a command.
void Controller::enable() {
    if (halted_) return;
    const Ring ring{address(reg::kRingBaseLow, reg::kRingBaseHigh), address(reg::kCompletionBaseLow, reg::kCompletionBaseHigh),
                    parts_.registers.value(reg::kRingEntries)};
    const auto fits = [&](std::uint64_t base, std::uint64_t bytes) {
        return base % bytes == 0 && base <= UINT64_MAX - ring.entries * bytes;
    };
    const bool good = std::has_single_bit(ring.entries) && ring.entries <= kLargestRing && fits(ring.descriptors, sizeof(Descriptor)) &&
                      fits(ring.completions, sizeof(Completion));
    if (!good || serving_ || !running_.empty()) return halt(Outcome::bad_ring);
    for (const std::uint32_t counter : {reg::kHead, reg::kTail, reg::kCompleted, reg::kTaken}) parts_.registers.set(counter, 0);
    ring_ = ring;
    enabled_ = true;
    update_status();
}

void Controller::soft_reset() {
    parts_.dma.abort();
    parts_.pipeline.drop();
    running_.clear();
    queue_ = RequestQueue(config_.queue);
    in_pipeline_ = 0;
    switching_.reset();
    parts_.registers.reset();
    show_identity();
    ring_ = {};
    enabled_ = halted_ = serving_ = false;
    programmed_at_ = sc_core::SC_ZERO_TIME;
    cut_programming_short();
    power(true);
    start_server();
    update_status();
    irq_changed_.notify(sc_core::SC_ZERO_TIME);
}

void Controller::snapshot() {
    const auto show = [this](std::uint32_t low, std::uint64_t value) {
        parts_.registers.set(low, static_cast<std::uint32_t>(value));
        parts_.registers.set(low + sizeof(std::uint32_t), static_cast<std::uint32_t>(value >> 32));
    };
    const ArrayActions& arrays = parts_.arrays.done();
    show(reg::kCountCyclesLow, static_cast<std::uint64_t>(sc_time_stamp() / cycle_));
    show(reg::kCountRequestsLow, answered_);
    show(reg::kCountFailedLow, failed_);
    show(reg::kCountTokensLow, parts_.pipeline.tokens_left());
    show(reg::kCountArrayReadsLow, static_cast<std::uint64_t>(arrays.reads));
    show(reg::kCountAdcConversionsLow, static_cast<std::uint64_t>(arrays.conversions));
    show(reg::kCountDmaBytesReadLow, parts_.dma.bytes_read());
    show(reg::kCountDmaBytesWrittenLow, parts_.dma.bytes_written());
    show(reg::kCountPoweredDownCyclesLow, static_cast<std::uint64_t>(powered_down() / cycle_));
}

void Controller::update_status() {
    const auto bit = [](bool on, std::uint32_t mask) { return on ? mask : 0; };
    parts_.registers.set(reg::kStatus, bit(serving_ || !running_.empty() || parts_.pipeline.busy(), kStatusBusy) |
                                           bit(image_ != nullptr, kStatusLoaded) | bit(enabled_, kStatusEnabled) |
                                           bit(halted_, kStatusHalted) | bit(!powered_, kStatusPoweredDown) |
                                           bit(!image_ && writing_ && writing_->cut_short, kStatusUnverified));
}

void Controller::drive_irq() {
    irq.write((parts_.registers.value(reg::kInterruptStatus) & parts_.registers.value(reg::kInterruptEnable)) != 0);
}

void Controller::raise(std::uint32_t causes) {
    parts_.registers.set(reg::kInterruptStatus, parts_.registers.value(reg::kInterruptStatus) | causes);
    irq_changed_.notify(sc_core::SC_ZERO_TIME);
}

void Controller::note_error(Outcome outcome, std::uint64_t failed_address) {
    failed_ += outcome != Outcome::degraded;
    parts_.registers.set(reg::kErrorCode, static_cast<std::uint32_t>(outcome));
    parts_.registers.set(reg::kErrorAddressLow, static_cast<std::uint32_t>(failed_address));
    parts_.registers.set(reg::kErrorAddressHigh, static_cast<std::uint32_t>(failed_address >> 32));
    raise(kInterruptStatusError);
}

void Controller::halt(Outcome outcome, std::uint64_t failed_address) {
    halted_ = true;
    note_error(outcome, failed_address);
    update_status();
}

bool Controller::command_waits() const {
    const auto& registers = parts_.registers;
    const bool queued = enabled_ && registers.value(reg::kHead) != registers.value(reg::kTail) &&
                        registers.value(reg::kHead) - registers.value(reg::kTaken) < ring_.entries;
    return !halted_ && (serving_ || queued);
}

/// Grows whenever anything moves.
std::uint64_t Controller::progress() const {
    return parts_.dma.bursts() + parts_.pipeline.steps() + parts_.registers.value(reg::kCompleted);
}

void Controller::arm_watchdog() {
    const std::uint32_t period = parts_.registers.value(reg::kWatchdog);
    if (period == 0 || watching_ || !has_work()) return;
    watching_ = true;
    seen_progress_ = progress();
    watchdog_due_.notify(sc_time(period, sc_core::SC_US));
}

void Controller::watch() {
    watching_ = false;
    if (parts_.registers.value(reg::kWatchdog) == 0 || !has_work()) return;
    if (progress() != seen_progress_ || sc_time_stamp() < programmed_at_) return arm_watchdog();
    halt(Outcome::watchdog);
    raise(kInterruptStatusWatchdog);
}

void Controller::start_server() {
    sc_core::sc_spawn_options options;
    options.set_stack_size(kStackBytes);
    server_ = sc_core::sc_spawn([this] { serve(); }, sc_core::sc_gen_unique_name("server"), &options);
}

void Controller::check_replaced() const {
    if (sc_core::sc_get_current_process_handle() != server_) throw Abandoned{};
}

void Controller::serve() {
    // An exception may not cross the kernel, which would drop what it says: it is kept for whoever runs the simulation.
    try {
        check_replaced();
        for (;;) serve_next();
    } catch (const Abandoned&) {
    } catch (const sc_core::sc_unwind_exception&) {
        throw;
    } catch (...) {
        fault_ = std::current_exception();
        sc_core::sc_stop();
    }
}

void Controller::serve_next() {
    update_status();
    if (serve_pipeline()) return;
    if (may_fetch()) return fetch();
    wait(doorbell_ | parts_.pipeline.finished());
    check_replaced();
}

bool Controller::may_fetch() {
    if (!enabled_ || halted_ || queue_.full()) return false;
    const auto& registers = parts_.registers;
    const std::uint32_t head = registers.value(reg::kHead), taken = registers.value(reg::kTaken);
    if (registers.value(reg::kTail) - head > ring_.entries || registers.value(reg::kCompleted) - taken > ring_.entries) {
        halt(Outcome::ring_overrun);
        return false;
    }
    return head != registers.value(reg::kTail) && head - taken < ring_.entries;
}

void Controller::fetch() {
    serving_ = true;
    update_status();
    arm_watchdog();
    const std::uint32_t head = parts_.registers.value(reg::kHead);
    Descriptor descriptor{};
    const ScatteredMemory entry(ring_.descriptors + head % ring_.entries * sizeof(Descriptor), sizeof(Descriptor));
    const auto fetched = read(entry, 0, bytes_of(descriptor));
    if (fetched.ok()) {
        parts_.registers.set(reg::kHead, head + 1);
        execute(descriptor);
    } else {
        halt(Outcome::bus_error, fetched.failed_address);
    }
    serving_ = false;
}

void Controller::execute(const Descriptor& descriptor) {
    if (!says_what_its_command_takes(descriptor)) return complete(descriptor.tag, Outcome::bad_descriptor);
    switch (descriptor.command) {
        case Command::load_image:
            return load_image(descriptor);
        case Command::run_request:
            return run_request(descriptor);
        case Command::run_tasks:
            return run_tasks(descriptor);
        case Command::unload:
            return unload(descriptor);
        case Command::set_power:
            return set_power(descriptor);
        case Command::verify_image:
            return verify_image(descriptor);
    }
    complete(descriptor.tag, Outcome::unknown_command);
}

void Controller::complete(std::uint64_t tag, Outcome outcome, std::uint64_t failed_address) {
    const std::uint32_t completed = parts_.registers.value(reg::kCompleted);
    const auto now = static_cast<std::uint64_t>(sc_time_stamp() / sc_time(1, sc_core::SC_PS));
    Completion entry{tag, outcome, 0, now, failed_address};
    const ScatteredMemory place(ring_.completions + completed % ring_.entries * sizeof(Completion), sizeof(Completion));
    const auto written = write(place, bytes_of(entry));
    if (!written.ok()) return halt(Outcome::bus_error, written.failed_address);
    parts_.registers.set(reg::kCompleted, completed + 1);
    if (outcome != Outcome::done) note_error(outcome, failed_address);
    update_status();
    raise(kInterruptStatusCompletion);
}

}  // namespace berth::platform
