// SPDX-License-Identifier: Apache-2.0
#include "compressor/kmeans.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace berth::compressor {
namespace {

using Point = std::vector<double>;

/// Lloyd's algorithm ends by itself but for rounding, which could make it swing between two ways.
constexpr int kMostRounds = 100;

double squared_distance(const Point& a, const Point& b) {
    double sum = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
    return sum;
}

std::size_t nearest(const Point& point, const std::vector<Point>& centroids) {
    std::size_t best = 0;
    for (std::size_t i = 1; i < centroids.size(); ++i)
        if (squared_distance(point, centroids[i]) < squared_distance(point, centroids[best])) best = i;
    return best;
}

std::vector<Point> farthest_points(const std::vector<Point>& points, int count) {
    const Point origin(points.front().size(), 0.0);
    std::vector<Point> seeds;
    seeds.push_back(*std::min_element(points.begin(), points.end(), [&](const Point& a, const Point& b) {
        return squared_distance(a, origin) < squared_distance(b, origin);
    }));
    while (static_cast<int>(seeds.size()) < count) {
        const auto distance = [&](const Point& point) { return squared_distance(point, seeds[nearest(point, seeds)]); };
        const auto farthest =
            std::max_element(points.begin(), points.end(), [&](const Point& a, const Point& b) { return distance(a) < distance(b); });
        if (distance(*farthest) == 0.0) break;
        seeds.push_back(*farthest);
    }
    return seeds;
}

void move_to_means(std::vector<Point>& centroids, const std::vector<Point>& points, const std::vector<int>& members) {
    for (std::size_t which = 0; which < centroids.size(); ++which) {
        Point sum(points.front().size(), 0.0);
        double count = 0.0;
        for (std::size_t i = 0; i < points.size(); ++i) {
            if (members[i] != static_cast<int>(which)) continue;
            ++count;
            for (std::size_t j = 0; j < sum.size(); ++j) sum[j] += points[i][j];
        }
        if (count == 0.0) continue;
        for (double& value : sum) value /= count;
        centroids[which] = sum;
    }
}

}  // namespace

std::vector<int> cluster(const std::vector<Point>& points, int clusters) {
    if (points.empty()) return {};
    std::vector<Point> centroids = farthest_points(points, clusters);
    std::vector<int> members(points.size(), -1);
    bool changed = true;
    for (int round = 0; changed && round < kMostRounds; ++round) {
        changed = false;
        for (std::size_t i = 0; i < points.size(); ++i) {
            const int now = static_cast<int>(nearest(points[i], centroids));
            changed = changed || now != members[i];
            members[i] = now;
        }
        move_to_means(centroids, points, members);
    }
    std::vector<int> order(centroids.size());
    std::iota(order.begin(), order.end(), 0);
    const auto norm = [&](int which) {
        return squared_distance(centroids[static_cast<std::size_t>(which)], Point(points.front().size(), 0.0));
    };
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return norm(a) < norm(b); });
    std::vector<int> rank(order.size());
    for (std::size_t i = 0; i < order.size(); ++i) rank[static_cast<std::size_t>(order[i])] = static_cast<int>(i);
    for (int& member : members) member = rank[static_cast<std::size_t>(member)];
    return members;
}

}  // namespace berth::compressor
