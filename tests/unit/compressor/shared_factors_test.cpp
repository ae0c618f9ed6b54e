// SPDX-License-Identifier: Apache-2.0
// Low-rank factors that tasks have in common: in the image, in its file, and as stages make them.
#include "compressor/edit_image.hpp"
#include "compressor/image_file.hpp"
#include "compressor/image_planes.hpp"
#include "compressor/low_rank.hpp"
#include "compressor/methods.hpp"
#include "compressor/stored_sizes.hpp"
#include "compressor/summary.hpp"
#include "tests/unit/compressor/image_bytes.hpp"
#include "tests/unit/compressor/small_checkpoints.hpp"

#include <gtest/gtest.h>

#include <map>

namespace berth::compressor {
namespace {

using test::at;
using test::Bytes;

constexpr std::size_t kMatrices = 7, kShared = 3;

WeightImage image_with(bool down, bool up) {
    WeightImage image = test::small_image();
    test::share_factors(image, kShared, down, up);
    return image;
}

/// How many planes each owner has.
std::map<std::string, int> owners(const WeightImage& image) {
    std::map<std::string, int> count;
    for (const mapping::Plane& plane : planes_of(image)) ++count[plane.owner];
    return count;
}

TEST(SharedFactors, ArePlanesOfTheTasksThatHaveThem) {
    EXPECT_EQ(owners(test::small_image()), (std::map<std::string, int>{{"base", 7}, {"first", 5}, {"second", 5}}));
    EXPECT_EQ(owners(image_with(true, false)), (std::map<std::string, int>{{"base", 7}, {"first", 4}, {"first+second", 1}, {"second", 4}}));
    EXPECT_EQ(owners(image_with(true, true)), (std::map<std::string, int>{{"base", 7}, {"first", 3}, {"first+second", 2}, {"second", 3}}));
    // Equal by chance is not in common: each has its own cells.
    WeightImage equal = test::small_image();
    const inference::LowRankDelta& first = *equal.tasks[0].network.linears[kShared].low_rank;
    equal.tasks[1].network.linears[kShared].low_rank = std::make_shared<const inference::LowRankDelta>(*first.down, *first.up);
    EXPECT_EQ(owners(equal), owners(test::small_image()));
    EXPECT_EQ(owners(parse_image(serialise(equal), "x")), owners(equal)) << "nor once it was read";
}

TEST(SharedFactors, ComeBackFromTheFileAsOneObject) {
    for (const auto& [down, up] : {std::pair{true, false}, {false, true}, {true, true}}) {
        const WeightImage image = image_with(down, up);
        const Bytes bytes = serialise(image);
        const WeightImage read = parse_image(bytes, "x.berth");
        EXPECT_EQ(serialise(read), bytes);
        const auto& first = *read.tasks[0].network.linears[kShared].low_rank;
        const auto& second = *read.tasks[1].network.linears[kShared].low_rank;
        EXPECT_EQ(first.down == second.down, down);
        EXPECT_EQ(first.up == second.up, up);
        EXPECT_EQ(*first.down, *image.tasks[0].network.linears[kShared].low_rank->down);
        EXPECT_EQ(*second.up, *image.tasks[1].network.linears[kShared].low_rank->up);
        EXPECT_EQ(parse_header(bytes, "x").at("shared_factors").as_array().size(), std::size_t{down} + std::size_t{up});
        EXPECT_EQ(owners(parse_outline(bytes, "x")), owners(image));
    }
    EXPECT_FALSE(parse_header(serialise(test::small_image()), "x").contains("shared_factors"));
}

TEST(SharedFactors, AreRefusedWhereTheHeaderSaysNonsense) {
    const Bytes bytes = serialise(image_with(true, false));
    const auto changed = [&](const std::function<void(boost::json::object&)>& change) {
        return test::image_refusal(test::with_header(bytes, change));
    };
    const auto factors = [](boost::json::object& header) -> boost::json::object& {
        return at(at(header["tasks"].as_array()[1])["linears"].as_array()[kShared].as_object()["low_rank"]);
    };
    const auto entry = [](boost::json::object& header) -> boost::json::object& { return at(header["shared_factors"].as_array()[0]); };
    EXPECT_EQ(changed([](auto&) {}), "") << "the helper itself must not spoil anything";
    EXPECT_NE(changed([&](auto& header) { factors(header)["down"] = 1; }).find("tasks[1].linears[3].low_rank.down: is 1"),
              std::string::npos);
    EXPECT_NE(changed([&](auto& header) { factors(header)["down"] = -1; }).find("low_rank.down: is -1"), std::string::npos);
    EXPECT_NE(changed([&](auto& header) { factors(header)["up"] = 0; }).find("low_rank.up: is that of layer.0.attention_output.down"),
              std::string::npos);
    EXPECT_NE(changed([&](auto& header) { entry(header)["name"] = "layer.0.query.down"; }).find("is that of layer.0.query.down"),
              std::string::npos);
    EXPECT_NE(changed([&](auto& header) { entry(header)["in"] = 9; }).find("shared_factors[0].in: is 9"), std::string::npos);
    EXPECT_NE(changed([&](auto& header) { entry(header).erase("scales"); }).find("shared_factors[0].scales: is missing"),
              std::string::npos);
    EXPECT_NE(changed([](auto& header) { header.erase("shared_factors"); }).find("shared_factors: is missing"), std::string::npos);
    EXPECT_NE(changed([](auto& header) { header["shared_factors"] = boost::json::array(); }).find("low_rank.down: is 0"),
              std::string::npos);
    EXPECT_NE(changed([](auto& header) { at(header["tasks"].as_array()[0])["name"] = "a+b"; }).find("name: is a+b"), std::string::npos);
}

TEST(SharedFactors, StayWithTheTasksThatStayAndGoWithTheLast) {
    WeightImage image = image_with(true, true);
    remove_tasks(image, {"first"});
    EXPECT_EQ(owners(image), (std::map<std::string, int>{{"base", 7}, {"second", 5}}));
    EXPECT_FALSE(parse_header(serialise(image), "x").contains("shared_factors"));
    EXPECT_EQ(*image.tasks[0].network.linears[kShared].low_rank->down,
              *test::small_image().tasks[0].network.linears[kShared].low_rank->down);

    WeightImage whole = parse_image(serialise(image_with(true, true)), "x"), more = test::small_image();
    more.tasks.resize(1);
    more.tasks[0].name = "third";
    more.tasks[0].network.linears[kShared].low_rank = whole.tasks[0].network.linears[kShared].low_rank;
    append_tasks(whole, std::move(more));
    EXPECT_EQ(owners(whole).at("first+second+third"), 2);
    remove_tasks(whole, {"first", "second"});
    EXPECT_EQ(owners(whole), (std::map<std::string, int>{{"base", 7}, {"third", 5}}));
}

TEST(SharedFactors, CountOnceInSizesAndByShareInSummaries) {
    const WeightImage apart = test::small_image(), image = image_with(true, false);
    const StoredSizes before = stored_sizes(parse_header(serialise(apart), "x"), apart.shape),
                      sizes = stored_sizes(parse_header(serialise(image), "x"), image.shape);
    const std::uint64_t down = 9 + 12;  // [3, 8] codes of 3 bits, a scale a row
    EXPECT_EQ(before.common.bytes, 0u);
    EXPECT_EQ(sizes.common.bytes, down);
    EXPECT_EQ(sizes.common.weights, 64u);
    for (std::size_t task = 0; task < 2; ++task) {
        EXPECT_EQ(sizes.tasks[task].bytes, before.tasks[task].bytes - down);
        const TaskSummary own = summarise(image, task), all = summarise(apart, task);
        EXPECT_DOUBLE_EQ(own.cells_per_weight * 576, all.cells_per_weight * 576 - 0.5 * 24 * 2);
    }
}

/// A base and tasks on it, of which `again` is `one` under another name.
class SharingStages : public testing::Test {
protected:
    SharingStages() {
        test::small_base().write(folder_.path() / "base");
        test::small_fine_tuned(1, 0.2F).write(folder_.path() / "one");
        test::small_fine_tuned(2, 0.2F).write(folder_.path() / "two");
        test::small_fine_tuned(3, 0.2F).write(folder_.path() / "three");
        data_ = folder_.file("data.tsv", test::kSmallData);
    }

