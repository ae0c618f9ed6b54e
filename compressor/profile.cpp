// SPDX-License-Identifier: Apache-2.0
#include "compressor/profile.hpp"

#include "compressor/kmeans.hpp"
#include "models/core/error.hpp"
#include "models/core/params.hpp"

#include <algorithm>
#include <array>

namespace berth::compressor {
namespace {

constexpr std::array kModes{
    Mode{"acc", 0.005, 0.1, "loses about nothing"},
    Mode{"opt", 0.01, 0.25, "loses about a point for a smaller area"},
    Mode{"agg", 0.03, 0.6, "loses a few points for the smallest area"},
};

constexpr int kClusters = 3;

/// What a setting loses beyond the first stage.
struct Loss {
    double metric = 0.0, variance = 0.0;

    Loss operator+(const Loss& other) const { return {metric + other.metric, variance + other.variance}; }
    [[nodiscard]] bool within(const Mode& mode) const { return metric <= mode.most_metric && variance <= mode.most_variance; }
};

Loss loss_at(const TaskProfile& task, const ResiliencePoint& point) {
    const ResiliencePoint& first_stage = task.sharing.front();
    return {first_stage.metric - point.metric, point.lost - first_stage.lost};
}

/// Where all variance is lost, more makes no difference between tasks.
std::vector<double> features(const TaskProfile& task) {
    std::vector<double> losses{loss_at(task, task.precision.front()).variance};
    for (const ResiliencePoint& point : task.sharing) losses.push_back(loss_at(task, point).variance);
    for (double& loss : losses) loss = std::clamp(loss, 0.0, 1.0);
    return losses;
}

/// Lowest precision that keeps to the budgets; the highest is the first stage itself and loses nothing beyond it.
const ResiliencePoint& choose_precision(const TaskProfile& task, const Mode& mode) {
    const auto found =
        std::find_if(task.precision.begin(), task.precision.end(), [&](const auto& point) { return loss_at(task, point).within(mode); });
    return found == task.precision.end() ? task.precision.back() : *found;
}

/// Largest factor up to which every measurement keeps to the budgets, together with what the precision costs.
double choose_factor(const TaskProfile& task, const ResiliencePoint& precision, const Mode& mode) {
    double factor = 0.0;
    for (const ResiliencePoint& point : task.sharing) {
        if (!(loss_at(task, point) + loss_at(task, precision)).within(mode)) break;
        factor = point.setting;
    }
    return factor;
}

}  // namespace

std::vector<std::string> mode_names() {
    std::vector<std::string> names;
    for (const Mode& mode : kModes) names.emplace_back(mode.name);
    return names;
}

const Mode& mode_named(const std::string& name) {
    const auto found = std::find_if(kModes.begin(), kModes.end(), [&](const Mode& mode) { return mode.name == name; });
    if (found == kModes.end()) throw InputError("--mode", "is " + name, detail::alternatives(mode_names()));
    return *found;
}

const std::vector<double>& measured_factors() {
    static const std::vector<double> factors{0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8};
    return factors;
}

const TaskProfile& Profile::task(const std::string& name) const {
    std::vector<std::string> names;
    for (const TaskProfile& candidate : tasks) {
        if (candidate.name == name) return candidate;
        names.push_back(candidate.name);
    }
    throw InputError("--profile", "has no task " + name, detail::alternatives(names));
}

std::vector<Suggestion> suggest(const Profile& profile, const Mode& mode) {
    std::vector<std::vector<double>> points;
    for (const TaskProfile& task : profile.tasks) points.push_back(features(task));
    const std::vector<int> clusters = cluster(points, kClusters);
    std::vector<Suggestion> suggestions(profile.tasks.size());
    for (std::size_t i = 0; i < suggestions.size(); ++i) {
        Suggestion& suggestion = suggestions[i];
        suggestion = {clusters[i], {0, 1.0}};
        for (std::size_t other = 0; other < suggestions.size(); ++other) {
            if (clusters[other] != clusters[i]) continue;
            const TaskProfile& member = profile.tasks[other];
            const ResiliencePoint& precision = choose_precision(member, mode);
            KangSettings& settings = suggestion.settings;
            settings.max_precision = std::max(settings.max_precision, static_cast<int>(precision.setting));
            settings.selective_factor = std::min(settings.selective_factor, choose_factor(member, precision, mode));
        }
    }
    return suggestions;
}

}  // namespace berth::compressor
