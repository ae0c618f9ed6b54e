// SPDX-License-Identifier: Apache-2.0
#include "platform/accelerator/pipeline.hpp"

#include "platform/accelerator/wall_times.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

namespace berth::platform {

using sc_core::sc_time;
using sc_core::sc_time_stamp;

Pipeline::Pipeline(const sc_core::sc_module_name& name, const sc_time& cycle, int port_bits, std::function<Tile&(int)> tile,
                   interconnect::Network& network, Arrays& arrays)
    : sc_module(name),
      tile_(std::move(tile)),
      network_(network),
      arrays_(arrays),
      cycle_(cycle),
      port_bytes_(static_cast<std::uint64_t>(std::max(1, port_bits / 8))),
      steps_("steps") {
    SC_HAS_PROCESS(Pipeline);
    SC_METHOD(advance);
    sensitive << steps_.due();
    dont_initialize();
}

void Pipeline::program(std::shared_ptr<const ChipPlan> plan) {
    if (busy()) throw std::logic_error("an image was programmed while tokens were under way");
    plan_ = std::move(plan);
    arrays_.program(plan_->planes());
    clocks_.assign(plan_->tasks.empty() ? 0 : plan_->tasks.front().stages.size(), {});
    attention_clocks_.assign(static_cast<std::size_t>(plan_->shape.layers), {});
    for (auto* clocks : {&clocks_, &attention_clocks_})
        for (StageClock& clock : *clocks) clock.begin(sc_time_stamp());
}

Pipeline::Sentence& Pipeline::open(std::vector<std::uint64_t> requests, const TaskPlan& plan, int tokens, int coming) {
    auto& sentence = sentences_[next_sentence_] = std::make_unique<Sentence>();
    sentence->number = next_sentence_++;
    sentence->requests = std::move(requests);
    sentence->plan = &plan;
    sentence->tokens = tokens;
    sentence->coming = coming;
    sentence->damage = std::make_shared<Damage>(Damage::none);
    sentence->joined.assign(static_cast<std::size_t>(plan_->shape.layers), 0);
    return *sentence;
}

void Pipeline::start(std::uint64_t request, int task, int tokens, std::size_t slot) {
    let_in(open({request}, plan_->way(static_cast<std::size_t>(task), slot), tokens, tokens));
}

void Pipeline::start(std::vector<std::uint64_t> requests, std::shared_ptr<const SharedWay> way, int tokens) {
    Sentence& sentence = open(std::move(requests), plan_->tasks.at(way->tasks.front()), tokens, tokens);
    sentence.way = way.get();
    sentence.whole = std::move(way);
    let_in(sentence);
}

void Pipeline::let_in(Sentence& sentence) {
    tokens_entered_ += static_cast<std::uint64_t>(sentence.tokens) * sentence.requests.size();
    const std::uint64_t bytes =
        static_cast<std::uint64_t>(plan_->shape.embedding_tables()) * static_cast<std::uint64_t>(plan_->shape.hidden);
    const sc_time read = static_cast<double>((bytes + port_bytes_ - 1) / port_bytes_) * cycle_;
    for (int token = 0; token < sentence.tokens; ++token) {
        const sc_time done = embedding_memory_.serve(sc_time_stamp(), read) + read;
        embedding_bytes_ += bytes;
        steps_.push({&sentence, token, 0, Phase::embed}, done - sc_time_stamp());
    }
}

void Pipeline::drop() {
    tokens_dropped_ += tokens_inside();
    steps_.clear();
    sentences_.clear();
    finished_.clear();
    damaged_.clear();
    finished_event_.notify(sc_core::SC_ZERO_TIME);
}

/// A span of a tile's part, from being asked for until it is through.
void Pipeline::show(int tile, const char* part, const sc_time& asked, const sc_time& through) {
    if (trace_) trace_->span("tiles", "tile " + std::to_string(tile) + " " + part, sc_time_stamp() + asked, sc_time_stamp() + through);
}

void Pipeline::note(const Step& step, bool whole, Damage damage) {
    if (!whole && *step.sentence->damage == Damage::none) *step.sentence->damage = damage;
}

Damage Pipeline::take_damage(std::uint64_t request) {
    const auto found = damaged_.extract(request);
    return found ? found.mapped() : Damage::none;
}

bool Pipeline::take_finished(std::uint64_t& request) {
    if (finished_.empty()) return false;
    request = finished_.front();
    finished_.pop_front();
    return true;
}

/// Tokens take turns on the copies of a stage; those of a sentence for several tasks keep to the first, where their deltas are.
const StagePlan& Pipeline::stage_of(const Step& step) const {
    const StagePlan& stage = step.sentence->plan->stages[static_cast<std::size_t>(step.stage)];
    return step.sentence->whole ? stage : stage.of(step.token);
}

void Pipeline::follow(const Step& step, Phase phase, const sc_time& delay, int stages) {
    steps_.push({step.sentence, step.token, step.stage + stages, phase}, delay);
}

std::uint64_t Pipeline::tokens_inside() const {
    std::uint64_t sum = 0;
    for (const auto& [number, sentence] : sentences_) sum += static_cast<std::uint64_t>(sentence->coming) * sentence->requests.size();
    return sum;
}

std::vector<StageTimes> Pipeline::stage_times(const sc_time& end) const {
    std::vector<StageTimes> list;
    for (std::size_t i = 0; i < clocks_.size(); ++i) {
        list.push_back(clocks_[i].until(end, plan_->tasks.front().stages[i].name));
        const std::size_t layer = i / kStagesPerLayer;
        if (layer < attention_clocks_.size() && static_cast<Stage>(i % kStagesPerLayer) == Stage::query_key_value)
            list.push_back(attention_clocks_[layer].until(end, "layer." + std::to_string(layer) + ".attention"));
    }
    return list;
}

void Pipeline::advance() {
    const Measured time(wall_s_);
    Step step{};
    while (steps_.pop(step)) {
        ++steps_taken_;
        if (trace_) trace_->of(step.sentence->requests.front(), step.token);
        take(step);
    }
    if (trace_) trace_->of_nobody();
}

void Pipeline::take(const Step& step) {
    switch (step.phase) {
        case Phase::embed:
            return embed(step);
        case Phase::depart:
            return depart(step);
        case Phase::multiply:
            return multiply(step);
        case Phase::narrow:
            return narrow(step);
        case Phase::widen:
            return widen(step);
        case Phase::collect:
            return collect(step);
        case Phase::make:
            return make(step);
        case Phase::join:
            return join(step);
        case Phase::attend:
            return attend(step);
        case Phase::leave:
            return leave(step);
    }
}

/// The token's three rows have been read: they go to the first home, whose digital unit adds and normalises them.
void Pipeline::embed(const Step& step) {
    const TaskPlan& plan = *step.sentence->plan;
    sc_time delay;
    note(step, network_.multicast(plan.embedding, delay), Damage::network);
    const sc_time there = delay;
    tile_(plan.stages.front().home).digital.work(plan.embedding_work, delay);
    show(plan.stages.front().home, "digital", there, delay);
    follow(step, Phase::depart, delay);
}

/// A stage's vector was made at its home: into the buffer, and out again to every tile that wants it.
void Pipeline::depart(const Step& step) {
    const StagePlan& stage = stage_of(step);
    sc_time delay;
    auto& buffer = tile_(stage.home).buffer;
    buffer.write(static_cast<std::uint64_t>(stage.input_bytes), delay);
    note(step, buffer.read(static_cast<std::uint64_t>(stage.input_bytes), delay), Damage::buffer);
    show(stage.home, "buffer", {}, delay);
    if (stage.residual_home >= 0) {
        sc_time aside = delay;
        note(step, network_.multicast(stage.residual, aside), Damage::network);
        tile_(stage.residual_home).buffer.write(static_cast<std::uint64_t>(stage.residual_bytes), aside);
    }
    note(step, network_.multicast(parts(step) ? step.sentence->way->multicast : stage.multicast, delay), Damage::network);
    steps_.push({step.sentence, step.token, step.stage, Phase::multiply, sc_time_stamp()}, delay);
}

sc_time Pipeline::read(const Step& step, std::span<const int> tiles, std::int64_t bytes, std::span<const int> planes,
                       const ArrayActions& actions, StageClock* clock) {
    sc_time latest;
    for (const int tile : tiles) {
        sc_time delay;
        tile_(tile).bus.transfer(static_cast<std::uint64_t>(bytes), delay);
        latest = std::max(latest, delay);
    }
    const sc_time ready = sc_time_stamp() + latest, begin = arrays_.multiply(planes, actions, latest);
    if (clock) clock->take(step.departed, ready, begin, arrays_.reading(), arrays_.converting());
    if (trace_) trace_->span("stages", stage_of(step).name, begin, sc_time_stamp() + latest);
    return latest;
}

/// The vector is at the tiles of the matrices.
void Pipeline::multiply(const Step& step) {
    if (parts(step)) return part(step);
    const StagePlan& stage = stage_of(step);
    sc_time delay = read(step, stage.tiles, stage.input_bytes, stage.planes, stage.actions, &clocks_[static_cast<std::size_t>(step.stage)]);
    sc_time aside;
    tile_(stage.home).digital.work(stage.low_rank.down_work, aside);
    delay = std::max(delay, aside);
    follow(step, stage.low_rank.empty() ? Phase::collect : Phase::narrow, delay);
}

bool Pipeline::parts(const Step& step) {
    const SharedWay* way = step.sentence->way;
    return way && !way->branches.empty() && way->parts_at == static_cast<std::size_t>(step.stage);
}

void Pipeline::open_branches(Sentence& sentence) {
    const SharedWay& way = *sentence.way;
    // Behind the last layer only the first token, [CLS], is still there.
    const int coming = way.parts_at + 1 == sentence.plan->stages.size() ? 1 : sentence.tokens;
    for (const SharedWay::Branch& branch : way.branches) {
        std::vector<std::uint64_t> requests;
        for (const std::size_t task : branch.way.tasks)
            requests.push_back(
                sentence.requests[static_cast<std::size_t>(std::find(way.tasks.begin(), way.tasks.end(), task) - way.tasks.begin())]);
        Sentence& other = open(std::move(requests), plan_->tasks[branch.way.tasks.front()], sentence.tokens, coming);
        other.damage = sentence.damage;
        other.whole = sentence.whole;
        other.way = &branch.way;
        other.branch = &branch;
        other.branched_at = way.parts_at;
        sentence.branches.push_back(&other);
    }
    // A token counts where it will leave: from now on those that are still to come are the branches'.
    sentence.coming -= coming;
    sentence.parting = coming;
}

/// The vector is at the tiles of the matrices of several tasks, which part here: the base and the first task's delta take it, and every
/// other task's delta beside them, or behind them where that stands behind the same converters.
void Pipeline::part(const Step& step) {
    Sentence& sentence = *step.sentence;
    if (sentence.branches.empty()) open_branches(sentence);
    sc_time base;
    for (Sentence* other : sentence.branches) {
        const Step own{other, step.token, step.stage, step.phase, step.departed};
        const SharedWay::Branch& branch = *other->branch;
        const StagePlan& stage = stage_of(own);
        const bool first = other == sentence.branches.front();
        StageClock* clock = first ? &clocks_[static_cast<std::size_t>(step.stage)] : nullptr;
        sc_time delay = branch.planes.empty() ? base : read(own, branch.tiles, stage.input_bytes, branch.planes, branch.actions, clock);
        if (first) base = delay;
        sc_time aside;
        tile_(stage.home).digital.work(stage.low_rank.down_work, aside);
        delay = std::max({base, delay, aside});
        follow(own, stage.low_rank.empty() ? Phase::collect : Phase::narrow, delay);
    }
    --sentence.parting;
    close_if_done(sentence);
}

/// The sums of the low-rank delta's first factors are at the home tile, or meet there; it makes the middle vector.
void Pipeline::narrow(const Step& step) {
    const StagePlan& stage = stage_of(step);
    sc_time delay;
    if (!stage.low_rank.digital()) note(step, network_.gather(stage.low_rank.meet, delay), Damage::network);
    tile_(stage.home).digital.work(stage.low_rank.middle_work, delay);
    note(step, network_.multicast(stage.low_rank.spread, delay), Damage::network);
    follow(step, Phase::widen, delay);
}

/// The middle vector is at the tiles of the second factors; the base's sums wait in the output registers.
void Pipeline::widen(const Step& step) {
    const StagePlan& stage = stage_of(step);
    const auto& low_rank = stage.low_rank;
    sc_time delay;
    if (low_rank.digital())
        tile_(stage.next_home).digital.work(low_rank.up_work, delay);
    else
        delay = read(step, low_rank.tiles, low_rank.middle_bytes, low_rank.planes, low_rank.actions, nullptr);
    follow(step, Phase::collect, delay);
}

/// The partial sums are out: they meet where the next vector is made.
void Pipeline::collect(const Step& step) {
    sc_time delay;
    const Sentence& sentence = *step.sentence;
    const bool parted_here = sentence.branch && sentence.branched_at == static_cast<std::size_t>(step.stage);
    const interconnect::Tree& sums = parted_here ? sentence.branch->gather : stage_of(step).gather;
    if (!sums.steps.empty()) note(step, network_.gather(sums, delay), Damage::network);
    if (const auto& low_rank = stage_of(step).low_rank; !low_rank.digital())
        note(step, network_.gather(low_rank.gather, delay), Damage::network);
    follow(step, Phase::make, delay);
}

/// The digital unit makes the next vector, and the token goes on, to its sentence's attention or out of the chip.
void Pipeline::make(const Step& step) {
    const StagePlan& stage = stage_of(step);
    sc_time delay;
    Tile& tile = tile_(stage.next_home);
    if (stage.added_bytes > 0) note(step, tile.buffer.read(static_cast<std::uint64_t>(stage.added_bytes), delay), Damage::buffer);
    const sc_time there = delay;
    tile.digital.work(stage.work, delay);
    show(stage.next_home, "digital", there, delay);
    const auto kind = static_cast<Stage>(step.stage % kStagesPerLayer);
    const bool last_of_encoder = step.stage + 2 == static_cast<int>(step.sentence->plan->stages.size());
    if (is_pooler(step)) {
        note(step, network_.multicast(step.sentence->plan->logits, delay), Damage::network);
        return follow(step, Phase::leave, delay);
    }
    if (kind == Stage::query_key_value) return follow(step, Phase::join, delay);
    // Only the first token's vector, [CLS], is classified.
    if (last_of_encoder && step.token != 0) return follow(step, Phase::leave, delay);
    follow(step, Phase::depart, delay, 1);
}

/// A token's query, key and value are made: into the buffer. The last token of the sentence sets attention going.
void Pipeline::join(const Step& step) {
    const StagePlan& stage = stage_of(step);
    sc_time delay;
    tile_(stage.next_home).buffer.write(static_cast<std::uint64_t>(stage.result_bytes), delay);
    int& joined = step.sentence->joined[static_cast<std::size_t>(step.stage / kStagesPerLayer)];
    if (++joined == step.sentence->tokens) steps_.push({step.sentence, 0, step.stage, Phase::attend}, delay);
}

/// One query against all keys and values of its sentence; the next query follows when the multipliers are free.
void Pipeline::attend(const Step& step) {
    const Sentence& sentence = *step.sentence;
    Tile& tile = tile_(stage_of(step).next_home);
    const auto rows = static_cast<std::uint64_t>(1 + 2 * sentence.tokens);
    sc_time delay;
    note(step, tile.buffer.read(rows * static_cast<std::uint64_t>(plan_->shape.hidden), delay), Damage::buffer);
    const sc_time read = sc_time_stamp() + delay;
    const sc_time products = tile.digital.work(attention_work(plan_->shape, sentence.tokens), delay);
    attention_clocks_[static_cast<std::size_t>(step.stage / kStagesPerLayer)].take(sc_time_stamp(), read, read, products - read, {});
    if (trace_)
        trace_->span("stages", "layer." + std::to_string(step.stage / kStagesPerLayer) + ".attention", read, sc_time_stamp() + delay);
    follow(step, Phase::depart, delay, 1);
    if (step.token + 1 < sentence.tokens)
        steps_.push({step.sentence, step.token + 1, step.stage, Phase::attend}, products - sc_time_stamp());
}

void Pipeline::leave(const Step& step) {
    Sentence& sentence = *step.sentence;
    if (step.token == 0) {
        finished_.push_back(sentence.requests.front());
        if (*sentence.damage != Damage::none) damaged_[sentence.requests.front()] = *sentence.damage;
        finished_event_.notify(sc_core::SC_ZERO_TIME);
    }
    tokens_left_ += sentence.requests.size();
    --sentence.coming;
    close_if_done(sentence);
}

void Pipeline::close_if_done(const Sentence& sentence) {
    if (sentence.coming > 0 || sentence.parting > 0) return;
    if (const SharedWay* way = sentence.way; way && !way->branches.empty() && sentence.branches.empty()) return;
    sentences_.erase(sentence.number);
    if (sentences_.empty()) finished_event_.notify(sc_core::SC_ZERO_TIME);
}

}  // namespace berth::platform