    [[nodiscard]] CompressionRequest request(const std::string& stages, const std::vector<std::string>& tasks) const {
        CompressionRequest request;
        request.base = folder_.path() / "base";
        request.method = kGivenMethod;
        request.stages = stages_given(stages);
        request.geometry = {128, 4, 1, "differential"};
        for (const std::string& name : tasks) request.tasks.push_back({name, folder_.path() / (name == "again" ? "one" : name), data_, ""});
        return request;
    }
    static WeightImage made(const CompressionRequest& request, int thread_count = 2) {
        Threads threads(thread_count);
        return compress(request, threads);
    }
    [[nodiscard]] WeightImage made(const std::string& stages, const std::vector<std::string>& tasks) const {
        return made(request(stages, tasks));
    }
    [[nodiscard]] WeightImage appended(WeightImage image, const std::string& stages, const std::vector<std::string>& tasks) const {
        CompressionRequest asked = request(stages, tasks);
        asked.shared = image.base;
        asked.appended_to = &image;
        append_tasks(image, made(asked));
        return image;
    }

    static const inference::LowRankDelta& factors(const WeightImage& image, std::size_t task, std::size_t index) {
        return *image.tasks[task].network.linears[index].low_rank;
    }
    static double lost(const WeightImage& image, std::size_t task) {
        return image.tasks[task].statistics.at("lost_variance").to_number<double>();
    }

