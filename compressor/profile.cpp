// SPDX-License-Identifier: Apache-2.0
#include "compressor/profile.hpp"

#include "compressor/kmeans.hpp"
#include "models/core/error.hpp"
#include "models/core/params.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

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
    const ResiliencePoint& first_stage = task.whole.sharing.front();
    return {first_stage.metric - point.metric, point.lost - first_stage.lost};
}

/// Where all variance is lost, more makes no difference between tasks.
std::vector<double> features(const TaskProfile& task) {
    std::vector<double> losses{loss_at(task, task.whole.precision.front()).variance};
    for (const ResiliencePoint& point : task.whole.sharing) losses.push_back(loss_at(task, point).variance);
    for (double& loss : losses) loss = std::clamp(loss, 0.0, 1.0);
    return losses;
}

/// What the task loses where its delta has at most so many bits; more than the first stage asks for lose nothing.
Loss loss_at_precision(const TaskProfile& task, double bits) {
    const auto found =
        std::find_if(task.whole.precision.begin(), task.whole.precision.end(), [&](const auto& point) { return point.setting >= bits; });
    return found == task.whole.precision.end() ? Loss{} : loss_at(task, *found);
}

/// Mean over the tasks of one cluster: the centroid's loss. A mean over tasks is also steadier than any one's, whose metric
/// moves by a point with every sentence or two.
template <class Measure>
Loss mean_loss(const std::vector<const TaskProfile*>& members, const Measure& measure) {
    Loss sum;
    for (const TaskProfile* member : members) sum = sum + measure(*member);
    const auto count = static_cast<double>(members.size());
    return {sum.metric / count, sum.variance / count};
}

/// Lowest precision at which the centroid keeps to the budgets, then the largest factor up to which it still does.
KangSettings choose(const std::vector<const TaskProfile*>& members, const Mode& mode) {
    std::set<double> precisions;
    for (const TaskProfile* member : members)
        for (const ResiliencePoint& point : member->whole.precision) precisions.insert(point.setting);
    KangSettings settings;
    Loss of_precision;
    for (const double bits : precisions) {
        of_precision = mean_loss(members, [&](const TaskProfile& task) { return loss_at_precision(task, bits); });
        settings.max_precision = static_cast<int>(bits);
        if (of_precision.within(mode)) break;
    }
    for (std::size_t i = 0; i < measured_factors().size(); ++i) {
        const Loss of_sharing = mean_loss(members, [&](const TaskProfile& task) { return loss_at(task, task.whole.sharing[i]); });
        if (!(of_sharing + of_precision).within(mode)) break;
        settings.selective_factor = measured_factors()[i];
    }
    return settings;
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
    std::map<int, std::vector<const TaskProfile*>> members;
    for (std::size_t i = 0; i < clusters.size(); ++i) members[clusters[i]].push_back(&profile.tasks[i]);
    std::vector<Suggestion> suggestions;
    for (const int which : clusters) suggestions.push_back({which, choose(members[which], mode)});
    return suggestions;
}

}  // namespace berth::compressor
