// SPDX-License-Identifier: Apache-2.0
#include "models/crossbar/deviations.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace berth::crossbar {
namespace {

constexpr std::size_t kTerms = 5;
constexpr double kDay = 86400.0;
constexpr double kMicro = 1e-6;

/// Standard deviation in microsiemens over the share of g_max.
using Polynomial = std::array<double, kTerms>;

Polynomial polynomial(std::span<const double> rows, std::size_t which) {
    Polynomial result;
    std::copy_n(rows.begin() + std::ptrdiff_t(which * kTerms), kTerms, result.begin());
    return result;
}

double value(const Polynomial& coefficients, double x) {
    double sum = 0.0;
    for (std::size_t term = kTerms; term-- > 0;) sum = sum * x + coefficients[term];
    return std::max(0.0, sum);
}

/// Polynomials were published for cells of one g_max. They are taken as shares of it, so that they hold for others.
class Wan : public Deviation {
public:
    Wan(Polynomial at_1s, double published_g_max, double largest)
        : at_1s_(at_1s), largest_(largest), scale_(largest / (published_g_max / kMicro)) {}

    [[nodiscard]] double sigma(double conductance) const override { return scaled(at_1s_, conductance); }

protected:
    [[nodiscard]] double scaled(const Polynomial& coefficients, double conductance) const {
        return scale_ * value(coefficients, std::clamp(conductance / largest_, 0.0, 1.0));
    }

private:
    Polynomial at_1s_;
    double largest_, scale_;
};

class WanRetention final : public Wan {
public:
    WanRetention(Polynomial at_1s, Polynomial at_time, double published_g_max, double largest)
        : Wan(at_1s, published_g_max, largest), at_time_(at_time) {}

    [[nodiscard]] double sigma(double conductance) const override {
        const double before = Wan::sigma(conductance), now = scaled(at_time_, conductance);
        return std::sqrt(std::max(0.0, now * now - before * before));
    }

private:
    Polynomial at_time_;
};

Polynomial between(const Polynomial& early, const Polynomial& late, double share) {
    Polynomial result;
    for (std::size_t term = 0; term < kTerms; ++term) result[term] = std::lerp(early[term], late[term], share);
    return result;
}

/// Straight lines over the logarithm of time between the three times published.
Polynomial at(std::span<const double> rows, double seconds) {
    const Polynomial second = polynomial(rows, 0), day = polynomial(rows, 1), two_days = polynomial(rows, 2);
    if (seconds <= kDay) return between(second, day, std::max(0.0, std::log(seconds) / std::log(kDay)));
    return between(day, two_days, std::min(1.0, std::log(seconds / kDay) / std::log(2.0)));
}

}  // namespace

std::unique_ptr<const Deviation> make_wan_programming(const DeviationContext& context) {
    return std::make_unique<Wan>(polynomial(context.rows, 0), context.rows[kTerms], context.largest);
}

std::unique_ptr<const Deviation> make_wan_retention(const DeviationContext& context) {
    return std::make_unique<WanRetention>(polynomial(context.rows, 0), at(context.rows, context.seconds), context.rows[3 * kTerms],
                                          context.largest);
}

}  // namespace berth::crossbar
