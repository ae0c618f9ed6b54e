// SPDX-License-Identifier: Apache-2.0
// What each command of the descriptor ring does.
#include "compressor/image_file.hpp"
#include "models/core/error.hpp"
#include "platform/accelerator/controller.hpp"
#include "platform/accelerator/elsewhere.hpp"
#include "platform/lost_columns.hpp"

#include <algorithm>
#include <functional>
#include <string_view>
#include <utility>

namespace berth::platform {
using sc_core::sc_time;
using sc_core::sc_time_stamp;

/// Lets requests in and out of the pipeline. @return whether there was anything to do.
bool Controller::serve_pipeline() {
    admit();
    std::uint64_t request = 0;
    if (parts_.pipeline.take_finished(request)) {
        answer(request);
        return true;
    }
    if (!switching_ || parts_.pipeline.busy()) return false;
    switch_in();
    return true;
}

/// Lets every request that was taken before come to its end.
void Controller::drain() {
    while (!running_.empty() || parts_.pipeline.busy()) {
        if (serve_pipeline()) continue;
        wait(parts_.pipeline.finished());
        check_replaced();
    }
}

/// Has the image fetched and read. @return whether it is there; where it is not, the command is answered.
bool Controller::take_image(const Descriptor& descriptor, Fetched& fetched) {
    drain();
    if (!powered_) return complete(descriptor.tag, Outcome::powered_down), false;
    auto memory = memory_at(descriptor.tag, descriptor.address, descriptor.address_entries, descriptor.length);
    if (!memory) return false;
    fetched.memory = std::move(*memory);
    ImageArrival arrival(known_);
    if (!fetch_image(descriptor, fetched.memory, arrival)) return false;
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
        image_at_ = fetched.memory.part(0, descriptor.length);
    } catch (const NoSpare&) {
        fault_ = std::current_exception();
        return complete(descriptor.tag, Outcome::no_spare);
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
    const bool whole = image_ != nullptr;
    const std::set<std::uint32_t> unloaded = whole ? unloaded_ : std::set<std::uint32_t>{};
    Residents residents = std::move(residents_);
    program(fetched, whole ? 1.0 : writing_->share, true);
    unloaded_ = unloaded;
    if (whole) residents_ = std::move(residents);
    image_at_ = fetched.memory.part(0, descriptor.length);
    complete(descriptor.tag, Outcome::done);
}

/// Until the last array is written there is no image on the chip. @param written share of each tile's arrays that hold it already.
void Controller::program(const Fetched& fetched, double written, bool read_back) {
    auto plan = measured(wall_.image_s, [&] {
        return elsewhere([&] { return std::make_shared<const ChipPlan>(make_plan(*fetched.image, config_, parts_.topology)); });
    });
    const Programming whole = measured(wall_.image_s, [&] {
        return elsewhere([&] {
            const std::size_t there = plan->in_slot.empty() ? fetched.image->tasks.size() : plan->in_slot.size();
            return programming_of(*fetched.image, without_absent_tasks(*fetched.image, plan->placement, there), config_, threads_);
        });
    });
    Repair repair = test_itself(*plan, whole);
    const Programming reading = read_back && !tests_itself(config_) ? reading_back(whole, config_) : Programming{},
                      rest = rest_of(whole, written, config_);
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
    residents_ = plan_->in_slot.empty() ? Residents() : Residents(config_.residency, plan_->in_slot.size(), image_->tasks.size());
    ways_.clear();
    repair_ = std::move(repair);
    degraded_tasks_ = repair_.whole() ? std::set<std::size_t>{} : tasks_of_lost_columns(*plan_, repair_);
    if (computes_) {
        const auto there = repair_.whole() ? image_ : without_lost_columns(*image_, repair_, config_);
        values_ = std::make_unique<Values>(there, plan_, config_, threads_);
    }
    parts_.pipeline.program(plan_);
}

/// Reads every array that the image would take, each column against a current of the test's own, so that nothing need be written and the
/// image before stays. @throws NoSpare where it finds more dead than there are spares for, and the platform is to refuse that.
Repair Controller::test_itself(const ChipPlan& plan, const Programming& whole) {
    if (!tests_itself(config_)) return {};
    const Programming reading = reading_back(whole, config_);
    const sc_time length(reading.time_s, sc_core::SC_SEC);
    programming_ += reading;
    programmed_at_ = sc_time_stamp() + length;
    wait(length);
    check_replaced();
    const auto planes = plan.planes();
    Repair repair = elsewhere([&] { return repair_of(planes, plan.placement.tiles, config_); });
    if (!repair.whole() && config_.dead_parts.policy == kRefuse) throw NoSpare(repair, config_);
    return repair;
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

std::uint64_t Controller::logit_bytes(std::size_t task) const {
    return static_cast<std::uint64_t>(image_->tasks[task].network.labels) * sizeof(float);
}

bool Controller::takes_task(std::uint32_t task) const { return task < image_->tasks.size() && !unloaded_.contains(task); }

/// The ids and segments of a request; none, and an answer, where the model does not know one of them.
std::optional<inference::Sentence> Controller::sentence_of(const Descriptor& descriptor, std::span<const std::int32_t> words) {
    const auto middle = words.begin() + static_cast<std::ptrdiff_t>(descriptor.length), end = middle + (middle - words.begin());
    inference::Sentence sentence{descriptor.tag, {words.begin(), middle}, {middle, end}};
    const auto within = [](const std::vector<std::int32_t>& values, int limit) {
        return std::all_of(values.begin(), values.end(), [&](std::int32_t value) { return value >= 0 && value < limit; });
    };
    if (within(sentence.ids, image_->shape.vocabulary) && within(sentence.segments, image_->shape.segment_ids())) return sentence;
    complete(descriptor.tag, Outcome::bad_request);
    return std::nullopt;
}

/// Whether there is a chip to ask; where not, the request is answered.
bool Controller::takes_requests(const Descriptor& descriptor) {
    if (!powered_) return complete(descriptor.tag, Outcome::powered_down), false;
    if (!image_) return complete(descriptor.tag, writing_ ? Outcome::unverified : Outcome::no_image), false;
    return true;
}

void Controller::run_request(const Descriptor& descriptor) {
    if (!takes_requests(descriptor)) return;
    if (!takes_task(descriptor.task) || !takes_length(descriptor.length)) return complete(descriptor.tag, Outcome::bad_request);
    auto result = memory_at(descriptor.tag, descriptor.result, descriptor.result_entries, logit_bytes(descriptor.task));
    if (!result) return;
    const auto words = fetch_words(descriptor, 2 * descriptor.length);
    if (!words) return;
    auto sentence = sentence_of(descriptor, *words);
    if (!sentence) return;

    const std::uint64_t request = next_request_++;
    running_[request] = {descriptor.tag, std::move(*result), static_cast<int>(descriptor.task), static_cast<int>(descriptor.length),
                         logits_of(descriptor.task, std::move(*sentence))};
    queue_.add(request, descriptor.task, descriptor.deadline_ps);
    admit();
}

/// One sentence for several tasks, whose numbers stand behind its segments.
void Controller::run_tasks(const Descriptor& descriptor) {
    if (!takes_requests(descriptor)) return;
    if (!takes_length(descriptor.length) || descriptor.task == 0 || descriptor.task > image_->tasks.size())
        return complete(descriptor.tag, Outcome::bad_request);
    const auto words = fetch_words(descriptor, 2 * descriptor.length + descriptor.task);
    if (!words) return;
    const auto list = std::span(*words).last(descriptor.task);
    std::vector<std::size_t> tasks;
    std::uint64_t result_bytes = 0;
    for (const std::int32_t task : list) {
        const bool again = std::find(tasks.begin(), tasks.end(), static_cast<std::size_t>(task)) != tasks.end();
        if (again || !takes_task(static_cast<std::uint32_t>(task))) return complete(descriptor.tag, Outcome::bad_request);
        tasks.push_back(static_cast<std::size_t>(task));
        result_bytes += logit_bytes(tasks.back());
    }
    const auto result = memory_at(descriptor.tag, descriptor.result, descriptor.result_entries, result_bytes);
    if (!result) return;
    const auto sentence = sentence_of(descriptor, *words);
    if (!sentence) return;

    const auto together = std::make_shared<Together>(Together{descriptor.tag, tasks.size(), tasks});
    const std::uint64_t first = next_request_;
    std::uint64_t offset = 0;
    for (const std::size_t task : tasks) {
        running_[next_request_++] = {descriptor.tag,
                                     result->part(offset, logit_bytes(task)),
                                     static_cast<int>(task),
                                     static_cast<int>(descriptor.length),
                                     logits_of(static_cast<std::uint32_t>(task), *sentence),
                                     together};
        offset += logit_bytes(task);
    }
    // Tasks that take turns go one by one: they need not all be on the chip at once.
    const std::size_t turns = residents_.slots() > 0 ? tasks.size() : 1;
    for (std::size_t i = 0; i < turns; ++i) queue_.add(first + i, static_cast<std::uint32_t>(tasks[i]), descriptor.deadline_ps);
    admit();
}

bool Controller::takes_length(std::uint64_t tokens) const {
    return tokens > 0 && tokens <= static_cast<std::uint64_t>(image_->shape.positions);
}

const std::vector<std::shared_ptr<const SharedWay>>& Controller::ways_of(const std::vector<std::size_t>& tasks) {
    const auto [found, fresh] = ways_.try_emplace(tasks);
    if (fresh)
        for (SharedWay& way : elsewhere([&] { return shared_ways(*image_, config_, parts_.topology, *plan_, tasks); }))
            found->second.push_back(std::make_shared<const SharedWay>(std::move(way)));
    return found->second;
}

/// Lets requests into the pipeline as long as it has room, up to one whose task is not on the chip.
void Controller::admit() {
    while (!switching_) {
        const auto request = queue_.take(in_pipeline_, image_ ? image_->shape.layers : 0);
        if (!request) return;
        ++in_pipeline_;
        if (residents_.slot_of(static_cast<std::size_t>(running_.at(*request).task)))
            start(*request);
        else
            switching_ = request;
    }
}

void Controller::start(std::uint64_t request) {
    const Running& running = running_.at(request);
    if (!running.together || residents_.slots() > 0) {
        const std::size_t slot = residents_.slot_of(static_cast<std::size_t>(running.task)).value();
        residents_.use(slot);
        return parts_.pipeline.start(request, running.task, running.tokens, slot);
    }
    const std::vector<std::size_t>& tasks = running.together->tasks;
    for (const auto& way : ways_of(tasks)) {
        std::vector<std::uint64_t> requests;
        for (const std::size_t task : way->tasks)
            requests.push_back(request + static_cast<std::uint64_t>(std::find(tasks.begin(), tasks.end(), task) - tasks.begin()));
        parts_.pipeline.start(std::move(requests), way, running.tokens);
    }
}

/// Brings the task in that a request waits for. Nothing is in the pipeline meanwhile: a delta may stand in the base's wordlines.
void Controller::switch_in() {
    const std::uint64_t request = *switching_;
    const auto fetched = bring_in(static_cast<std::size_t>(running_.at(request).task));
    switching_.reset();
    if (fetched.ok()) return start(request);
    --in_pipeline_;
    finish(request, Outcome::bus_error, fetched.failed_address);
}

/// As many bytes as the task's planes take come from where the image lies, and are written into a slot. A reset meanwhile leaves that
/// empty.
tlm::DmaResult Controller::bring_in(std::size_t task) {
    const sc_time begin = sc_time_stamp();
    const std::size_t slot = residents_.vacate();
    std::uint64_t bits = 0;
    for (const auto& placed : plan_->placement.planes)
        if (placed.plane.owner == image_->tasks[task].name)
            bits += static_cast<std::uint64_t>(placed.plane.inputs) * static_cast<std::uint64_t>(placed.plane.outputs) *
                    static_cast<std::uint64_t>(placed.plane.magnitude_bits + 1);
    std::vector<std::byte> part;
    const std::uint64_t bytes = std::min(image_at_.bytes(), (bits + 7) / 8);
    for (std::uint64_t done = 0; done < bytes; done += part.size()) {
        part.resize(std::min(kFetchBytes, bytes - done));
        const auto fetched = read(image_at_, done, part);
        if (!fetched.ok()) return fetched;
    }
    const Programming written = elsewhere([&] {
        mapping::Placement there = plan_->placement;
        there.planes = plan_->slot_planes[slot];
        return programming_of_task(*image_, there, config_, task, threads_);
    });
    switches_.fetch_s += (sc_time_stamp() - begin).to_seconds();
    switches_.bytes += bytes;
    switches_.written += written;
    ++switches_.count;
    const sc_time length(written.time_s, sc_core::SC_SEC);
    programmed_at_ = sc_time_stamp() + length;
    wait(length);
    check_replaced();
    residents_.settle(slot, task);
    switches_.most_programmed = std::max(switches_.most_programmed, residents_.most_programmed());
    return {};
}

/// Without values every logit is 0, at once.
std::future<std::vector<float>> Controller::logits_of(std::uint32_t task, inference::Sentence sentence) {
    if (values_) return values_->compute(task, std::move(sentence));
    std::promise<std::vector<float>> nothing;
    nothing.set_value(std::vector<float>(static_cast<std::size_t>(image_->tasks[task].network.labels), 0.0F));
    return nothing.get_future();
}

void Controller::answer(std::uint64_t request) {
    Running& running = running_.at(request);
    const bool in_group = running.together && residents_.slots() == 0;
    if (!in_group || running.together->unanswered == 1) --in_pipeline_;
    admit();
    const std::vector<float> logits = measured(wall_.values_s, [&] { return running.logits.get(); });
    if (const Damage damage = parts_.pipeline.take_damage(request); damage != Damage::none)
        return finish(request, damage == Damage::network ? Outcome::network_error : Outcome::buffer_error, 0);
    const auto written = write(running.result, std::as_bytes(std::span(logits)));
    answered_ += written.ok();
    finish(request, written.ok() ? Outcome::done : Outcome::bus_error, written.failed_address);
}

/// Forgets a request, and completes it where it is not one of several that go on.
void Controller::finish(std::uint64_t request, Outcome outcome, std::uint64_t failed_address) {
    const Running running = std::move(running_.extract(request).mapped());
    if (outcome == Outcome::done && degraded_tasks_.contains(static_cast<std::size_t>(running.task))) {
        outcome = Outcome::degraded;
        ++degraded_;
    }
    Together alone{running.tag, 1, {}};
    Together& together = running.together ? *running.together : alone;
    // A result that is not there says more than one that is degraded.
    if (outcome != Outcome::done && (together.outcome == Outcome::done || together.outcome == Outcome::degraded)) {
        together.outcome = outcome;
        together.failed_address = failed_address;
    }
    if (--together.unanswered == 0) complete(together.tag, together.outcome, together.failed_address);
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
