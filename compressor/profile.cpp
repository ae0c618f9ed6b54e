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
    Mode{"acc", 0.01, "loses about nothing"},
    Mode{"opt", 0.05, "loses about a point for a smaller area"},
    Mode{"agg", 0.15, "loses a few points for the smallest area"},
};

constexpr int kClusters = 3;

double lost_at_lowest_precision(const TaskProfile& task) { return task.precision.empty() ? 0.0 : task.precision.front().lost; }

std::vector<double> features(const TaskProfile& task) {
    std::vector<double> losses{lost_at_lowest_precision(task)};
    for (const ResiliencePoint& point : task.sharing) losses.push_back(point.lost);
    return losses;
}

/// Lowest precision that keeps to the budget, else the highest there is: the first stage asks for no more.
const ResiliencePoint& choose_precision(const TaskProfile& task, double most_lost) {
    const auto found =
        std::find_if(task.precision.begin(), task.precision.end(), [&](const auto& point) { return point.lost <= most_lost; });
    return found == task.precision.end() ? task.precision.back() : *found;
}

/// Largest factor up to which every measurement keeps to the budget, together with what the precision costs.
double choose_factor(const TaskProfile& task, const ResiliencePoint& precision, double most_lost) {
    double factor = 0.0;
    const double cost_of_precision = precision.lost - task.sharing.front().lost;
    for (const ResiliencePoint& point : task.sharing) {
        if (point.lost + cost_of_precision > most_lost) break;
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
            const ResiliencePoint& precision = choose_precision(member, mode.most_lost);
            KangSettings& settings = suggestion.settings;
            settings.max_precision = std::max(settings.max_precision, static_cast<int>(precision.setting));
            settings.selective_factor = std::min(settings.selective_factor, choose_factor(member, precision, mode.most_lost));
        }
    }
    return suggestions;
}

}  // namespace berth::compressor