    test::Scratch folder_;
    std::filesystem::path data_;
};

TEST_F(SharingStages, DictionaryOfTheSameTaskTwiceIsOneDelta) {
    for (const char* common : {"up", "down"}) {
        const WeightImage image = made(std::string("shared_base,shared_dictionary{rank=3,bits=8,common=") + common + "}", {"one", "again"});
        EXPECT_EQ(owners(image), (std::map<std::string, int>{{"base", 7}, {"one+again", 14}}));
        const WeightImage own = made("shared_base,low_rank{rank=3,bits=8}", {"one"});
        EXPECT_EQ(lost(image, 0), lost(image, 1));
        for (std::size_t index = 0; index < kMatrices; ++index) {
            const Rows alone = real_values(factors(own, 0, index));
            EXPECT_LT((real_values(factors(image, 0, index)) - alone).norm(), 0.1F * alone.norm()) << common << ' ' << index;
        }
    }
}

TEST_F(SharingStages, DictionaryHasOneFactorInCommonAndOneOfEachTasksOwn) {
    for (const char* common : {"up", "down", "larger"}) {
        const WeightImage image = made(std::string("shared_base,shared_dictionary{rank=5,common=") + common + "}", {"one", "two", "three"});
        EXPECT_EQ(owners(image), (std::map<std::string, int>{{"base", 7}, {"one", 7}, {"one+two+three", 7}, {"three", 7}, {"two", 7}}));
        for (std::size_t index = 0; index < kMatrices; ++index) {
            const auto &one = factors(image, 0, index), &three = factors(image, 2, index);
            const bool up =
                std::string(common) == "up" || (std::string(common) == "larger" && image.base[index]->out >= image.base[index]->in);
            EXPECT_EQ(one.up == three.up, up);
            EXPECT_EQ(one.down == three.down, !up);
            EXPECT_EQ(one.down->out, 5);
        }
        const Bytes bytes = serialise(image);
        EXPECT_EQ(parse_header(serialise(parse_image(bytes, "x")), "x").at("sections"), parse_header(bytes, "x").at("sections"));
    }
}

TEST_F(SharingStages, DictionaryServesTheTasksItIsAskedForAndLeavesTheOthersToStagesBehindIt) {
    const WeightImage image = made(
        R"([{"stage": "shared_base"}, {"stage": "shared_dictionary", "rank": 2, "tasks": "t*", "rules": [{"matrices": "pooler", "rank": 0}]},
            {"stage": "low_rank", "rank": 1}])",
        {"one", "two", "three"});
    EXPECT_EQ(owners(image), (std::map<std::string, int>{{"base", 7}, {"one", 14}, {"three", 8}, {"two", 8}, {"two+three", 6}}));
    EXPECT_EQ(factors(image, 1, 0).down->out, 2) << "low_rank leaves a matrix alone that has factors";
    EXPECT_EQ(factors(image, 1, 6).down->out, 1);
}

