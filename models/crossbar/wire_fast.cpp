// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/wire_fast.hpp"

#include "models/crossbar/wire_layers.hpp"
#include "models/crossbar/wire_sweep.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>
#include <stdexcept>

namespace berth::crossbar {
namespace {

constexpr int kMostSweeps = 24;  ///< beyond, polynomials in single precision are not trusted
constexpr int kMostTerms = 40;
/// The sweep before the first and the last one already damp the smallest eigenvalues; the polynomial leaves this share of them out.
constexpr double kDampedShare = 0.1;
/// The bound sums magnitudes, so it comes out somewhat above what the polynomial alone promises.
constexpr double kBoundSurplus = 1.5;

double full_scale_of(std::span<const double> conductance, int cols) {
    std::vector<double> sums(static_cast<std::size_t>(cols));
    for (std::size_t i = 0; i < conductance.size(); ++i) sums[i % sums.size()] += conductance[i];
    return *std::max_element(sums.begin(), sums.end());
}

/// T x + T^2 x + ..., summed until what is left out changes little.
struct Series {
    std::vector<float> sum;  ///< no entry below the infinite sum's
    double ratio;            ///< no eigenvalue of T is larger, if x is positive everywhere (Collatz, Wielandt)
};

/// @return nothing if the terms do not come to decrease.
std::optional<Series> sum_series(const WireLayers& layers, std::span<const float> x) {
    std::vector<float> term = layers.returned(x), sum = term;
    for (int count = 1; count < kMostTerms; ++count) {
        const std::vector<float> next = layers.returned(term);
        float ratio = 0.0F, largest = 0.0F, largest_sum = 0.0F;
        for (std::size_t i = 0; i < next.size(); ++i) {
            if (term[i] > 0.0F) ratio = std::max(ratio, next[i] / term[i]);
            sum[i] += next[i];
            largest = std::max(largest, next[i]);
            largest_sum = std::max(largest_sum, sum[i]);
        }
        term = next;
        // T never raises a term above ratio times the one before, so those left out are at most a geometric series of this one.
        if (ratio >= 1.0F) continue;
        const float rest = ratio / (1.0F - ratio);
        if (rest * largest > 0.05F * largest_sum && count + 1 < kMostTerms) continue;
        for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += rest * term[i];
        return Series{std::move(sum), ratio};
    }
    return std::nullopt;
}

/// How far `sweeps` sweeps go: the reciprocals of one minus the roots of Chebyshev's polynomial on the upper eigenvalues.
std::vector<float> relaxation(int sweeps, double largest_eigenvalue) {
    const double middle = largest_eigenvalue * (1.0 + kDampedShare) / 2.0, half = largest_eigenvalue * (1.0 - kDampedShare) / 2.0;
    std::vector<float> steps;
    for (int k = 0; k < sweeps; ++k)
        steps.push_back(float(1.0 / (1.0 - middle - half * std::cos(std::numbers::pi * (2 * k + 1) / (2.0 * sweeps)))));
    return steps;
}

/// Sweeps that bring an error down to `wanted` times itself; Chebyshev's polynomial at one over its largest value on the eigenvalues.
int sweeps_for(double wanted, double largest_eigenvalue) {
    if (wanted >= 1.0) return 0;
    if (largest_eigenvalue >= 1.0) return kMostSweeps + 1;
    return int(std::ceil(std::acosh(1.0 / wanted) / std::acosh((2.0 - largest_eigenvalue) / largest_eigenvalue)));
}

double largest(const std::vector<double>& values) { return *std::max_element(values.begin(), values.end()); }

ApproximateWires exact(std::span<const double> conductance, int rows, int cols, const WireParams& wires) {
    return {solve_wires(conductance, rows, cols, wires), 0.0, 0};
}

}  // namespace

ApproximateWires approximate_wires(std::span<const double> conductance, int rows, int cols, const WireParams& wires, double tolerance) {
    if (rows < 1 || cols < 1 || conductance.size() != std::size_t(rows) * std::size_t(cols))
        throw std::invalid_argument("approximate_wires: conductance does not have rows * cols values");
    const double full_scale = full_scale_of(conductance, cols);
    const double truncation = tolerance - std::ldexp(rows + cols, -23);
    if (full_scale == 0.0 || truncation <= 0.0) return exact(conductance, rows, cols, wires);

    const WireLayers layers(conductance, rows, cols, wires);
    const auto missing = sum_series(layers, layers.returned(layers.driven));
    if (!missing) return exact(conductance, rows, cols, wires);
    const double unswept = largest(layers.currents(missing->sum)) / full_scale;
    for (int relaxed = sweeps_for(truncation / (kBoundSurplus * unswept), missing->ratio); relaxed < kMostSweeps; relaxed += 2) {
        SweptWires swept = sweep_wires(layers, relaxation(relaxed, missing->ratio));
        const auto error = sum_series(layers, swept.change);
        const double bound = error ? largest(layers.currents(error->sum)) / full_scale : 1.0;
        if (bound > truncation) continue;
        return {std::vector<double>(swept.effective.begin(), swept.effective.end()), bound + (tolerance - truncation), relaxed + 1};
    }
    return exact(conductance, rows, cols, wires);
}

std::vector<double> solve_wires_fast(std::span<const double> conductance, int rows, int cols, const WireParams& wires) {
    return approximate_wires(conductance, rows, cols, wires).effective;
}

}  // namespace berth::crossbar
