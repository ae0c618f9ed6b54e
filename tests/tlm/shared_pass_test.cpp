// SPDX-License-Identifier: Apache-2.0
// Several tasks asked for one sentence: what they have in common is read once, and every answer is what it is alone.
#include "platform/accelerator/shared_way.hpp"
#include "tests/tlm/soc_bench.hpp"
#include "tests/tlm/tasks_alike.hpp"

#include <map>
#include <set>
#include <span>
#include <vector>

namespace berth::test {
namespace {

using inference::Network;
using sc_core::sc_time;
using sc_core::SC_US;

const auto kUnchanged = [](Network&) {};

/// Exact products, with every stage's input kept.
class Recorder : public inference::LinearEngine {
public:
    explicit Recorder(const Network& network) : exact_(network) {}
    void multiply(std::size_t index, std::span<const std::int8_t> x, int tokens, std::uint64_t request,
                  std::span<std::int32_t> accumulators) const override {
        inputs[index].assign(x.begin(), x.end());
        exact_.multiply(index, x, tokens, request, accumulators);
    }
    void multiply_factor(std::size_t index, inference::Factor factor, std::span<const std::int8_t> x, int tokens, std::uint64_t request,
                         std::span<std::int32_t> accumulators) const override {
        exact_.multiply_factor(index, factor, x, tokens, request, accumulators);
    }
    mutable std::map<std::size_t, std::vector<std::int8_t>> inputs;

private:
    inference::ExactEngine exact_;
};

/// Inputs of the stages' first matrices: query, attention output, intermediate, output, pooler.
std::vector<std::vector<std::int8_t>> stage_inputs(const Network& network) {
    const Recorder engine(network);
    const inference::Executor executor(network, engine, inference::Arithmetic::integer);
    const inference::Sentence sentence{0, {2, 4, 5, 3, 6, 3}, {0, 0, 0, 1, 1, 1}};
    (void)executor.logits(std::span(&sentence, 1));
    std::vector<std::vector<std::int8_t>> inputs;
    for (const std::size_t index : {0, 3, 4, 5, 6}) inputs.push_back(engine.inputs.at(index));
    return inputs;
}

struct Change {
    const char* what;
    std::size_t alike;  ///< stages
    std::function<void(Network&)> make;
};

std::vector<Change> changes() {
    const auto other_bias = [](std::size_t index) {
        return [index](Network& network) {
            for (float& bias : network.linears[index].bias) bias = 3.0F - bias;
        };
    };
    const auto turned = [](inference::Norm& norm) {
        for (float& beta : norm.beta) beta = 1.0F - beta;
    };
    return {{"embedding norm", 0, [turned](Network& network) { turned(network.embedding_norm); }},
            {"delta of query and value", 1, with_delta(7, 3)},
            {"bias of the value", 1, other_bias(2)},
            {"bias behind attention", 2, other_bias(3)},
            {"norm behind attention", 2, [turned](Network& network) { turned(network.attention_norms[0]); }},
            {"low rank behind attention", 2, [](Network& network) { network.linears[3].low_rank = nullptr; }},
            {"bias of the intermediate", 3, other_bias(4)},
            {"bias of the output", 4, other_bias(5)},
            {"norm of the output", 4, [turned](Network& network) { turned(network.output_norms[0]); }},
            {"bias of the pooler", 5, other_bias(6)},
            {"the classifier alone", 5, kUnchanged}};
}

TEST(StagesAlike, AreThoseWhoseInputsAreEqualToTheBit) {
    for (const Change& change : changes()) {
        const auto image = tasks_alike({kUnchanged, change.make});
        const std::size_t alike = platform::stages_alike(image, 0, 1);
        EXPECT_EQ(alike, change.alike) << change.what;
        EXPECT_EQ(platform::stages_alike(image, 1, 0), alike);
        const auto one = stage_inputs(image.tasks[0].network), other = stage_inputs(image.tasks[1].network);
        for (std::size_t stage = 0; stage < alike; ++stage) EXPECT_EQ(one[stage], other[stage]) << change.what << ", stage " << stage;
        if (alike < one.size()) {
            EXPECT_NE(one[alike], other[alike]) << change.what;
        }
    }
}

/// Reads, conversions and tokens of a piece of firmware.
struct Counts {
    std::int64_t reads = 0, conversions = 0;
    static Counts of(const SocBench& soc) { return {soc.accelerator.array_actions().reads, soc.accelerator.array_actions().conversions}; }
};

/// Puts a sentence of so many tokens and the numbers of tasks into memory. @return the request for all of them.
berth_request stage_tasks(SocBench& soc, std::uint64_t tag, const std::vector<std::uint32_t>& tasks) {
    berth_request request = soc.stage(static_cast<std::uint32_t>(tasks.size()), tag);
    soc.processor.write_memory(request.tokens + request.length * 8, tasks.data(), tasks.size() * 4);
    return request;
}

/// The logits of the functional executor, task by task.
std::vector<float> expected(const SocBench& soc, std::uint64_t tag, const std::vector<std::uint32_t>& tasks) {
    std::vector<float> all;
    const auto sentence = SocBench::sentence(tag);
    for (const std::uint32_t task : tasks) {
        const Network& network = soc.image.tasks[task].network;
        const inference::ExactEngine engine(network);
        const inference::Executor executor(network, engine, inference::Arithmetic::integer);
        const auto logits = executor.logits(std::span(&sentence, 1));
        all.insert(all.end(), logits.begin(), logits.end());
    }
    return all;
}

std::vector<float> results(SocBench& soc, const berth_request& request, std::size_t tasks) {
    std::vector<float> got(2 * tasks);
    soc.processor.read_memory(request.result, got.data(), got.size() * 4);
    return got;
}

/// Conversions of what two tasks have in common: whole stages, and the base alone at the one where they part.
std::int64_t common_conversions(const SocBench& soc, std::size_t stages, std::int64_t tokens) {
    const auto plan = platform::make_plan(soc.image, soc.config, *platform::make_topology(soc.config));
    std::int64_t sum = 0;
    for (std::size_t at = 0; at < stages; ++at) {
        const platform::StagePlan& stage = plan.tasks[0].stages[at];
        const bool whole = at + 1 < stages;
        std::int64_t token = whole ? stage.low_rank.actions.conversions : 0;
        for (const int plane : stage.planes) {
            const auto& placed = plan.placement.planes[static_cast<std::size_t>(plane)];
            if (whole || placed.plane.owner == mapping::kBaseOwner) token += platform::actions_of(placed, soc.config).conversions;
        }
        sum += token * (at + 1 == plan.tasks[0].stages.size() ? 1 : tokens);
    }
    return sum;
}

class SharedPass : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Mappers, SharedPass, ::testing::Values("packed", "separate", "banked"),
                         [](const auto& about) { return about.param; });

TEST_P(SharedPass, GivesEveryTasksAnswerAndReadsTheBaseOnceWhereTheyAreAlike) {
    std::vector<std::function<void(Network&)>> tasks{kUnchanged, with_delta(7, 3), with_delta(8, 8)};
    for (const Change& change : changes()) tasks.push_back(change.make);
    const std::vector<std::string> settings{"hierarchy.tiles=16", std::string("hierarchy.mapper=") + GetParam()};
    SocBench(
        "soc", tlm::View::lt,
        [](SocBench& soc) {
            soc.open();
            soc.load();
            for (std::uint32_t other = 1; other < soc.image.tasks.size(); ++other) {
                const std::uint64_t tag = 40 + other;
                const auto tokens = static_cast<std::int64_t>(SocBench::sentence(tag).ids.size());
                const Counts begin = Counts::of(soc);
                for (const std::uint32_t task : {0u, other}) {
                    soc.post(task, tag);
                    EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_DONE);
                }
                soc.processor.sleep(sc_time(100, SC_US));
                const Counts apart = Counts::of(soc);
                const berth_request request = stage_tasks(soc, tag, {0, other});
                soc.processor.check(berth_run_tasks(&soc.device, &request));
                const berth_completion said = soc.finish();
                EXPECT_EQ(said.outcome, BERTH_OUTCOME_DONE);
                EXPECT_EQ(said.tag, tag);
                EXPECT_EQ(results(soc, request, 2), expected(soc, tag, {0, other})) << other;
                soc.processor.sleep(sc_time(100, SC_US));
                const Counts together = Counts::of(soc);
                const std::size_t alike = platform::stages_alike(soc.image, 0, other);
                EXPECT_EQ((apart.conversions - begin.conversions) - (together.conversions - apart.conversions),
                          common_conversions(soc, alike, tokens))
                    << "tasks 0 and " << other << " have " << alike << " stages in common";
                EXPECT_TRUE(soc.accelerator.leftovers().empty());
            }
        },
        settings, tasks_alike(tasks))
        .run();
}