TEST_F(SharingStages, GiveTheSameBytesOnAnyNumberOfThreads) {
    const CompressionRequest asked = request(
        "shared_base{source=fitted,bits=6},row_scaled_ternary,shared_deltas{threshold=0.5,rank=2},shared_dictionary{rank=3},bias_"
        "correction",
        {"one", "again", "two", "three"});
    EXPECT_EQ(serialise(made(asked, 1)), serialise(made(asked, 3)));
}

TEST_F(SharingStages, DictionaryTakesAppendedTasks) {
    const std::string stages = "shared_base,shared_dictionary{rank=4,common=up}";
    const WeightImage image = appended(made(stages, {"one", "two"}), stages, {"three"});
    EXPECT_EQ(owners(image), (std::map<std::string, int>{{"base", 7}, {"one", 7}, {"one+two+three", 7}, {"three", 7}, {"two", 7}}));
    const WeightImage other = appended(made(stages, {"one", "two"}), "shared_base,shared_dictionary{rank=3,common=up}", {"three"});
    EXPECT_EQ(owners(other).at("three"), 14) << "a basis of another rank is another one";
    const WeightImage alone = appended(made(stages, {"one"}), stages, {"two", "three"});
    EXPECT_EQ(owners(alone).at("two+three"), 7) << "nothing was in common before";
}

TEST_F(SharingStages, TasksWithTheSameDeltaShareItAtNoExtraLoss) {
    const std::string stages = "shared_base,shared_deltas{threshold=0,rank=2,bits=6},low_rank{rank=2,bits=6}";
    const WeightImage image = made(stages, {"one", "two", "again"});
    EXPECT_EQ(owners(image), (std::map<std::string, int>{{"base", 7}, {"one+again", 14}, {"two", 14}}));
    const WeightImage own = made("shared_base,low_rank{rank=2,bits=6}", {"one", "two"});
    for (std::size_t index = 0; index < kMatrices; ++index) {
        const Rows alone = real_values(factors(own, 0, index));
        EXPECT_LT((real_values(factors(image, 0, index)) - alone).norm(), 0.1F * alone.norm()) << index;
    }
    EXPECT_EQ(lost(image, 1), lost(own, 1)) << "a task like no other is what it was";
}

TEST_F(SharingStages, TasksShareDeltasThatAreNearEnough) {
    const auto shared = [&](double threshold) {
        const std::string stages = "shared_base,shared_deltas{rank=2,threshold=" + std::to_string(threshold) + "}";
        return owners(made(stages, {"one", "two", "three"}));
    };
    EXPECT_EQ(shared(0.01), (std::map<std::string, int>{{"base", 7}})) << "no two are alike";
    EXPECT_EQ(owners(made("shared_base,shared_deltas{rank=0}", {"one", "again"})).size(), 1u);
}

TEST_F(SharingStages, AppendedTasksTakeADeltaThatIsThere) {
    const std::string stages = "shared_base,shared_deltas{threshold=0.3,rank=4,bits=8},low_rank{rank=4,bits=8}";
    const WeightImage image = appended(made(stages, {"one", "two"}), stages, {"again", "three"});
    const auto planes = owners(image);
    EXPECT_GT(planes.at("one+again"), 0);
    EXPECT_EQ(planes.at("three"), 14);
    EXPECT_FALSE(planes.contains("two+again"));
}

}  // namespace
}  // namespace berth::compressor
