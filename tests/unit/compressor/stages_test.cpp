// SPDX-License-Identifier: Apache-2.0
#include "compressor/error_feedback.hpp"
#include "compressor/image_file.hpp"
#include "compressor/methods.hpp"
#include "compressor/stage_text.hpp"
#include "compressor/where.hpp"
#include "models/core/error.hpp"
#include "models/core/json.hpp"
#include "tests/unit/compressor/small_checkpoints.hpp"
#include "tests/unit/core/refusal.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <set>

namespace berth::compressor {
namespace {

constexpr std::size_t kMatrices = 7;

/// A base, two tasks and their data; arrays of 16 columns.
class Stages : public testing::Test {
protected:
    Stages() {
        test::small_base().write(folder_.path() / "base");
        test::small_fine_tuned(1, 0.05F).write(folder_.path() / "one");
        test::small_fine_tuned(2, 0.1F).write(folder_.path() / "two");
        data_ = folder_.file("data.tsv", test::kSmallData);
    }

    [[nodiscard]] CompressionRequest request(const std::string& stages) const {
        CompressionRequest request;
        request.base = folder_.path() / "base";
        request.method = kGivenMethod;
        request.stages = stages_given(stages);
        request.mode = "acc";
        request.geometry = {128, 4, 1, "differential"};
        for (const char* name : {"one", "two"}) request.tasks.push_back({name, folder_.path() / name, data_, ""});
        return request;
    }

    static WeightImage made(const CompressionRequest& request, int thread_count = 2) {
        Threads threads(thread_count);
        return compress(request, threads);
    }
    [[nodiscard]] WeightImage made(const std::string& stages) const { return made(request(stages)); }

    [[nodiscard]] std::string refusal(const std::string& stages) const {
        try {
            (void)made(request(stages));
        } catch (const InputError& error) {
            return error.what();
        }
        return "";
    }

    static const inference::MatrixDelta* delta(const WeightImage& image, std::size_t index) {
        return image.tasks[1].network.linears[index].delta.get();
    }

    /// Magnitudes of the codes of a kept row that are not zero, but for those that stop at the end of a weight's range.
    static std::set<int> magnitudes(const WeightImage& image, std::size_t index, std::size_t row) {
        const inference::MatrixDelta& own = *delta(image, index);
        const inference::Int8Matrix& base = *image.base[index];
        const auto in = static_cast<std::size_t>(base.in), channel = static_cast<std::size_t>(own.channels[row]);
        std::set<int> found;
        for (std::size_t i = 0; i < in; ++i) {
            const int code = own.codes[row * in + i];
            if (code != 0 && std::abs(base.values[channel * in + i] + code) < 127) found.insert(std::abs(code));
        }
        return found;
    }

    static double nonzero_share(const WeightImage& image) {
        double nonzero = 0.0, all = 0.0;
        for (std::size_t index = 0; index < kMatrices; ++index) {
            all += static_cast<double>(image.base[index]->values.size());
            if (const auto* own = delta(image, index))
                nonzero +=
                    static_cast<double>(own->codes.size()) - static_cast<double>(std::count(own->codes.begin(), own->codes.end(), 0));
        }
        return nonzero / all;
    }