TEST_P(SharedPass, TakesAnyNumberOfTasksInAnyOrder) {
    std::vector<std::function<void(Network&)>> tasks{with_delta(7, 3), with_delta(8, 8)};
    for (const Change& change : changes()) tasks.push_back(change.make);
    const std::vector<std::string> settings{"hierarchy.tiles=16", std::string("hierarchy.mapper=") + GetParam()};
    SocBench(
        "soc", tlm::View::at,
        [](SocBench& soc) {
            soc.open();
            soc.load();
            const auto count = static_cast<std::uint32_t>(soc.image.tasks.size());
            Numbers numbers(5);
            for (std::uint64_t tag = 1; tag < 40; ++tag) {
                std::vector<std::uint32_t> list;
                for (std::uint32_t task = 0; task < count; ++task)
                    if (numbers.real() > 0.0F || task == tag % count)
                        list.insert(list.begin() + static_cast<std::ptrdiff_t>((tag + task) % (list.size() + 1)), task);
                const berth_request request = stage_tasks(soc, tag, list);
                soc.processor.check(berth_run_tasks(&soc.device, &request));
                soc.post(tag % count, tag + 64);
                for (int i = 0; i < 2; ++i) EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_DONE);
                EXPECT_EQ(results(soc, request, list.size()), expected(soc, tag, list)) << tag;
                EXPECT_TRUE(soc.answered(tag % count, tag + 64));
            }
            soc.processor.sleep(sc_time(200, SC_US));
            berth_counters counters{};
            soc.processor.check(berth_read_counters(&soc.device, &counters));
            EXPECT_GT(counters.requests, 2u * 39u);
            EXPECT_EQ(counters.failed, 0u);
            EXPECT_EQ(soc.accelerator.pipeline().tokens_entered(), counters.tokens) << "every answer's tokens come out";
        },
        settings, tasks_alike(tasks))
        .run();
}

