// SPDX-License-Identifier: Apache-2.0
#include "compressor/synthetic_tasks.hpp"

#include "compressor/edit_image.hpp"
#include "compressor/image_file.hpp"
#include "models/core/error.hpp"
#include "tests/unit/compressor/small_image.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>

namespace berth::compressor {
namespace {

using inference::Int8Matrix;

constexpr std::size_t kTernary = 0, kOwn = 2, kFactors = 3;

WeightImage with_synthetic(WeightImage image, int count, int threads = 1, std::uint64_t seed = 1) {
    Threads pool(threads);
    add_synthetic_tasks(image, count, seed, pool);
    return image;
}

std::vector<std::int8_t> part(const std::vector<std::int8_t>& values, std::size_t row, std::size_t width) {
    const auto begin = values.begin() + static_cast<std::ptrdiff_t>(row * width);
    return {begin, begin + static_cast<std::ptrdiff_t>(width)};
}

TEST(SyntheticTasks, AreMarkedAndStandBehindTheRealOnes) {
    const WeightImage image = with_synthetic(test::small_image(), 2);
    ASSERT_EQ(image.tasks.size(), 4u);
    EXPECT_FALSE(is_synthetic(image.tasks[1]));
    EXPECT_EQ(image.tasks[2].name, "synthetic-1");
    EXPECT_EQ(image.tasks[3].name, "synthetic-2");
    for (std::size_t t : {2u, 3u}) {
        EXPECT_TRUE(is_synthetic(image.tasks[t]));
        EXPECT_TRUE(image.tasks[t].checkpoint.empty());
        EXPECT_TRUE(image.tasks[t].provenance.empty()) << "no file stands behind it";
        EXPECT_EQ(boost::json::serialize(image.tasks[t].statistics.at("parents")), R"(["first","second"])");
        EXPECT_EQ(image.tasks[t].network.embeddings, image.tasks[0].network.embeddings) << "one table for all, as before";
    }
    const auto bytes = serialise(image);
    EXPECT_EQ(serialise(parse_image(bytes, "x")), bytes) << "a sound image";
}

TEST(SyntheticTasks, ComeFromTheRealOnesPieceByPiece) {
    const WeightImage image = with_synthetic(test::small_image(), 40);
    const auto& first = image.tasks[0].network;
    const auto& second = image.tasks[1].network;
    std::set<std::size_t> own_rows_of_second;
    for (std::size_t t = 2; t < image.tasks.size(); ++t) {
        const auto& network = image.tasks[t].network;
        EXPECT_TRUE(network.classifier == first.classifier || network.classifier == second.classifier);
        const Int8Matrix& own = *network.linears[kOwn].matrix;
        std::size_t from_second = 0;
        for (std::size_t row = 0; row < 8; ++row) {
            const auto values = part(own.values, row, 8);
            const bool is_first = values == part(first.linears[kOwn].matrix->values, row, 8);
            EXPECT_TRUE(is_first || values == part(second.linears[kOwn].matrix->values, row, 8));
            from_second += is_first ? 0 : 1;
        }
        own_rows_of_second.insert(from_second);
        ASSERT_TRUE(network.linears[kTernary].delta);
        for (const std::int32_t channel : network.linears[kTernary].delta->channels) EXPECT_TRUE(channel == 1 || channel == 6);
        const auto bias_of = [](const inference::Network& of) { return of.linears[kTernary].bias; };
        for (std::size_t i = 0; i < bias_of(network).size(); ++i)
            EXPECT_TRUE(bias_of(network)[i] == bias_of(first)[i] || bias_of(network)[i] == bias_of(second)[i]);
        const auto& factors = *network.linears[kFactors].low_rank;
        EXPECT_EQ(factors.down->out, 3);
        EXPECT_EQ(factors.up->in, 3);
        EXPECT_TRUE(std::all_of(factors.up->values.begin(), factors.up->values.end(), [](int code) { return std::abs(code) <= 1; }));
        EXPECT_TRUE(std::all_of(factors.down->values.begin(), factors.down->values.end(), [](int code) { return std::abs(code) <= 3; }));
    }
    EXPECT_GE(own_rows_of_second.size(), 4u) << "rows are drawn one by one";
}

TEST(SyntheticTasks, ReplaceOneCodeInEightByAnotherOfItsChannel) {
    WeightImage image = test::small_image();
    remove_tasks(image, {"second"});
    const auto delta = image.tasks[0].network.linears[1].delta;
    const int tasks = 400;
    image = with_synthetic(std::move(image), tasks);
    double expected = 0.0, variance = 0.0, changed = 0.0;
    for (std::size_t channel = 0; channel < delta->channels.size(); ++channel) {
        const auto codes = part(delta->codes, channel, 8);
        for (const std::int8_t code : codes) {
            const double chance = (1.0 - static_cast<double>(std::count(codes.begin(), codes.end(), code)) / 8.0) / 8.0;
            expected += tasks * chance;
            variance += tasks * chance * (1.0 - chance);
        }
        for (std::size_t t = 1; t < image.tasks.size(); ++t) {
            const auto now = part(image.tasks[t].network.linears[1].delta->codes, channel, 8);
            for (std::size_t i = 0; i < 8; ++i) {
                changed += now[i] != codes[i];
                EXPECT_NE(std::find(codes.begin(), codes.end(), now[i]), codes.end());
            }
        }
    }
    // Four and a half standard deviations: once in 150,000 seeds.
    EXPECT_NEAR(changed, expected, 4.5 * std::sqrt(variance));
}

TEST(SyntheticTasks, KeepWeightsToInt8) {
    WeightImage image = test::small_image();
    Int8Matrix base = *image.base[1];
    for (std::size_t i = 0; i < base.values.size(); ++i) base.values[i] = i % 2 ? 126 : 127;
    image.base[1] = std::make_shared<const Int8Matrix>(base);
    for (TaskImage& task : image.tasks) {
        inference::Linear& linear = task.network.linears[1];
        inference::MatrixDelta delta = *linear.delta;
        for (std::size_t i = 0; i < delta.codes.size(); ++i) delta.codes[i] = i % 2 ? 1 : -7;
        linear.delta = std::make_shared<const inference::MatrixDelta>(delta);
        linear.matrix = image.base[1];
    }
    // A code of 1 that takes the place of a -7 would make a weight of 128, which a reader refuses.
    EXPECT_NO_THROW((void)parse_image(serialise(with_synthetic(std::move(image), 40)), "x"));
}

TEST(SyntheticTasks, DependOnTheirNumberAndTheSeedAlone) {
    const auto five = serialise(with_synthetic(test::small_image(), 5, 1));
    EXPECT_EQ(five, serialise(with_synthetic(test::small_image(), 5, 3)));
    EXPECT_EQ(five, serialise(with_synthetic(with_synthetic(test::small_image(), 2), 3)));
    EXPECT_NE(five, serialise(with_synthetic(test::small_image(), 5, 1, 2)));
}

TEST(SyntheticTasks, HaveInCommonWhatTheRealOnesHave) {
    WeightImage image = test::small_image();
    test::share_factors(image, kFactors, true, false);
    const auto common = image.tasks[0].network.linears[kFactors].low_rank->down;
    image = with_synthetic(std::move(image), 2);
    const auto& one = *image.tasks[2].network.linears[kFactors].low_rank;
    const auto& two = *image.tasks[3].network.linears[kFactors].low_rank;
    EXPECT_EQ(one.down, common);
    EXPECT_EQ(two.down, common);
    EXPECT_NE(one.up, two.up);
}

TEST(SyntheticTasks, MixTablesWhereEveryTaskHasItsOwn) {
    WeightImage image = test::small_image();
    test::Numbers numbers(77);
    image.tasks[1].network.embeddings = std::make_shared<const inference::Embeddings>(inference::Embeddings{
        test::small_matrix(numbers, 8, 8, 127), test::small_matrix(numbers, 16, 8, 127), test::small_matrix(numbers, 2, 8, 127)});
    image = with_synthetic(std::move(image), 1);
    const auto& words = image.tasks[2].network.embeddings->words;
    EXPECT_NE(image.tasks[2].network.embeddings, image.tasks[0].network.embeddings);
    EXPECT_NE(image.tasks[2].network.embeddings, image.tasks[1].network.embeddings);
    for (std::size_t row = 0; row < 8; ++row) {
        const auto values = part(words.values, row, 8);
        EXPECT_TRUE(values == part(image.tasks[0].network.embeddings->words.values, row, 8) ||
                    values == part(image.tasks[1].network.embeddings->words.values, row, 8));
    }
}

TEST(SyntheticTasks, WantARealOneAndAFreeName) {
    const auto fault = [](WeightImage image) {
        Threads one(1);
        try {
            add_synthetic_tasks(image, 1, 1, one);
        } catch (const InputError& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    WeightImage image = with_synthetic(test::small_image(), 2);
    WeightImage holes = image;
    remove_tasks(holes, {"synthetic-1"});
    EXPECT_EQ(fault(holes), "task synthetic-2: is in the image already; expected an image whose synthetic tasks are numbered from 1");
    remove_tasks(image, {"first", "second"});
    EXPECT_EQ(fault(image), "--synthetic: has no task to mix: all of the image's are synthetic; expected an image with real tasks");
}

}  // namespace
}  // namespace berth::compressor
