// SPDX-License-Identifier: Apache-2.0
#include "compressor/profile.hpp"
#include "compressor/profile_page.hpp"
#include "models/core/error.hpp"
#include "models/core/json.hpp"

#include <gtest/gtest.h>

namespace berth::compressor {
namespace {

/// A task that loses `slope` times the factor, and `at_one_bit` where its delta is ternary instead of two bits.
TaskProfile task(const std::string& name, double slope, double at_one_bit) {
    TaskProfile profile;
    profile.name = name;
    profile.metric = "accuracy";
    profile.checkpoint["model.safetensors"] = "ab";
    profile.data_sha256 = "cd";
    profile.sentences = 16;
    profile.overall = {"all", 0.99, 0.25, 1.25, 2};
    profile.matrices = {{"pooler", 0.5, 0.75, 1.5, 2}};
    profile.copy_metric = 0.875;
    profile.whole.precision = {{1.0, at_one_bit, 0.875, 1.0}, {2.0, 0.0, 0.875, 2.0}};
    for (const double factor : measured_factors()) profile.whole.sharing.push_back({factor, slope * factor, 0.875, 2.0 * (1.0 - factor)});
    profile.layers = {profile.whole, profile.whole};
    return profile;
}

std::string refusal(const boost::json::value& json) {
    try {
        (void)profile_from_json(json, "p.json");
    } catch (const InputError& error) {
        return error.what();
    }
    return "";
}

TEST(Suggest, TakesWhatTheModeCanAfford) {
    const Profile profile{1, {task("a", 1.0, 1.0)}};
    const Mode mode{"half", 0.01, 0.55, ""};
    const auto suggestions = suggest(profile, mode);
    ASSERT_EQ(suggestions.size(), 1u);
    EXPECT_EQ(suggestions[0].settings.max_precision, 2) << "one bit loses everything";
    EXPECT_DOUBLE_EQ(suggestions[0].settings.selective_factor, 0.5);
}

TEST(Suggest, StopsWhereTheMetricFalls) {
    Profile profile{1, {task("a", 0.0, 1.0)}};
    for (ResiliencePoint& point : profile.tasks[0].whole.sharing) point.metric -= 0.05 * point.setting;
    const auto factor = [&](double most) { return suggest(profile, {"some", most, 0.5, ""})[0].settings.selective_factor; };
    EXPECT_DOUBLE_EQ(factor(0.0125), 0.2) << "a hundredth at 0.2, one and a half at 0.3";
    EXPECT_DOUBLE_EQ(factor(0.0325), 0.6);
    profile.tasks[0].whole.precision[0] = {1.0, 0.0, 0.875 - 0.02};
    const auto both = suggest(profile, {"some", 0.0325, 0.5, ""})[0].settings;
    EXPECT_EQ(both.max_precision, 1);
    EXPECT_DOUBLE_EQ(both.selective_factor, 0.2) << "two hundredths are spent on the precision";
}

TEST(Suggest, CountsOnlyWhatComesBeyondTheFirstStage) {
    Profile profile{1, {task("a", 1.0, 1.0)}};
    for (ResiliencePoint& point : profile.tasks[0].whole.sharing) point.lost += 4.0;
    for (ResiliencePoint& point : profile.tasks[0].whole.precision) point.lost += 4.0;
    EXPECT_DOUBLE_EQ(suggest(profile, {"half", 0.01, 0.55, ""})[0].settings.selective_factor, 0.5);
}

TEST(Suggest, AddsWhatBothStagesLose) {
    const Profile profile{1, {task("a", 1.0, 0.3)}};
    const auto suggestions = suggest(profile, {"half", 0.01, 0.55, ""});
    EXPECT_EQ(suggestions[0].settings.max_precision, 1);
    EXPECT_DOUBLE_EQ(suggestions[0].settings.selective_factor, 0.2) << "0.3 and 0.2, not 0.3 and 0.3";
}

TEST(Suggest, GivesAClusterWhatItsCentroidCanBear) {
    const Profile profile{1, {task("frail", 8.0, 4.0), task("strong", 0.1, 0.05), task("alike", 0.2, 0.05), task("middle", 2.0, 1.0)}};
    const auto suggestions = suggest(profile, {"some", 0.01, 0.09, ""});
    EXPECT_EQ(suggestions[1].cluster, 0);
    EXPECT_EQ(suggestions[2].cluster, 0);
    EXPECT_EQ(suggestions[3].cluster, 1);
    EXPECT_EQ(suggestions[0].cluster, 2);
    EXPECT_EQ(suggestions[1].settings.max_precision, 1);
    EXPECT_DOUBLE_EQ(suggestions[1].settings.selective_factor, 0.2)
        << "0.05 and a slope of 0.15: 0.08 at 0.2, where strong alone would bear 0.4";
    EXPECT_DOUBLE_EQ(suggestions[2].settings.selective_factor, suggestions[1].settings.selective_factor);
    EXPECT_DOUBLE_EQ(suggestions[0].settings.selective_factor, 0.0);
}

TEST(Suggest, KeepsNoMoreCellsWhereTheModeMayLoseMore) {
    const Profile profile{1, {task("a", 0.1, 0.02), task("b", 0.5, 0.2), task("c", 3.0, 2.0)}};
    const auto cells = [&](const char* mode, std::size_t i) {
        const KangSettings settings = suggest(profile, mode_named(mode))[i].settings;
        return settings.max_precision * (1.0 - settings.selective_factor);
    };
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_LE(cells("opt", i), cells("acc", i));
        EXPECT_LE(cells("agg", i), cells("opt", i));
    }
}

TEST(Profile, ComesBackFromItsJson) {
    const Profile profile{2, {task("a", 0.5, 0.25), task("b", 2.0, 1.0)}};
    const Profile read = profile_from_json(parse_json(pretty_json(to_json(profile)), "p.json"), "p.json");
    EXPECT_EQ(read.cell_bits, 2);
    ASSERT_EQ(read.tasks.size(), 2u);
    EXPECT_EQ(read.tasks[1].whole, profile.tasks[1].whole);
    EXPECT_EQ(read.tasks[1].layers, profile.tasks[1].layers);
    EXPECT_EQ(read.tasks[0].checkpoint, profile.tasks[0].checkpoint);
    EXPECT_EQ(read.tasks[0].overall, profile.tasks[0].overall);
    EXPECT_EQ(read.tasks[0].matrices, profile.tasks[0].matrices);
    EXPECT_EQ(&read.task("b"), &read.tasks[1]);
    EXPECT_THROW((void)read.task("c"), InputError);
    EXPECT_THROW((void)mode_named("fast"), InputError);
}

TEST(Profile, NamesThePathOfWhatIsWrong) {
    const boost::json::value good = to_json(Profile{1, {task("a", 0.5, 0.25)}});
    EXPECT_EQ(refusal(good), "");
    EXPECT_EQ(refusal(boost::json::array()), "p.json: is []; expected an object");
    const auto changed = [&](auto change) {
        boost::json::value json = good;
        change(json.as_object());
        return refusal(json);
    };
    EXPECT_EQ(changed([](auto& json) { json["schema"] = 1; }), "p.json:schema: is 1; expected a whole number from 2 to 2");
    EXPECT_EQ(changed([](auto& json) { json.erase("tasks"); }), "p.json:tasks: is missing; expected a value");
    const auto in_task = [&](auto change) { return changed([&](auto& json) { change(json["tasks"].as_array()[0].as_object()); }); };
    EXPECT_NE(in_task([](auto& json) { json["sharing"].as_array().pop_back(); }).find("tasks[0].sharing: has"), std::string::npos);
    EXPECT_NE(in_task([](auto& json) { json["precision"] = boost::json::array(); }).find("tasks[0].precision: is empty"),
              std::string::npos);
    EXPECT_NE(in_task([](auto& json) { json["sharing"].as_array()[1].as_object()["selective_factor"] = 0.0; }).find("does not rise"),
              std::string::npos);
    EXPECT_NE(in_task([](auto& json) { json["copy_metric"] = "good"; }).find("copy_metric: is \"good\""), std::string::npos);
    EXPECT_NE(in_task([](auto& json) { json["sentences"] = -1; }).find("sentences: is -1"), std::string::npos);
}

TEST(ProfilePage, ShowsEveryTaskWithACurve) {
    const Profile profile{1, {task("a<b", 0.5, 0.25), task("c", 2.0, 1.0)}};
    const std::string page = profile_page(profile);
    EXPECT_NE(page.find("a&lt;b"), std::string::npos);
    std::size_t curves = 0;
    for (std::size_t place = page.find("<polyline"); place != std::string::npos; place = page.find("<polyline", place + 1)) ++curves;
    EXPECT_EQ(curves, 3u * 2 + 2u * 2) << "three charts with a curve a task, and a chart a task with a curve a layer";
    EXPECT_EQ(page.find("src="), std::string::npos) << "the page must stand alone";
}

}  // namespace
}  // namespace berth::compressor