    test::Scratch folder_;
    std::filesystem::path data_;
};

TEST(Where, TakesStarsForAnyRun) {
    EXPECT_TRUE(matches("*", "layer.3.key"));
    EXPECT_TRUE(matches("layer.*.key", "layer.3.key"));
    EXPECT_TRUE(matches("layer.3.*", "layer.3.key"));
    EXPECT_TRUE(matches("*e*y*", "layer.3.key"));
    EXPECT_FALSE(matches("layer.*.key", "layer.3.query"));
    EXPECT_FALSE(matches("layer.3", "layer.3.key"));
    EXPECT_FALSE(matches("*key.", "layer.3.key"));
    EXPECT_FALSE(matches("ab*ba", "aba"));
}

TEST(StageText, IsAShorterFormOfTheList) {
    EXPECT_EQ(boost::json::serialize(stages_from_text("a,b{x=1,y=0.5,z=fitted},c", "t")),
              R"([{"stage":"a"},{"stage":"b","x":1,"y":5E-1,"z":"fitted"},{"stage":"c"}])");
    EXPECT_EQ(stages_from_text(R"([{"stage": "a"}])", "t"), stages_from_text("a", "t"));
    for (const char* bad : {"", "a,", "a{", "a{x", "a{x=", "a{x=1", "a{x=1}b", "{x=1}"})
        EXPECT_THROW((void)stages_from_text(bad, "t"), InputError) << bad;
}

TEST_F(Stages, MakeTheMethodsThatHaveNames) {
    for (const auto& [method, stages] :
         {std::pair{"copies", "low_bit_copies"}, std::pair{"kang", "shared_base,resilience{mode=opt},ntq,hard_sharing"}}) {
        CompressionRequest named = request(stages);
        named.stages.reset();
        named.method = method;
        named.mode = "opt";
        WeightImage by_name = made(named), by_stages = made(stages);
        EXPECT_NE(by_stages.command.find("--stages ["), std::string::npos);
        EXPECT_EQ(by_name.stages, "");
        EXPECT_EQ(parse_image(serialise(by_stages), "x").stages, boost::json::serialize(stages_from_text(stages, "t")));
        for (WeightImage* image : {&by_name, &by_stages}) image->method = image->mode = image->command = image->stages = "";
        EXPECT_EQ(serialise(by_name), serialise(by_stages)) << method;
    }
}

TEST_F(Stages, GiveTheSameBytesOnAnyNumberOfThreads) {
    const CompressionRequest asked = request(
        "shared_base{source=fitted,bits=6},embeddings{bits=4},drop_and_rescale{drop=0.3},row_scaled_ternary{selection=calibrated},"
        "hard_sharing{factor=0.3},block_sparsity{factor=0.2},low_rank{rank=1},bias_correction");
    EXPECT_EQ(serialise(made(asked, 1)), serialise(made(asked, 3)));
}

TEST_F(Stages, ApplyParametersByTaskAndMatrix) {
    const WeightImage image = made(R"([{"stage": "shared_base"}, {"stage": "low_rank", "rank": 1, "bits": 8, "matrices": "layer.*",
                 "rules": [{"matrices": "*.query", "rank": 3}, {"tasks": "one", "matrices": "*.query", "rank": 2}]}])");
    const auto rank = [&](std::size_t task, std::size_t index) {
        const auto& factors = image.tasks[task].network.linears[index].low_rank;
        return factors ? factors->down->out : 0;
    };
    EXPECT_EQ(rank(0, 0), 2);
    EXPECT_EQ(rank(1, 0), 3);
    EXPECT_EQ(rank(1, 1), 1);
    EXPECT_EQ(rank(1, 6), 0) << "the pooler is in no layer";
}

TEST_F(Stages, SignHasOneMagnitudeARow) {
    const WeightImage image = made("shared_base,row_scaled_sign");
    for (std::size_t index = 0; index < kMatrices; ++index) {
        ASSERT_NE(delta(image, index), nullptr);
        for (std::size_t row = 0; row < delta(image, index)->channels.size(); ++row) EXPECT_LE(magnitudes(image, index, row).size(), 1u);
    }
    EXPECT_GT(nonzero_share(image), 0.8);
}

TEST_F(Stages, TernaryKeepsTheShareOfARowThatItIsGiven) {
    const double quarter = nonzero_share(made("shared_base,row_scaled_ternary{keep=0.25}"));
    const double half = nonzero_share(made("shared_base,row_scaled_ternary{keep=0.5}"));
    EXPECT_NEAR(quarter, 0.25, 0.06);
    EXPECT_NEAR(half, 0.5, 0.08);
}

TEST_F(Stages, CalibratedTernaryLosesLessOfTheLogitsThanMagnitude) {
    const auto lost = [&](const std::string& selection) {
        const WeightImage image = made("shared_base,row_scaled_ternary{selection=" + selection + "},bias_correction");
        return image.tasks[0].statistics.at("lost_variance").to_number<double>() +
               image.tasks[1].statistics.at("lost_variance").to_number<double>();
    };
    EXPECT_LT(lost("calibrated"), lost("magnitude"));
}

