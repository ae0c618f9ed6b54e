// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/normal_table.hpp"

#include <cmath>
#include <numbers>

namespace berth::crossbar {
namespace {

constexpr int kHalvings = 31;  ///< from one half down to 2^-32
constexpr int kSegmentsOfHalving = 1 << (23 - NormalTable::kSegmentBits);

/// The distance beyond which a normal number lies, on one side, with `probability`; Newton's method from a distance not too far above.
double quantile(double probability, double from) {
    double distance = from;
    for (int step = 0; step < 100; ++step) {
        const double excess = 0.5 * std::erfc(distance / std::numbers::sqrt2) - probability;
        const double density = std::exp(-0.5 * distance * distance) / std::sqrt(2.0 * std::numbers::pi);
        const double moved = excess / density;
        distance += moved;
        if (std::abs(moved) < 1e-14) break;
    }
    return distance;
}

}  // namespace

NormalTable::NormalTable() {
    constexpr int segments = kHalvings * kSegmentsOfHalving;
    std::vector<double> distances(segments + 1);
    double last = 0.0;
    for (int i = segments; i >= 0; --i) {
        const double mantissa = 1.0 + static_cast<double>(i % kSegmentsOfHalving) / kSegmentsOfHalving;
        last = distances[std::size_t(i)] = quantile(std::ldexp(mantissa, i / kSegmentsOfHalving - kHalvings - 1), last);
    }
    for (int i = 0; i < segments; ++i) {
        const double first = distances[std::size_t(i)], next = distances[std::size_t(i) + 1];
        starts_.push_back(static_cast<float>(first));
        slopes_.push_back(static_cast<float>(std::ldexp(next - first, -kSegmentBits)));
    }
    starts_.push_back(0.0f);
    slopes_.push_back(0.0f);
}

const NormalTable& NormalTable::shared() {
    static const NormalTable table;
    return table;
}

}  // namespace berth::crossbar
