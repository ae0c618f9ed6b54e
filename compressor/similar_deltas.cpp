// SPDX-License-Identifier: Apache-2.0
#include "compressor/similar_deltas.hpp"

#include "compressor/low_rank.hpp"

#include <algorithm>
#include <iterator>
#include <limits>

namespace berth::compressor {
namespace {

using Cluster = std::vector<std::size_t>;

/// Between the two tasks of all that are farthest from each other.
double distance(const Cluster& one, const Cluster& other, const std::vector<std::vector<double>>& distances) {
    double farthest = 0.0;
    for (const std::size_t a : one)
        for (const std::size_t b : other) farthest = std::max(farthest, distances[a][b]);
    return farthest;
}

std::vector<std::vector<double>> distances_between(std::span<const DeltaOfTask> tasks) {
    std::vector<std::vector<double>> distances(tasks.size(), std::vector<double>(tasks.size(), 0.0));
    for (std::size_t a = 0; a < tasks.size(); ++a)
        for (std::size_t b = 0; b < a; ++b)
            distances[a][b] = distances[b][a] = std::max(loss_with(tasks[b].delta, tasks[a]), loss_with(tasks[a].delta, tasks[b]));
    return distances;
}

}  // namespace

double loss_with(const Rows& other, const DeltaOfTask& task) {
    const Rows left = task.delta - other;
    if (left.isZero(0.0F)) return 0.0;
    const double without = calibrated_loss(task.delta, task.site);
    return without > 0.0 ? calibrated_loss(left, task.site) / without : 1.0;
}

std::vector<std::vector<std::size_t>> similar_deltas(std::span<const DeltaOfTask> tasks, double threshold) {
    const auto distances = distances_between(tasks);
    std::vector<Cluster> clusters;
    for (std::size_t task = 0; task < tasks.size(); ++task) clusters.push_back({task});
    for (;;) {
        double least = std::numeric_limits<double>::infinity();
        std::size_t into = 0, from = 0;
        for (std::size_t b = 1; b < clusters.size(); ++b)
            for (std::size_t a = 0; a < b; ++a)
                if (const double apart = distance(clusters[a], clusters[b], distances); apart < least) least = apart, into = a, from = b;
        if (!(least <= threshold)) break;
        Cluster joined;
        std::merge(clusters[into].begin(), clusters[into].end(), clusters[from].begin(), clusters[from].end(), std::back_inserter(joined));
        clusters[into] = std::move(joined);
        clusters.erase(clusters.begin() + static_cast<std::ptrdiff_t>(from));
    }
    std::sort(clusters.begin(), clusters.end());
    return clusters;
}

}  // namespace berth::compressor
