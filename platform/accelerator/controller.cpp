// SPDX-License-Identifier: Apache-2.0
#include "platform/accelerator/controller.hpp"

#include "compressor/image_file.hpp"
#include "models/core/error.hpp"

#include <algorithm>
#include <future>
#include <span>
#include <utility>
#include <vector>

namespace berth::platform {
namespace {

/// An image is fetched in parts of this, so that a wrong length cannot ask for memory that no image fills.
constexpr std::uint64_t kFetchBytes = 1 << 20;

constexpr int kStackBytes = 1 << 18;

template <class T>
std::span<std::byte> bytes_of(T& value) {
    return std::as_writable_bytes(std::span(&value, 1));
}

/// Runs work that wants a whole thread's stack: a kernel process has a small one.
template <class Work>
auto elsewhere(const Work& work) {
    return std::async(std::launch::async, work).get();
}

}  // namespace

Controller::Controller(const sc_core::sc_module_name& name, const PlatformConfig& config, const interconnect::Mesh& mesh, int threads,
                       tlm::RegisterBank& registers, tlm::Dma& dma, Pipeline& pipeline)
    : sc_module(name), irq("irq"), config_(config), mesh_(mesh), threads_(threads), registers_(registers), dma_(dma), pipeline_(pipeline) {
    registers_.set(reg::kCapability, static_cast<std::uint32_t>(config.hierarchy.tiles));
    registers_.on_write([this](std::uint32_t offset, std::uint32_t) { written(offset); });
    SC_HAS_PROCESS(Controller);
    SC_THREAD(serve);
    set_stack_size(kStackBytes);
    SC_METHOD(drive_irq);
    sensitive << irq_changed_;
    dont_initialize();
}

void Controller::written(std::uint32_t offset) {
    if (offset == reg::kTail) doorbell_.notify(sc_core::SC_ZERO_TIME);
    if (offset == reg::kInterruptCause || offset == reg::kInterruptEnable) irq_changed_.notify(sc_core::SC_ZERO_TIME);
}

void Controller::drive_irq() { irq.write((registers_.value(reg::kInterruptCause) & registers_.value(reg::kInterruptEnable)) != 0); }

std::uint64_t Controller::address(std::uint32_t low, std::uint32_t high) const {
    return registers_.value(low) | static_cast<std::uint64_t>(registers_.value(high)) << 32;
}

void Controller::update_status() { registers_.set(reg::kStatus, (pipeline_.busy() ? kStatusBusy : 0) | (plan_ ? kStatusLoaded : 0)); }

void Controller::serve() {
    // An exception may not cross the kernel, which would drop what it says: it is kept for whoever runs the simulation.
    try {
        serve_commands();
    } catch (...) {
        fault_ = std::current_exception();
        sc_core::sc_stop();
    }
}

void Controller::serve_commands() {
    for (;;) {
        update_status();
        std::uint64_t request = 0;
        if (pipeline_.take_finished(request))
            answer(request);
        else if (registers_.value(reg::kHead) != registers_.value(reg::kTail) && registers_.value(reg::kRingEntries) != 0)
            fetch();
        else
            wait(doorbell_ | pipeline_.finished());
    }
}

void Controller::fetch() {
    const std::uint32_t head = registers_.value(reg::kHead);
    const std::uint64_t at =
        address(reg::kRingBaseLow, reg::kRingBaseHigh) + head % registers_.value(reg::kRingEntries) * sizeof(Descriptor);
    Descriptor descriptor{};
    const auto fetched = dma_.read(at, bytes_of(descriptor));
    registers_.set(reg::kHead, head + 1);
    if (!fetched.ok()) return complete(0, Outcome::bus_error, fetched.failed_address);
    if (descriptor.command == Command::load_image) return load_image(descriptor);
    if (descriptor.command == Command::run_request) return run_request(descriptor);
    complete(descriptor.tag, Outcome::unknown_command);
}

void Controller::load_image(const Descriptor& descriptor) {
    while (pipeline_.busy()) wait(pipeline_.finished());
    std::vector<std::byte> bytes;
    while (bytes.size() < descriptor.length) {
        const std::size_t done = bytes.size();
        bytes.resize(done + std::min<std::uint64_t>(kFetchBytes, descriptor.length - done));
        const auto fetched = dma_.read(descriptor.address + done, std::span(bytes).subspan(done));
        if (!fetched.ok()) return complete(descriptor.tag, Outcome::bus_error, fetched.failed_address);
    }
    std::shared_ptr<const compressor::WeightImage> image;
    try {
        image = elsewhere([&] { return std::make_shared<const compressor::WeightImage>(compressor::parse_image(bytes, "weight image")); });
    } catch (const InputError&) {
        fault_ = std::current_exception();
        return complete(descriptor.tag, Outcome::bad_image);
    }
    bytes = {};
    try {
        program(std::move(image));
    } catch (const InputError&) {
        fault_ = std::current_exception();
        return complete(descriptor.tag, Outcome::no_room);
    }
    complete(descriptor.tag, Outcome::done);
}

/// Every tile has one set of write drivers, so its arrays are programmed one after the other, and the tiles at once.
void Controller::program(std::shared_ptr<const compressor::WeightImage> image) {
    auto plan = elsewhere([&] { return std::make_shared<const ChipPlan>(make_plan(*image, config_, mesh_)); });
    const std::int64_t arrays = plan->placement.arrays;
    const auto tile_arrays = std::int64_t{config_.hierarchy.arrays_per_ima} * config_.hierarchy.imas_per_tile;
    programming_.arrays += arrays;
    programming_.energy_j += static_cast<double>(arrays) * config_.inventory.energy("tile.ima.array", "write");
    const double seconds = static_cast<double>(std::min(arrays, tile_arrays * plan->placement.deepest)) * config_.timing.array_write_s;
    programming_.time_s += seconds;
    wait(sc_core::sc_time(seconds, sc_core::SC_SEC));
    image_ = std::move(image);
    plan_ = std::move(plan);
    values_ = std::make_unique<Values>(image_, config_, threads_);
    pipeline_.program(plan_);
}

bool Controller::acceptable(const Descriptor& descriptor) const {
    return descriptor.task < image_->tasks.size() && descriptor.length > 0 &&
           descriptor.length <= static_cast<std::uint64_t>(image_->shape.positions);
}

void Controller::run_request(const Descriptor& descriptor) {
    if (!image_) return complete(descriptor.tag, Outcome::no_image);
    if (!acceptable(descriptor)) return complete(descriptor.tag, Outcome::bad_request);
    std::vector<std::int32_t> words(2 * descriptor.length);
    const auto fetched = dma_.read(descriptor.address, std::as_writable_bytes(std::span(words)));
    if (!fetched.ok()) return complete(descriptor.tag, Outcome::bus_error, fetched.failed_address);

    const auto middle = words.begin() + static_cast<std::ptrdiff_t>(descriptor.length);
    inference::Sentence sentence{descriptor.tag, {words.begin(), middle}, {middle, words.end()}};
    const auto within = [](const std::vector<std::int32_t>& values, int limit) {
        return std::all_of(values.begin(), values.end(), [&](std::int32_t value) { return value >= 0 && value < limit; });
    };
    if (!within(sentence.ids, image_->shape.vocabulary) || !within(sentence.segments, image_->shape.segments))
        return complete(descriptor.tag, Outcome::bad_request);

    const std::uint64_t request = next_request_++;
    running_[request] = {descriptor.tag, descriptor.result, values_->compute(descriptor.task, std::move(sentence))};
    pipeline_.start(request, static_cast<int>(descriptor.task), static_cast<int>(descriptor.length));
}

void Controller::answer(std::uint64_t request) {
    auto entry = running_.extract(request);
    Running& running = entry.mapped();
    const std::vector<float> logits = running.logits.get();
    const auto written = dma_.write(running.result, std::as_bytes(std::span(logits)));
    complete(running.tag, written.ok() ? Outcome::done : Outcome::bus_error, written.failed_address);
}

void Controller::complete(std::uint64_t tag, Outcome outcome, std::uint64_t failed_address) {
    const std::uint32_t completed = registers_.value(reg::kCompleted);
    const auto now = static_cast<std::uint64_t>(sc_core::sc_time_stamp() / sc_core::sc_time(1, sc_core::SC_PS));
    Completion entry{tag, outcome, 0, now, failed_address};
    const std::uint64_t at = address(reg::kCompletionBaseLow, reg::kCompletionBaseHigh) +
                             completed % std::max(1u, registers_.value(reg::kRingEntries)) * sizeof(Completion);
    const auto written = dma_.write(at, bytes_of(entry));
    if (!written.ok()) {
        outcome = Outcome::bus_error;
        failed_address = written.failed_address;
    }
    registers_.set(reg::kCompleted, completed + 1);
    std::uint32_t cause = registers_.value(reg::kInterruptCause) | kInterruptCompletion;
    if (outcome != Outcome::done) {
        cause |= kInterruptError;
        registers_.set(reg::kErrorCode, static_cast<std::uint32_t>(outcome));
        registers_.set(reg::kErrorAddressLow, static_cast<std::uint32_t>(failed_address));
        registers_.set(reg::kErrorAddressHigh, static_cast<std::uint32_t>(failed_address >> 32));
    }
    registers_.set(reg::kInterruptCause, cause);
    update_status();
    irq_changed_.notify(sc_core::SC_ZERO_TIME);
}

}  // namespace berth::platform
