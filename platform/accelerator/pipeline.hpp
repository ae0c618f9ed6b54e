// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/occupancy.hpp"
#include "models/interconnect/network.hpp"
#include "models/tlm/timed_queue.hpp"
#include "platform/accelerator/arrays.hpp"
#include "platform/accelerator/plan.hpp"
#include "platform/accelerator/shared_way.hpp"
#include "platform/accelerator/stage_clock.hpp"
#include "platform/accelerator/tile.hpp"
#include "platform/accelerator/trace.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <systemc>
#include <vector>

namespace berth::platform {

/// What was lost of a request's vectors, beyond what codes can mend: its logits are not to be believed.
enum class Damage { none, network, buffer };

/// Moves tokens through the chip: weight-stationary, token by token, each part serving tokens in the order in which they
/// come, several sentences and tasks at once. At a stage a token's vector leaves the home buffer for the arrays, is
/// multiplied, the partial sums meet, and the digital unit makes the next vector: four events a token and stage, however
/// large the arrays. Attention waits for all tokens of the sentence; then its queries go one after the other.
/// Buffers are taken to have room; every other resource is occupied. Moves time and counts; values come from elsewhere.
class Pipeline : public sc_core::sc_module {
public:
    /// `tile` gives a tile by its number.
    Pipeline(const sc_core::sc_module_name& name, const sc_core::sc_time& cycle, int port_bits, std::function<Tile&(int)> tile,
             interconnect::Network& network, Arrays& arrays);

    /// Takes a new image's plan. No token may be under way.
    void program(std::shared_ptr<const ChipPlan> plan);

    /// Lets the tokens of a sentence in. `request` names it until it is finished.
    /// @param slot of the task, where tasks take turns.
    void start(std::uint64_t request, int task, int tokens, std::size_t slot = 0);

    /// The same of a sentence that several tasks are asked for. `requests` names their answers, in the order of the way's tasks; they leave
    /// one by one.
    void start(std::vector<std::uint64_t> requests, std::shared_ptr<const SharedWay> way, int tokens);

    /// Forgets every token and every finished request. What the parts have begun they end: they stay occupied until then.
    void drop();

    /// The next request whose logits have left the chip, in the order in which they did.
    bool take_finished(std::uint64_t& request);
    /// What befell a finished request; asked once.
    [[nodiscard]] Damage take_damage(std::uint64_t request);
    [[nodiscard]] const sc_core::sc_event& finished() const { return finished_event_; }

    /// Whether any token is under way, those of finished requests included: the last layer works on all of a sentence.
    [[nodiscard]] bool busy() const { return !sentences_.empty(); }

    [[nodiscard]] std::uint64_t embedding_bytes() const { return embedding_bytes_; }
    [[nodiscard]] std::uint64_t tokens_entered() const { return tokens_entered_; }
    [[nodiscard]] std::uint64_t tokens_left() const { return tokens_left_; }
    [[nodiscard]] std::uint64_t tokens_dropped() const { return tokens_dropped_; }
    [[nodiscard]] std::uint64_t steps() const { return steps_taken_; }  ///< of tokens, from one part to the next

    /// Has the tokens that have come and gone among a file's waves.
    void add_waves(sc_core::sc_trace_file* file, const std::string& prefix) const {
        sc_core::sc_trace(file, tokens_entered_, prefix + "tokens_entered");
        sc_core::sc_trace(file, tokens_left_, prefix + "tokens_left");
    }

    /// Tokens under way; one that several tasks are asked for counts for each.
    [[nodiscard]] std::uint64_t tokens_inside() const;

    /// How every stage's arrays, and every attention's multipliers, spent the time from the image's readiness to `end`.
    [[nodiscard]] std::vector<StageTimes> stage_times(const sc_core::sc_time& end) const;

    [[nodiscard]] double wall_s() const { return wall_s_; }  ///< of the host's time in steps

    /// Where spans of the stages go; null for none.
    void trace(Trace* trace) { trace_ = trace; }

private:
    struct Sentence {
        std::uint64_t number = 0;
        std::vector<std::uint64_t> requests;  ///< of each task that is asked
        const TaskPlan* plan = nullptr;
        int tokens = 0;
        int coming = 0;                    ///< tokens that have not left and not gone on in the branches
        std::vector<int> joined;           ///< by layer: tokens whose query, key and value lie at the attention's tile
        std::shared_ptr<Damage> damage{};  ///< of all that is asked for this sentence
        std::shared_ptr<const SharedWay> whole{};
        const SharedWay* way = nullptr;             ///< where there is more than one request
        const SharedWay::Branch* branch = nullptr;  ///< of the sentence that this one comes from, where it comes from one
        std::size_t branched_at = 0;                ///< the stage
        std::vector<Sentence*> branches{};          ///< once the first token has parted
        int parting = 0;                            ///< tokens that will go on in the branches and have not come to where they part
    };
    enum class Phase { embed, depart, multiply, narrow, widen, collect, make, join, attend, leave };
    struct Step {
        Sentence* sentence;
        int token;
        int stage;
        Phase phase;
        sc_core::sc_time departed{};  ///< when the stage's vector was made
    };

    Sentence& open(std::vector<std::uint64_t> requests, const TaskPlan& plan, int tokens, int coming);
    void let_in(Sentence& sentence);
    void close_if_done(const Sentence& sentence);

    void advance();
    void take(const Step& step);
    void embed(const Step& step);
    void depart(const Step& step);
    void multiply(const Step& step);
    void part(const Step& step);
    void narrow(const Step& step);
    void widen(const Step& step);
    void collect(const Step& step);
    void make(const Step& step);
    void join(const Step& step);
    void attend(const Step& step);
    void leave(const Step& step);

    /// Over the tiles' buses into the input registers, and through the arrays. @return the delay until the sums are out.
    sc_core::sc_time read(const Step& step, std::span<const int> tiles, std::int64_t bytes, std::span<const int> planes,
                          const ArrayActions& actions, StageClock* clock);
    void show(int tile, const char* part, const sc_core::sc_time& asked, const sc_core::sc_time& through);
    /// Keeps that something of the step's vector was lost.
    static void note(const Step& step, bool whole, Damage damage);
    void follow(const Step& step, Phase phase, const sc_core::sc_time& delay, int stages = 0);
    [[nodiscard]] const StagePlan& stage_of(const Step& step) const;
    [[nodiscard]] static bool parts(const Step& step);
    void open_branches(Sentence& sentence);
    [[nodiscard]] static bool is_pooler(const Step& step) {
        return static_cast<std::size_t>(step.stage) + 1 == step.sentence->plan->stages.size();
    }

    std::function<Tile&(int)> tile_;
    interconnect::Network& network_;
    Arrays& arrays_;
    sc_core::sc_time cycle_;
    std::uint64_t port_bytes_;
    std::shared_ptr<const ChipPlan> plan_;
    std::vector<StageClock> clocks_, attention_clocks_;  ///< by stage, and by layer
    Occupancy<sc_core::sc_time> embedding_memory_;
    tlm::TimedQueue<Step> steps_;
    std::map<std::uint64_t, std::unique_ptr<Sentence>> sentences_;
    std::uint64_t next_sentence_ = 0;
    std::deque<std::uint64_t> finished_;
    std::map<std::uint64_t, Damage> damaged_;  ///< finished ones
    sc_core::sc_event finished_event_;
    std::uint64_t embedding_bytes_ = 0, tokens_entered_ = 0, tokens_left_ = 0, tokens_dropped_ = 0, steps_taken_ = 0;
    double wall_s_ = 0.0;
    Trace* trace_ = nullptr;
};

}  // namespace berth::platform