/// A rule may ask for a calibration where the stage as a whole does not.
TEST_F(Stages, CalibrateForWhatARuleAsks) {
    constexpr std::size_t key = 1, pooler = 6;
    const auto rule = [](const char* stage, const char* setting) {
        return std::string(R"([{"stage": "shared_base"}, {"stage": ")") + stage + R"(", "rules": [{"matrices": "pooler", )" + setting +
               "}]}]";
    };
    const WeightImage ternary = made(rule("row_scaled_ternary", R"("selection": "calibrated")"));
    const WeightImage calibrated = made("shared_base,row_scaled_ternary{selection=calibrated}"),
                      plain = made("shared_base,row_scaled_ternary");
    EXPECT_EQ(delta(ternary, pooler)->codes, delta(calibrated, pooler)->codes);
    EXPECT_EQ(delta(ternary, key)->codes, delta(plain, key)->codes);
    EXPECT_NE(delta(calibrated, pooler)->codes, delta(plain, pooler)->codes);
    const WeightImage copies = made(rule("low_bit_copies", R"("bits": 4, "rounding": "feedback")"));
    EXPECT_EQ(copies.tasks[1].network.linears[pooler].matrix->values,
              made("low_bit_copies{bits=4,rounding=feedback}").tasks[1].network.linears[pooler].matrix->values);
    EXPECT_NE(copies.tasks[1].network.linears[pooler].matrix->values,
              made("low_bit_copies{bits=4}").tasks[1].network.linears[pooler].matrix->values);
}

TEST_F(Stages, HardSharingDeletesChannelsAndBlockSparsityWholeArrays) {
    const auto kept = [&](const WeightImage& image) {
        std::vector<std::vector<std::int32_t>> channels;
        for (std::size_t index = 0; index < kMatrices; ++index)
            channels.push_back(delta(image, index) ? delta(image, index)->channels : std::vector<std::int32_t>());
        return channels;
    };
    const auto count = [](const std::vector<std::vector<std::int32_t>>& channels) {
        std::size_t sum = 0;
        for (const auto& some : channels) sum += some.size();
        return sum;
    };
    const std::size_t all = count(kept(made("shared_base,ntq{max_precision=1}")));
    EXPECT_EQ(all, 64u);
    EXPECT_EQ(count(kept(made("shared_base,ntq{max_precision=1},hard_sharing{factor=0.25}"))), 48u);
    // Ternary codes take a column each, so four channels fill an array.
    const auto blocks = kept(made("shared_base,ntq{max_precision=1},block_sparsity{factor=0.25}"));
    EXPECT_EQ(count(blocks), 48u);
    for (const auto& channels : blocks) {
        ASSERT_EQ(channels.size() % 4, 0u);
        for (std::size_t i = 0; i < channels.size(); i += 4) {
            EXPECT_EQ(channels[i] % 4, 0);
            EXPECT_EQ(channels[i + 3], channels[i] + 3);
        }
    }
}

TEST_F(Stages, DropAndRescaleLeavesTheBaseWhereItDrops) {
    const WeightImage image = made("shared_base,drop_and_rescale{drop=0.5},low_bit_copies");
    const WeightImage whole = made("shared_base,low_bit_copies");
    std::size_t dropped = 0, all = 0;
    for (std::size_t index = 0; index < kMatrices; ++index) {
        const auto base = real_values(*image.base[index]), thinned = real_values(*image.tasks[1].network.linears[index].matrix),
                   full = real_values(*whole.tasks[1].network.linears[index].matrix);
        const float step = *std::max_element(image.base[index]->scales.begin(), image.base[index]->scales.end());
        for (Eigen::Index i = 0; i < base.size(); ++i) {
            const float change = full.data()[i] - base.data()[i];
            if (std::abs(change) < 8.0F * step) continue;  // too near to the base to tell one from the other
            ++all;
            const bool gone = std::abs(thinned.data()[i] - base.data()[i]) < 2.0F * step;
            dropped += gone ? 1 : 0;
            if (!gone) {
                EXPECT_NEAR(thinned.data()[i] - base.data()[i], 2.0F * change, 4.0F * step);
            }
        }
    }
    ASSERT_GT(all, 50u);
    // Half of them, within four standard deviations.
    EXPECT_NEAR(static_cast<double>(dropped), 0.5 * static_cast<double>(all), 4.0 * std::sqrt(0.25 * static_cast<double>(all)));
}

TEST_F(Stages, CopiesOfFewBitsMayReplaceSomeMatrices) {
    const WeightImage image = made("shared_base,ntq,low_bit_copies{bits=4,matrices=pooler}");
    EXPECT_EQ(image.tasks[0].network.linears[0].matrix, image.base[0]);
    const inference::Linear& pooler = image.tasks[0].network.linears[6];
    EXPECT_NE(pooler.matrix, image.base[6]);
    EXPECT_EQ(pooler.matrix->magnitude_bits, 3);
    EXPECT_EQ(pooler.delta, nullptr);
    for (const int value : pooler.matrix->values) EXPECT_LE(std::abs(value), 7);
}

TEST_F(Stages, SayWhatIsMissingBeforeThem) {
    EXPECT_EQ(refusal("ntq"), "--stages: has ntq before any base; expected shared_base before it");
    EXPECT_NE(refusal("shared_base,hard_sharing").find("has hard_sharing before any stage that codes a delta"), std::string::npos);
    EXPECT_NE(refusal("shared_base,block_sparsity").find("has block_sparsity before any stage"), std::string::npos);
    CompressionRequest from_file = request("ntq");
    from_file.stages->where = "m.json:stages";
    EXPECT_EQ(test::refusal([&] { (void)made(from_file); }), "m.json:stages: has ntq before any base; expected shared_base before it");
}

TEST_F(Stages, RefuseToLeaveAMatrixOut) {
    EXPECT_EQ(refusal("low_bit_copies{matrices=pooler}"),
              "--stages: leaves task one without a matrix layer.0.query; expected shared_base, or low_bit_copies of every matrix");
    EXPECT_NE(refusal("embeddings").find("without a matrix"), std::string::npos);
}

TEST_F(Stages, NameTheEntryThatIsWrong) {
    EXPECT_NE(refusal("shared_base,magic").find("--stages[1].stage: is \"magic\"; expected shared_base,"), std::string::npos)
        << refusal("shared_base,magic");
    EXPECT_NE(refusal("shared_base{bits=9}").find("--stages[0].bits: is 9; expected a number from 2 to 8 bit"), std::string::npos);
    EXPECT_NE(refusal("shared_base{colour=2}").find("--stages[0].colour: is not known"), std::string::npos);
    EXPECT_NE(refusal(R"([{"stage": "ntq", "rules": [{"matrices": "x", "max_precision": 0}]}])").find("--stages[0].rules[0].max_precision"),
              std::string::npos);
    CompressionRequest bounded = request("shared_base");
    bounded.max_area = 0.5;
    Threads threads(1);
    EXPECT_THROW((void)compress(bounded, threads), InputError);
}

TEST_F(Stages, MayStandInAFileWithAName) {
    std::string name;
    const auto read = [&](const char* text) { return method_from_json(parse_json(text, "m.json"), "m.json", name); };
    const GivenStages given = read(R"({"name": "mine", "meaning": "a trial", "stages": [{"stage": "shared_base", "bits": 1}]})");
    EXPECT_EQ(name, "mine");
    CompressionRequest asked = request("shared_base");
    asked.stages = given;
    Threads threads(1);
    try {
        (void)compress(asked, threads);
        ADD_FAILURE();
    } catch (const InputError& error) {
        EXPECT_EQ(std::string(error.what()), "m.json:stages[0].bits: is 1; expected a number from 2 to 8 bit");
    }
    EXPECT_THROW((void)read(R"({"name": "kang", "stages": []})"), InputError);
    EXPECT_THROW((void)read(R"({"stages": []})"), InputError);
    EXPECT_THROW((void)read(R"({"name": "mine"})"), InputError);
    EXPECT_THROW((void)read(R"({"name": "mine", "stages": [], "more": 1})"), InputError);
}

TEST(StageTable, SaysOfEveryStageWhatItKeepsAndCosts) {
    const auto list = describe_stages();
    EXPECT_EQ(list.size(), 15u);
    for (const auto& stage : list) {
        for (const char* key : {"name", "meaning", "keeps", "cells", "converters", "metadata", "source"})
            EXPECT_FALSE(stage.at(key).as_string().empty()) << key;
        for (const auto& parameter : stage.at("parameters").as_array()) EXPECT_TRUE(parameter.as_object().contains("default"));
    }
}

}  // namespace
}  // namespace berth::compressor