TEST(SharedPassAlone, IsQuickerThanOneRequestBehindTheOther) {
    SocBench(
        "soc", tlm::View::lt,
        [](SocBench& soc) {
            soc.open();
            soc.load();
            const auto time_of = [&](const auto& give, int completions) {
                const sc_time begin = sc_core::sc_time_stamp();
                give();
                for (int i = 0; i < completions; ++i) EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_DONE);
                return (sc_core::sc_time_stamp() - begin).to_seconds();
            };
            const berth_request request = stage_tasks(soc, 12, {0, 1, 2});
            const double together = time_of([&] { soc.processor.check(berth_run_tasks(&soc.device, &request)); }, 1);
            const double apart = time_of(
                [&] {
                    for (std::uint32_t task : {0u, 1u, 2u}) soc.post(task, 12 + task * 13);
                },
                3);
            EXPECT_LT(together, 0.95 * apart);
        },
        {}, tasks_alike({with_delta(7, 3), with_delta(8, 3), with_delta(9, 3)}))
        .run();
}

TEST(SharedPassAlone, RefusesListsThatCannotBe) {
    SocBench("soc", tlm::View::lt, [](SocBench& soc) {
        soc.open();
        soc.load();
        std::uint64_t tag = 1;
        for (const std::vector<std::uint32_t>& list : {std::vector<std::uint32_t>{0, 0}, {0, 2}, {0xFFFFFFFF, 0}}) {
            const berth_request request = stage_tasks(soc, tag++, list);
            soc.processor.check(berth_run_tasks(&soc.device, &request));
            EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_BAD_REQUEST);
        }
        for (const std::uint32_t count : {0u, 3u, 0xFFFFFFFFu}) {
            berth_request request = stage_tasks(soc, tag++, {0, 1});
            request.task = count;
            soc.processor.check(berth_run_tasks(&soc.device, &request));
            EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_BAD_REQUEST) << count;
        }
        berth_request request = stage_tasks(soc, tag++, {0, 1});
        request.result = UINT64_MAX - 14;
        soc.processor.check(berth_run_tasks(&soc.device, &request));
        EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_BAD_DESCRIPTOR);
        request.result = SocBench::kMemoryBytes - 8;
        soc.processor.check(berth_run_tasks(&soc.device, &request));
        const berth_completion said = soc.finish();
        EXPECT_EQ(said.outcome, BERTH_OUTCOME_BUS_ERROR) << "the second answer lies beyond the memory";
        EXPECT_EQ(said.failed_address, SocBench::kMemoryBytes);
        soc.processor.check(berth_unload(&soc.device, 1, 99));
        EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_DONE);
        request.result = SocBench::kResults;
        soc.processor.check(berth_run_tasks(&soc.device, &request));
        EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_BAD_REQUEST) << "a task that was unloaded";
        soc.post(0, 5);
        EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_DONE);
        EXPECT_TRUE(soc.answered(0, 5));
    }).run();
}

TEST(SharedPassAlone, CanBeDroppedByAResetAtAnyTime) {
    SocBench(
        "soc", tlm::View::lt,
        [](SocBench& soc) {
            soc.open();
            soc.load();
            for (int round = 0; round < 60; ++round) {
                const berth_request request = stage_tasks(soc, 12, {0, 1, 2});
                soc.processor.check(berth_run_tasks(&soc.device, &request));
                soc.processor.sleep(sc_time(round * 0.4, SC_US));
                bool loaded = false;
                soc.processor.check(berth_recover(&soc.device, &loaded));
                EXPECT_TRUE(loaded);
            }
            const berth_request request = stage_tasks(soc, 9, {2, 0});
            soc.processor.check(berth_run_tasks(&soc.device, &request));
            EXPECT_EQ(soc.finish().outcome, BERTH_OUTCOME_DONE);
            EXPECT_EQ(results(soc, request, 2), expected(soc, 9, {2, 0}));
        },
        {}, tasks_alike({with_delta(7, 3), with_delta(8, 3), kUnchanged}))
        .run();
}

}  // namespace
}  // namespace berth::test
