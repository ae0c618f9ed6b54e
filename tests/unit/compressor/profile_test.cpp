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

/// What the task loses by one list of stages, in two layers.
StageCurves curves(double lost) {
    const std::vector<ResiliencePoint> whole{{2.0, lost, 0.75, 0.5}, {4.5, 0.5 * lost, 0.875, 9.25}};
    return {"shared_base,low_rank{rank=2|4.5}", "low_rank.rank", whole, {whole, {{2.0, 0.125, 0.5, 0.25}, {4.5, 0.0, 0.625, 1.5}}}};
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

TEST(Profile, BringsTheCurvesOfListsOfStages) {
    Profile profile{1, {task("a", 0.5, 0.25), task("b", 2.0, 1.0)}};
    EXPECT_FALSE(to_json(profile)["tasks"].at(0).as_object().contains("curves")) << "a profile without them is as it ever was";
    profile.tasks[0].curves = {curves(0.75), curves(0.5)};
    profile.tasks[1].curves = {curves(3.0), curves(0.25)};
    const boost::json::value json = parse_json(pretty_json(to_json(profile)), "p.json");
    const Profile read = profile_from_json(json, "p.json");
    for (std::size_t i = 0; i < 2; ++i) EXPECT_EQ(read.tasks[i].curves, profile.tasks[i].curves);
    EXPECT_EQ(json.at("tasks").at(1).at("curves").at(0).at("layers").at(1).at(0),
              parse_json(R"({"setting": 2, "lost_variance": 0.125, "metric": 0.5, "cells_per_weight": 0.25})", "t"));

    const auto changed = [&](auto change) {
        boost::json::value other = json;
        change(other.as_object()["tasks"].as_array()[1].as_object());
        return refusal(other);
    };
    const auto in_curve = [&](auto change) { return changed([&](auto& of_task) { change(of_task["curves"].as_array()[1].as_object()); }); };
    EXPECT_EQ(changed([](auto&) {}), "");
    EXPECT_EQ(changed([](auto& of_task) { of_task.erase("curves"); }),
              "p.json:tasks[1]: has curves of other stages than task a; expected the same lists for every task");
    EXPECT_NE(in_curve([](auto& of_list) { of_list["parameter"] = "low_rank.bits"; }).find("of other stages than task a"),
              std::string::npos);
    EXPECT_NE(in_curve([](auto& of_list) { of_list.erase("stages"); }).find("tasks[1].curves[1].stages: is missing"), std::string::npos);
    EXPECT_NE(in_curve([](auto& of_list) { of_list["whole"] = boost::json::array(); }).find("curves[1].whole: is empty"),
              std::string::npos);
    EXPECT_NE(in_curve([](auto& of_list) { of_list["whole"].as_array()[1].as_object()["setting"] = 2.0; }).find("does not rise"),
              std::string::npos);
    EXPECT_NE(in_curve([](auto& of_list) {
                  of_list["layers"].as_array()[0].as_array()[0].as_object()["cells_per_weight"] = -1.0;
              }).find("curves[1].layers[0][0].cells_per_weight: is -1"),
              std::string::npos);
}

std::size_t count(const std::string& page, const std::string& what) {
    std::size_t found = 0;
    for (std::size_t place = page.find(what); place != std::string::npos; place = page.find(what, place + 1)) ++found;
    return found;
}

TEST(ProfilePage, ShowsEveryTaskWithACurve) {
    const Profile profile{1, {task("a<b", 0.5, 0.25), task("c", 2.0, 1.0)}};
    const std::string page = profile_page(profile);
    EXPECT_NE(page.find("a&lt;b"), std::string::npos);
    EXPECT_EQ(count(page, "<polyline"), 3u * 2 + 2u * 2) << "three charts with a curve a task, and a chart a task with a curve a layer";
    EXPECT_EQ(page.find("src="), std::string::npos) << "the page must stand alone";
}

TEST(ProfilePage, ShowsEveryListOfStages) {
    Profile profile{1, {task("a", 0.5, 0.25), task("c", 2.0, 1.0)}};
    const std::string before = profile_page(profile);
    for (TaskProfile& of_task : profile.tasks) of_task.curves = {curves(0.75), curves(0.5)};
    profile.tasks[0].curves[1].stages = profile.tasks[1].curves[1].stages = "a<b";
    const std::string page = profile_page(profile);
    EXPECT_EQ(count(page, "<polyline"), count(before, "<polyline") + 2u * (2 + 2u * 2)) << "a chart of tasks, and one of layers a task";
    EXPECT_NE(page.find("<h2>a&lt;b</h2>"), std::string::npos);
    EXPECT_NE(page.find("by low_rank.rank"), std::string::npos);
    EXPECT_NE(page.find("<title>c, 4.5: lost 0.3750, metric 0.8750, 9.250 cells a weight</title>"), std::string::npos);
    EXPECT_NE(page.find(">10</text>"), std::string::npos) << "the axis holds all cells";
}

}  // namespace
}  // namespace berth::compressor
