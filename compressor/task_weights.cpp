// SPDX-License-Identifier: Apache-2.0
#include "compressor/task_weights.hpp"

#include "models/core/statistics.hpp"

#include <algorithm>

namespace berth::compressor {
namespace {

constexpr double kLost = 0.01;                       ///< share of the variance at which metrics are compared
constexpr std::uint32_t kNoisePurpose = 0x77656967;  ///< draws of weights alone

double mean_square_change(const CalibratedTask& task, std::size_t place, std::uint64_t seed) {
    const inference::Network& network = task.image.network;
    const double undisturbed = metric_of(task.expected, network, task.probe, task.image.metric);
    std::vector<double> changes =
        metrics_under_noise(task.expected, network, task.probe, task.image.metric, kLost, draw_key(seed, kNoisePurpose, place));
    for (double& change : changes) change = (change - undisturbed) * (change - undisturbed);
    return mean(changes);
}

}  // namespace

std::vector<double> task_weights(const std::vector<CalibratedTask>& tasks, double metric_share, std::uint64_t seed) {
    std::vector<double> changes;
    for (std::size_t place = 0; place < tasks.size(); ++place) changes.push_back(mean_square_change(tasks[place], place, seed));
    const double average = mean(changes);
    std::vector<double> weights(tasks.size(), 1.0);
    if (average > 0.0)
        std::transform(changes.begin(), changes.end(), weights.begin(),
                       [&](double change) { return 1.0 - metric_share + metric_share * change / average; });
    return weights;
}

}  // namespace berth::compressor
