// SPDX-License-Identifier: Apache-2.0
#include "models/periphery/adc_kinds.hpp"
#include "models/periphery/threshold_adc.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace berth::periphery {
namespace {

/// Binary search against a charge-redistribution DAC (McCreary and Gray, IEEE JSSC 10, 1975). The capacitor of bit k is 2^k units, whose
/// mismatches are independent, so it deviates by sigma * sqrt(2^k) units; one more unit ends the array. The DAC gives
/// 2^bits * (capacitors of the code) / (all capacitors) codes.
class SarAdc final : public ThresholdAdc {
public:
    SarAdc(const AdcParams& params, std::uint64_t seed) : ThresholdAdc(params, seed, params.capacitor_sigma > 0.0) {}

private:
    void deviate(const DrawKey& parts, std::span<double> deviations) const override {
        constexpr double infinity = std::numeric_limits<double>::infinity();
        search(levels(capacitors(parts)), 0, 1 << (params().bits - 1), -infinity, infinity, deviations);
    }

    /// In units, least significant first, and the terminating one behind them.
    [[nodiscard]] std::vector<double> capacitors(const DrawKey& parts) const {
        std::vector<double> units;
        for (int bit = 0; bit <= params().bits; ++bit) {
            const double nominal = bit < params().bits ? std::ldexp(1.0, bit) : 1.0;
            const auto number = static_cast<std::uint32_t>(bit);
            const double draw = normals(philox({number / 4, 0, 0, 0}, parts))[number % 4];
            units.push_back(nominal + params().capacitor_sigma * std::sqrt(nominal) * draw);
        }
        return units;
    }

    /// What the DAC gives for every code, in codes.
    [[nodiscard]] std::vector<double> levels(const std::vector<double>& units) const {
        double all = 0.0;
        for (const double unit : units) all += unit;
        std::vector<double> result(std::size_t{1} << params().bits);
        for (std::size_t code = 1; code < result.size(); ++code)
            for (int bit = 0; bit < params().bits; ++bit)
                if (code >> bit & 1U) result[code] += std::ldexp(units[std::size_t(bit)], params().bits) / all;
        return result;
    }

    /// The comparisons of one branch of the search, which only currents from `least` to `most` come to: a level outside them decides
    /// nothing, and the codes on its far side are missing.
    void search(const std::vector<double>& levels, int kept, int bit, double least, double most, std::span<double> deviations) const {
        if (bit == 0) return;
        const int trial = kept | bit;
        const double decides = std::clamp(levels[std::size_t(trial)], least, most);
        deviations[std::size_t(trial - 1)] += decides - trial;
        search(levels, kept, bit / 2, least, decides, deviations);
        search(levels, trial, bit / 2, decides, most, deviations);
    }
};

}  // namespace

std::unique_ptr<const Adc> make_sar_adc(const AdcParams& params, std::uint64_t seed) { return std::make_unique<SarAdc>(params, seed); }

}  // namespace berth::periphery
