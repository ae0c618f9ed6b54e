// SPDX-License-Identifier: Apache-2.0
// What each command of the descriptor ring does.
#include "compressor/image_file.hpp"
#include "compressor/image_layout.hpp"
#include "models/core/error.hpp"
#include "platform/accelerator/controller.hpp"

#include <algorithm>
#include <cstring>
#include <functional>
#include <string_view>
#include <utility>

namespace berth::platform {
namespace {

/// An image is fetched in parts of this, so that a wrong length cannot ask for memory that no image fills.
constexpr std::uint64_t kFetchBytes = 1 << 20;

/// Runs work that wants a whole thread's stack: a kernel process has a small one.
template <class Work>
auto elsewhere(const Work& work) {
    return std::async(std::launch::async, work).get();
}

bool within_addresses(std::uint64_t address, std::uint64_t bytes) { return bytes == 0 || address <= UINT64_MAX - (bytes - 1); }

bool begins_like_an_image(std::span<const std::byte> bytes) {
    constexpr auto magic = compressor::layout::kMagic;
    return bytes.size() >= magic.size() && std::memcmp(bytes.data(), magic.data(), magic.size()) == 0;
}

}  // namespace

using sc_core::sc_time;
using sc_core::sc_time_stamp;

tlm::DmaResult Controller::read(std::uint64_t from, std::span<std::byte> to) {
    const auto result = parts_.dma.read(from, to);
    check_replaced();
    return result;
}

tlm::DmaResult Controller::write(std::uint64_t to, std::span<const std::byte> from) {
    const auto result = parts_.dma.write(to, from);
    check_replaced();
    return result;
}

/// Lets every request that was taken before come to its end.
void Controller::drain() {
    while (!running_.empty() || parts_.pipeline.busy()) {
        admit();
        std::uint64_t request = 0;
        if (parts_.pipeline.take_finished(request)) {
            answer(request);
        } else {
            wait(parts_.pipeline.finished());
            check_replaced();
        }
    }
}

/// Fetches the image, and no more than its own header says that it has: a wrong length is found there, long before the end of
/// the memory or of the host's. @return whether it is there; where it is not, the command is answered.
bool Controller::fetch_image(const Descriptor& descriptor, ImageArrival& image) {
    std::vector<std::byte> part;
    std::uint64_t announced = 0;
    for (std::uint64_t done = 0; done < descriptor.length; done += part.size()) {
        part.resize(std::min<std::uint64_t>(kFetchBytes, descriptor.length - done));
        const auto fetched = read(descriptor.address + done, part);
        if (!fetched.ok()) {
            complete(descriptor.tag, Outcome::bus_error, fetched.failed_address);
            return false;
        }
        measured(wall_.image_s, [&] { image.add(part); });
        if (announced != 0) continue;
        bool good = begins_like_an_image(image.bytes());
        try {
            announced = elsewhere([&] { return compressor::announced_bytes(image.bytes(), "weight image"); });
        } catch (const InputError&) {
            fault_ = std::current_exception();
            good = false;
        }
        if (!good || (announced != 0 && announced != descriptor.length)) {
            complete(descriptor.tag, Outcome::bad_image);
            return false;
        }
        if (announced != 0) image.expect(descriptor.length);
    }
    return true;
}

/// Has the image fetched and read. @return whether it is there; where it is not, the command is answered.
bool Controller::take_image(const Descriptor& descriptor, Fetched& fetched) {
    drain();
    if (!powered_) return complete(descriptor.tag, Outcome::powered_down), false;
    if (!within_addresses(descriptor.address, descriptor.length)) return complete(descriptor.tag, Outcome::bad_descriptor), false;
    ImageArrival arrival(known_);
    if (!fetch_image(descriptor, arrival)) return false;
    const auto bytes = arrival.bytes();
    fetched.digest = std::hash<std::string_view>{}({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    fetched.image = arrival.known();
    try {
        const Measured time(wall_.image_s);
        const auto parse = [&] { return std::make_shared<const compressor::WeightImage>(compressor::parse_image(bytes, "weight image")); };
        if (!fetched.image) fetched.image = elsewhere(parse);
    } catch (const InputError&) {
        fault_ = std::current_exception();
        return complete(descriptor.tag, Outcome::bad_image), false;
    }
    return true;
}

void Controller::load_image(const Descriptor& descriptor) {
    Fetched fetched;
    if (!take_image(descriptor, fetched)) return;
    try {
        program(fetched, 0.0, false);
    } catch (const InputError&) {
        fault_ = std::current_exception();
        return complete(descriptor.tag, Outcome::no_room);
    }
    complete(descriptor.tag, Outcome::done);
}

/// What was written before programming was cut short is read back, and the rest written. An image that is whole is read back alone.
void Controller::verify_image(const Descriptor& descriptor) {
    if (!image_ && !writing_) return complete(descriptor.tag, Outcome::no_image);
    Fetched fetched;
    if (!take_image(descriptor, fetched)) return;
    if (fetched.digest != (image_ ? digest_ : writing_->digest)) return complete(descriptor.tag, Outcome::bad_image);
    const std::set<std::uint32_t> unloaded = image_ ? unloaded_ : std::set<std::uint32_t>{};
    program(fetched, image_ ? 1.0 : writing_->share, true);
    unloaded_ = unloaded;
    complete(descriptor.tag, Outcome::done);
}

/// Until the last array is written there is no image on the chip. @param written share of each tile's arrays that hold it already.
void Controller::program(const Fetched& fetched, double written, bool read_back) {
    auto plan = measured(wall_.image_s, [&] {
        return elsewhere([&] { return std::make_shared<const ChipPlan>(make_plan(*fetched.image, config_, parts_.topology)); });
    });
    const Programming whole = measured(
        wall_.image_s, [&] { return elsewhere([&] { return programming_of(*fetched.image, plan->placement, config_, threads_); }); });
    const Programming reading = read_back ? reading_back(whole, config_) : Programming{}, rest = rest_of(whole, written, config_);
    const sc_time back(reading.time_s, sc_core::SC_SEC), length(rest.time_s, sc_core::SC_SEC);
    image_.reset();
    writing_ = Writing{fetched.digest, whole, written, written, sc_time_stamp() + back, false};
    programming_ += reading;
    programming_ += rest;
    programmed_at_ = sc_time_stamp() + back + length;
    wait(back + length);
    check_replaced();
    writing_.reset();
    digest_ = fetched.digest;
    image_ = fetched.image;
    plan_ = std::move(plan);
    unloaded_.clear();
    if (computes_) values_ = std::make_unique<Values>(image_, plan_, config_, threads_);
    parts_.pipeline.program(plan_);
}

/// The power has gone while an image was being written: of every tile the arrays up to the one at hand are whole.
void Controller::cut_programming_short() {
    if (!writing_ || writing_->cut_short) return;
    writing_->cut_short = true;
    if (sc_time_stamp() > writing_->begun) {
        const double elapsed = writing_->before * writing_->programming.time_s + (sc_time_stamp() - writing_->begun).to_seconds();
        writing_->share = std::max(writing_->before, written_share(writing_->programming, elapsed, config_));
    }
}

bool Controller::acceptable(const Descriptor& descriptor) const {
    return descriptor.task < image_->tasks.size() && !unloaded_.contains(descriptor.task) && descriptor.length > 0 &&
           descriptor.length <= static_cast<std::uint64_t>(image_->shape.positions);
}

void Controller::run_request(const Descriptor& descriptor) {
    if (!powered_) return complete(descriptor.tag, Outcome::powered_down);
    if (!image_) return complete(descriptor.tag, writing_ ? Outcome::unverified : Outcome::no_image);
    if (!acceptable(descriptor)) return complete(descriptor.tag, Outcome::bad_request);
    const auto labels = static_cast<std::uint64_t>(image_->tasks[descriptor.task].network.labels);
    if (!within_addresses(descriptor.address, 2 * descriptor.length * sizeof(std::int32_t)) ||
        !within_addresses(descriptor.result, labels * sizeof(float)))
        return complete(descriptor.tag, Outcome::bad_descriptor);
    std::vector<std::int32_t> words(2 * descriptor.length);
    const auto fetched = read(descriptor.address, std::as_writable_bytes(std::span(words)));
    if (!fetched.ok()) return complete(descriptor.tag, Outcome::bus_error, fetched.failed_address);

    const auto middle = words.begin() + static_cast<std::ptrdiff_t>(descriptor.length);
    inference::Sentence sentence{descriptor.tag, {words.begin(), middle}, {middle, words.end()}};
    const auto within = [](const std::vector<std::int32_t>& values, int limit) {
        return std::all_of(values.begin(), values.end(), [&](std::int32_t value) { return value >= 0 && value < limit; });
    };
    if (!within(sentence.ids, image_->shape.vocabulary) || !within(sentence.segments, image_->shape.segment_ids()))
        return complete(descriptor.tag, Outcome::bad_request);

    const std::uint64_t request = next_request_++;
    running_[request] = {descriptor.tag, descriptor.result, static_cast<int>(descriptor.task), static_cast<int>(descriptor.length),
                         logits_of(descriptor.task, std::move(sentence))};
    queue_.add(request, descriptor.task, descriptor.deadline_ps);
    admit();
}

/// Lets requests into the pipeline as long as it has room.
void Controller::admit() {
    while (const auto request = queue_.take(in_pipeline_, image_ ? image_->shape.layers : 0)) {
        const Running& running = running_.at(*request);
        ++in_pipeline_;
        parts_.pipeline.start(*request, running.task, running.tokens);
    }
}

/// Without values every logit is 0, at once.
std::future<std::vector<float>> Controller::logits_of(std::uint32_t task, inference::Sentence sentence) {
    if (values_) return values_->compute(task, std::move(sentence));
    std::promise<std::vector<float>> nothing;
    nothing.set_value(std::vector<float>(static_cast<std::size_t>(image_->tasks[task].network.labels), 0.0F));
    return nothing.get_future();
}

void Controller::answer(std::uint64_t request) {
    --in_pipeline_;
    admit();
    Running& running = running_.at(request);
    const std::vector<float> logits = measured(wall_.values_s, [&] { return running.logits.get(); });
    const std::uint64_t tag = running.tag;
    if (const Damage damage = parts_.pipeline.take_damage(request); damage != Damage::none) {
        running_.erase(request);
        return complete(tag, damage == Damage::network ? Outcome::network_error : Outcome::buffer_error);
    }
    const auto written = write(running.result, std::as_bytes(std::span(logits)));
    running_.erase(request);
    answered_ += written.ok();
    complete(tag, written.ok() ? Outcome::done : Outcome::bus_error, written.failed_address);
}

void Controller::unload(const Descriptor& descriptor) {
    drain();
    if (!image_) return complete(descriptor.tag, Outcome::no_image);
    if (descriptor.task == kEveryTask) {
        image_.reset();
    } else if (descriptor.task >= image_->tasks.size() || !unloaded_.insert(descriptor.task).second) {
        return complete(descriptor.tag, Outcome::bad_request);
    }
    complete(descriptor.tag, Outcome::done);
}

void Controller::set_power(const Descriptor& descriptor) {
    if (descriptor.task != kPowerOff && descriptor.task != kPowerOn) return complete(descriptor.tag, Outcome::bad_request);
    drain();
    power(descriptor.task == kPowerOn);
    complete(descriptor.tag, Outcome::done);
}

void Controller::power(bool on) {
    powered_down_ = powered_down();
    power_changed_ = sc_time_stamp();
    powered_ = on;
}

sc_time Controller::powered_down() const { return powered_ ? powered_down_ : powered_down_ + (sc_time_stamp() - power_changed_); }

}  // namespace berth::platform
