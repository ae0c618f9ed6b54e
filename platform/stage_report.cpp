// SPDX-License-Identifier: Apache-2.0
#include "platform/stage_report.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace berth::platform {
namespace {

constexpr double kHalf = 0.5;

double span_of(const StageTimes& stage) { return stage.busy_s + stage.converters_s + stage.network_s + stage.input_s; }

/// Share of its time for which a stage cannot take another vector.
double taken(const StageTimes& stage) {
    const double span = span_of(stage);
    return span > 0.0 ? (stage.busy_s + stage.converters_s) / span : 0.0;
}

std::string part_of(const StageTimes& stage) {
    if (stage.name.ends_with(".attention")) return "the multipliers of " + stage.name;
    return (stage.converters_s > stage.busy_s ? "the converters of " : "the arrays of ") + stage.name;
}

}  // namespace

boost::json::array stages_block(std::span<const StageTimes> stages) {
    boost::json::array list;
    for (const StageTimes& stage : stages)
        list.push_back({{"name", stage.name},
                        {"tokens", stage.tokens},
                        {"busy_s", stage.busy_s},
                        {"converters_s", stage.converters_s},
                        {"network_s", stage.network_s},
                        {"input_s", stage.input_s}});
    return list;
}

std::string bottleneck(std::span<const StageTimes> stages, double link_share) {
    if (stages.empty()) return "nothing was at work";
    const StageTimes& most =
        *std::max_element(stages.begin(), stages.end(), [](const auto& a, const auto& b) { return taken(a) < taken(b); });
    const double share = std::max(taken(most), link_share);
    const std::string what = link_share > taken(most) ? "the busiest link of the network" : part_of(most);
    if (share >= kHalf) return fmt::format("{}: at work for {:.0f} % of the time", what, 100.0 * share);
    const bool network = most.network_s > most.input_s;
    return fmt::format(
        "{}: {} would be next, and is at work for {:.0f} % of the time",
        network ? "the ways of vectors to the arrays" : "too few requests in flight, as nothing is at work for half of the time", what,
        100.0 * share);
}

std::string stages_table(std::span<const StageTimes> stages, double link_share) {
    std::string text = fmt::format("{:<28}{:>10}{:>8}{:>12}{:>9}{:>7}\n", "stage", "tokens", "busy", "converters", "network", "input");
    for (const StageTimes& stage : stages) {
        const double span = span_of(stage) > 0.0 ? span_of(stage) : 1.0;
        text += fmt::format("{:<28}{:>10}{:>7.1f}%{:>11.1f}%{:>8.1f}%{:>6.1f}%\n", stage.name, stage.tokens, 100 * stage.busy_s / span,
                            100 * stage.converters_s / span, 100 * stage.network_s / span, 100 * stage.input_s / span);
    }
    return text + "bottleneck: " + bottleneck(stages, link_share) + "\n";
}

}  // namespace berth::platform
